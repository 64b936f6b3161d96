# SPDX-License-Identifier: MIT
"""`hume completion SHELL`: verbs and options for bash, zsh or fish. Native verbs complete too.

The script holds everything, so that pressing Tab starts no Python. Packages bring what this prints as files
(native/completion); a test holds them to it.
"""

import click

from humeops.cli import options, verbs

SHELLS = ("bash", "zsh", "fish")
# The native client's own options (native/src/options.c; a test holds the two together), offered after each of its verbs.
NATIVE_OPTIONS = (
    *("--task", "--tags", "--extra", "--level", "--run", "--host", "--append-pstree", "--strict", "--lossy"),
    *("--deadline", "--verbose", "--help"),
)
_DECLARED = ("--every", "--cron", "--calendar", "--tz", "--grace", "--max", "--describe", "--runbook", "--owner")
NATIVE_EXTRA = {
    "start": ("--print-run", *_DECLARED),
    "set": ("--ttl", "--unit"),
    "run": ("--timeout", "--kill-after", "--lock", "--lock-wait", "--output", *_DECLARED),
}
# What a question takes: it makes no event.
_GET_OPTIONS = ("--task", "--deadline", "--help")
INIT_SHELLS = ("bash", "zsh", "sh")

_BASH = """# hume completion for bash; in ~/.bashrc: eval "$(hume completion bash)"
_hume() {
    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "%(verbs)s" -- "$word"))
        return
    fi
    case $verb in
%(cases)s
    esac
}
complete -o default -F _hume hume hume-cli
"""

_ZSH = """#compdef hume hume-cli
# hume completion for zsh; in ~/.zshrc, after compinit: eval "$(hume completion zsh)"
_hume() {
    if (( CURRENT == 2 )); then
        local -a verbs=(
%(described)s
        )
        _describe 'verb' verbs
        return
    fi
    case $words[2] in
%(cases)s
    esac
}
# Found by compinit as a file, this is the function's own body; otherwise it only tells zsh of the function.
if [[ $funcstack[1] == _hume ]]; then _hume "$@"; else compdef _hume hume hume-cli; fi
"""


@click.command("completion")
@click.argument("shell", type=options.one_of("shell", SHELLS), metavar="SHELL")
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script for a shell: bash, zsh or fish."""
    root = ctx.find_root().command
    assert isinstance(root, click.Group)  # noqa: S101 - completion is a verb of the group
    click.echo({"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](_options(ctx, root)), nl=False)
    return 0


def _options(ctx: click.Context, root: click.Group) -> dict[str, list[str]]:
    found = {verb: [*NATIVE_EXTRA.get(verb, ()), *NATIVE_OPTIONS] for verb in verbs.NATIVE}
    found["get"] = list(_GET_OPTIONS)
    found["shell-init"] = ["--help"]
    for verb in verbs.PEOPLE:
        loaded = root.get_command(ctx, verb)
        params = loaded.params if loaded is not None else []
        names = [name for param in params if isinstance(param, click.Option) for name in param.opts]
        found[verb] = [*(name for name in names if name.startswith("--")), "--help"]
    return found


def _bash(words: dict[str, list[str]]) -> str:
    line = '        %s) COMPREPLY=($(compgen -W "%s" -- "$word")) ;;'
    cases = "\n".join(line % (verb, " ".join(_after(verb, names))) for verb, names in words.items())
    return _BASH % {"verbs": " ".join(words), "cases": cases}


def _zsh(words: dict[str, list[str]]) -> str:
    cases = "\n".join(f"        {verb}) compadd -- {' '.join(_after(verb, names))} ;;" for verb, names in words.items())
    described = "\n".join(f"            '{verb}:{_quoted(text)}'" for verb, text in _texts().items())
    return _ZSH % {"described": described, "cases": cases}


def _fish(words: dict[str, list[str]]) -> str:
    lines = ["# hume completion for fish; in config.fish: hume completion fish | source"]
    for program in ("hume", "hume-cli"):
        for verb, text in _texts().items():
            lines.append(f"complete -c {program} -f -n __fish_use_subcommand -a {verb} -d '{_quoted(text)}'")
        for verb, names in words.items():
            seen = f"'__fish_seen_subcommand_from {verb}'"
            lines += [f"complete -c {program} -n {seen} -l {name[2:]}" for name in names]
    return "\n".join(lines) + "\n"


def _after(verb: str, names: list[str]) -> list[str]:
    if verb == "completion":
        return [*SHELLS, *names]
    if verb == "shell-init":
        return [*INIT_SHELLS, *names]
    return [*verbs.PEOPLE, *verbs.NATIVE, *names] if verb == "help" else names


def _texts() -> dict[str, str]:
    return {**verbs.NATIVE, **verbs.PEOPLE}


def _quoted(text: str) -> str:
    return text.replace("'", "")
