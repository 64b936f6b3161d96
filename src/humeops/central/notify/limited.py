# SPDX-License-Identifier: MIT
"""Templates of people's own, rendered in a process that has little time, little memory and nothing else.

The process gets all templates and the views of one message on its standard input, and answers with what became of each. Its
limits are the kernel's: whatever a template does, it costs a second of one core and 400 MB, once, and nothing is left.
"""

import json
import resource
import subprocess
import sys
from typing import Any

import jinja2

from humeops.central.notify import rendering
from humeops.central.notify.rendering import Name
from humeops.errors import explain

_CPU_SECONDS = 1
_WALL_SECONDS = 10
_MEMORY_BYTES = 400_000_000
_MOST_ANSWER = 8_000_000


class TemplateFaultError(Exception):
    """A template did not do what it should: what a person reads to mend it."""


def render(templates: dict[Name, str], given: dict[str, Any]) -> dict[Name, str | TemplateFaultError]:
    """Return what each of these templates makes of the message, or what is wrong with it."""
    made: dict[Name, str | TemplateFaultError] = {}
    while left := {name: text for name, text in templates.items() if name not in made}:
        made.update(_answers(left, given))
        if killed := next((name for name in left if name not in made), None):
            # It ended the process with it; those after it get another one.
            made[killed] = TemplateFaultError(f"it took more than {_CPU_SECONDS} s, or too much memory")
    return made


def _answers(templates: dict[Name, str], given: dict[str, Any]) -> dict[Name, str | TemplateFaultError]:
    asked = json.dumps({"templates": templates, "given": given}).encode()
    command = [sys.executable, "-I", "-m", "humeops.central.notify.limited"]
    try:
        told = subprocess.run(
            command, input=asked, capture_output=True, timeout=_WALL_SECONDS, env={}, check=False
        ).stdout
    except subprocess.TimeoutExpired as error:
        told = error.stdout or b""
    except OSError as error:
        fault = TemplateFaultError(f"no process for it could be started: {explain(error)}")
        return dict.fromkeys(templates, fault)
    whole = [json.loads(line) for line in told[:_MOST_ANSWER].splitlines(keepends=True) if line.endswith(b"\n")]
    return {name: TemplateFaultError(fault) if fault else made for name, made, fault in whole}


def fault(text: str, error: Exception) -> str:
    """Return what is wrong with this template as a line that names the place."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"line {error.lineno}: {error.message}"
    place = _line_of(error)
    what = "it took too much memory" if isinstance(error, MemoryError) else str(error) or type(error).__name__
    return f"line {place}: {what}" if place and place <= text.count("\n") + 1 else what


def main() -> None:
    """Render what stands on standard input, within the limits."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for name, text in asked["templates"].items():
        made, wrong = "", ""
        try:
            made = rendering.render(name, rendering.compiled(name, text), asked["given"])
        except Exception as error:  # noqa: BLE001 - whatever a template raises is its author's to read
            wrong = fault(text, error)
        sys.stdout.write(json.dumps([name, made, wrong]) + "\n")
        sys.stdout.flush()


def _line_of(error: Exception) -> int:
    """Return the line of the template in which it was raised: Jinja2 rewrites the traceback to its lines."""
    line, step = 0, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line


if __name__ == "__main__":
    main()
