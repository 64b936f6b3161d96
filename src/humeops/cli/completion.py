# SPDX-License-Identifier: MIT
"""`hume completion SHELL`: verbs and options for bash, zsh or fish. Native verbs complete too.

The script holds verbs and options, so that for these pressing Tab starts no Python. For tasks, hosts and tags it asks back:
`hume completion words VERB PREVIOUS WORD` prints what may stand there, one a line, and nothing when anything is wrong. Packages
bring what this prints as files (native/completion); a test holds them to it.
"""

import contextlib
import os
from collections.abc import Sequence

import click

from humeops.cli import candidates, client, options, profiles, verbs
from humeops.errors import HumeError

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
    "run": ("--timeout", "--kill-after", "--lock", "--lock-wait", "--output", "--signed", "--trust", *_DECLARED),
}
# What a question takes: it makes no event.
_GET_OPTIONS = ("--task", "--deadline", "--help")
INIT_SHELLS = ("bash", "zsh", "sh")
_WORDS = "words"
# After these, what is no option is asked for.
ASKING = (
    *("status", "runs", "show", "events", "tail", "wait", "check", "data", "scripts", "note", "about", "take", "badge"),
)

_BASH = """# hume completion for bash; in ~/.bashrc: eval "$(hume completion bash)"
_hume() {
    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} line=${COMP_LINE:0:COMP_POINT} whole cut before=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "%(verbs)s" -- "$word"))
        return
    fi
    # Bash splits words at colons; what is typed is looked at as it stands.
    whole=${line##* }
    read -ra before <<<"${line%%"$whole"}"
    before=${before[${#before[@]} - 1]}
    if [[ $whole != -* && ( " %(asking)s " == *" $verb "* || $before == -@(t|T|-task|-tags) ) ]]; then
        mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" completion words "$verb" -- "$before" "$whole" 2>/dev/null)
        [[ ${COMPREPLY[0]-} == *: ]] && compopt -o nospace 2>/dev/null
        cut=${whole%%"$word"}
        [[ $COMP_WORDBREAKS == *:* && $whole == *:* ]] && cut=${whole%%"${whole##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$cut"}")
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
    local -a found
    if [[ $words[CURRENT] != -* && ( " %(asking)s " == *" $words[2] "* || $words[CURRENT-1] == -(t|T|-task|-tags) ) ]]; then
        found=(${(f)"$($words[1] completion words $words[2] -- "$words[CURRENT-1]" "$words[CURRENT]" 2>/dev/null)"})
        compadd -S '' -a found
        return
    fi
    case $words[2] in
%(cases)s
    esac
}
# Found by compinit as a file, this is the function's own body; otherwise it only tells zsh of the function.
if [[ $funcstack[1] == _hume ]]; then _hume "$@"; else compdef _hume hume hume-cli; fi
"""


@click.command("completion", context_settings={"ignore_unknown_options": True})
@click.argument("shell", type=options.one_of("shell", (*SHELLS, _WORDS)), metavar="SHELL")
@click.argument("asked", nargs=-1, type=click.UNPROCESSED, metavar="")
@click.pass_context
def command(ctx: click.Context, shell: str, asked: Sequence[str]) -> int:
    """Print the completion script for a shell: bash, zsh or fish."""
    if shell == _WORDS:
        _print_words(asked)
        return 0
    if asked:
        raise click.UsageError(f"got unexpected extra argument ({asked[0]})", ctx)
    root = ctx.find_root().command
    assert isinstance(root, click.Group)  # noqa: S101 - completion is a verb of the group
    click.echo({"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](_options(ctx, root)), nl=False)
    return 0


def _print_words(asked: Sequence[str]) -> None:
    verb, previous, word = [*asked, "", "", ""][:3]

    def find() -> client.Central:
        return client.find_central(None, timeout=candidates.TIMEOUT_SECONDS)

    # Whatever is wrong: nobody asked a question, somebody pressed Tab.
    with contextlib.suppress(HumeError, OSError):
        names = profiles.read(profiles.place(os.environ)) if "-" in previous else {}
        for one in candidates.offer(verb, previous, word, find, lambda: names):
            print(one)


def _options(ctx: click.Context, root: click.Group) -> dict[str, list[str]]:
    found = {verb: [*NATIVE_EXTRA.get(verb, ()), *NATIVE_OPTIONS] for verb in verbs.NATIVE}
    found["get"] = list(_GET_OPTIONS)
    found["shell-init"] = ["--help"]
    for verb in verbs.PEOPLE:
        loaded = root.get_command(ctx, verb)
        params = loaded.params if loaded is not None else []
        names = [name for param in params if isinstance(param, click.Option) for name in param.opts]
        own = loaded.list_commands(ctx) if isinstance(loaded, click.Group) else []
        found[verb] = [*own, *(name for name in names if name.startswith("--")), "--help"]
    return found


def _bash(words: dict[str, list[str]]) -> str:
    line = '        %s) %sCOMPREPLY=($(compgen -W "%s" -- "$word")) ;;'
    # Behind a verb's own verb come what it takes, files too, and not its verbs again.
    first = {verb: '[ "$COMP_CWORD" -gt 2 ] || ' if _own_verbs(names) else "" for verb, names in words.items()}
    cases = "\n".join(line % (verb, first[verb], " ".join(_after(verb, names))) for verb, names in words.items())
    return _BASH % {"verbs": " ".join(words), "cases": cases, "asking": " ".join(ASKING)}


def _zsh(words: dict[str, list[str]]) -> str:
    first = {
        verb: "if (( CURRENT > 3 )); then _files; else " if _own_verbs(names) else "" for verb, names in words.items()
    }
    cases = "\n".join(
        f"        {verb}) {first[verb]}compadd -- {' '.join(_after(verb, names))}{'; fi' * bool(first[verb])} ;;"
        for verb, names in words.items()
    )
    described = "\n".join(f"            '{verb}:{_quoted(text)}'" for verb, text in _texts().items())
    return _ZSH % {"described": described, "cases": cases, "asking": " ".join(ASKING)}


def _fish(words: dict[str, list[str]]) -> str:
    lines = ["# hume completion for fish; in config.fish: hume completion fish | source"]
    for program in ("hume", "hume-cli"):
        for verb, text in _texts().items():
            lines.append(f"complete -c {program} -f -n __fish_use_subcommand -a {verb} -d '{_quoted(text)}'")
        for verb, names in words.items():
            seen = f"'__fish_seen_subcommand_from {verb}'"
            lines += [f"complete -c {program} -n {seen} -l {name[2:]}" for name in names if name.startswith("--")]
            if own := _own_verbs(names):
                second = f"'__fish_seen_subcommand_from {verb}; and test (count (commandline -opc)) -eq 2'"
                lines.append(f"complete -c {program} -f -n {second} -a '{' '.join(own)}'")
        for verb in ASKING:
            seen = f"'__fish_seen_subcommand_from {verb}'"
            words_of = f"({program} completion words {verb} -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)"
            lines.append(f"complete -c {program} -f -n {seen} -a '{words_of}'")
    return "\n".join(lines) + "\n"


def _own_verbs(names: list[str]) -> list[str]:
    return [name for name in names if not name.startswith("--")]


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
