# SPDX-License-Identifier: MIT
"""A script's own traps do, print and end as they would without `hume shell-init`: each script is run both ways."""

import pytest

from tests.fixtures import standin

BASH = ["bash", "--norc"]
ZSH = ["zsh", "-f"]
# INIT is where the text is evaluated; a script without it has it at its beginning.
BASH_SCRIPTS = {
    "lists nothing": "trap; trap -p; trap -p EXIT",
    "lists what was set": r"""trap 'echo "it'\''s"' EXIT; trap '' INT; trap 'a
b' ERR; trap : 15; trap; trap -p INT EXIT; x=$(trap -p EXIT); echo "<$x>"; trap - EXIT INT; trap""",
    "lists signals": "trap -l | head -2; trap -p TERM",
    "names in all spellings": "trap 'echo e' exit; trap -p 0; trap 'echo e2' SIGEXIT; trap 0; trap; trap 'echo x' 0 ERR; trap",
    "wrong usage": "trap x NOSIG 2>/dev/null; echo $?; trap FOO 2>/dev/null; echo $?; trap -p NOSIG 2>/dev/null; echo $?",
    "wrong usage under set -e": "trap 'echo end $?' EXIT; set -e; trap x NOSIG 2>/dev/null; echo never",
    "several signals": "trap 'echo got' USR1 USR2 EXIT; kill -USR1 $$; kill -USR2 $$; trap - USR1 USR2; trap",
    "a signal": "trap 'echo int; exit 7' TERM; trap 'echo end $?' EXIT; kill -TERM $$; echo never",
    "an ignored signal": "trap '' TERM; kill -TERM $$; echo alive; trap -- - TERM; trap",
    "digits first": "trap 'echo x' 15; trap 15 0; trap",
    "exit in a trap": "trap 'echo a $?; exit 5; echo never' EXIT; exit 3",
    "exit without a status": "trap 'false; exit' EXIT; exit 3",
    "a status left alone": "trap 'false' EXIT; (exit 3)",
    "a failing trap under set -e": "set -e; trap 'echo a; false; echo never' EXIT; :",
    "a trap that sets another": "trap 'echo a; trap \"echo b\" EXIT' EXIT; exit 2",
    "set before": "trap 'echo early $?' EXIT; trap 'echo err $?' ERR\nINIT\nfalse; trap -p EXIT ERR",
    "set before and replaced": "trap 'echo early' EXIT\nINIT\ntrap 'echo late $?' EXIT; exit 4",
    "set before and reset": "trap 'echo early' EXIT\nINIT\ntrap - EXIT; exit 4",
    "set before under set -e": "set -e\ntrap 'echo err $? $BASH_COMMAND' ERR\nINIT\nf() { false; }\nf",
    "err sees what bash shows": """trap 'echo "$? $LINENO $BASH_COMMAND ${FUNCNAME[0]-top}"' ERR
false
f() { (exit 3); }
f
! true; false || true; if false; then :; fi
false | true; (exit 4) | (exit 5)""",
    "err inside functions": """set -E; trap 'echo "$? $LINENO ${FUNCNAME[0]-top}"' ERR
f() {
  false
  return 3
}
f; (false); x=$(false)""",
    "err and errexit": "set -eE; trap 'echo err $? $LINENO' ERR; trap 'echo end $?' EXIT; f() { false; }; f; echo never",
    "err, set -E later": "trap 'echo err' ERR; f() { false; :; }; f; set -E; f",
    "err, set -E between": "INIT\nset -Ee\nt() { trap 'echo err $LINENO' ERR; }; t; f() { false; :; }; f",
    "err, set -E in a comment": "INIT\n# no set -E\ntrap 'echo err $LINENO' ERR; f() { false; :; }; f",
    "err, set +E": "set -E; trap 'echo err' ERR; f() { false; :; }; f; set +E; f",
    "err that exits": "trap 'echo err; exit 6' ERR; trap 'echo end $?' EXIT; false; echo never",
    "err reset": "trap 'echo err' ERR; trap - ERR; false; trap -p ERR",
    "a function's clean-up": """f() { trap 'echo ret $? ${FUNCNAME[0]}' RETURN; echo in; return 3; }
f; echo $?; g() { :; }; g; trap - RETURN; f2() { :; }; f2""",
    "return traced": "set -T; trap 'echo ret ${FUNCNAME[0]}' RETURN; f() { :; }; f; trap - RETURN; f",
    "debug": "trap 'echo \"+ $BASH_COMMAND\"' DEBUG; echo one; f() { echo in; }; f; trap - DEBUG; echo two",
    "subshells": """trap 'echo end' EXIT
( echo a ); ( trap 'echo sub' EXIT; trap -p EXIT; echo b ); x=$(trap 'echo sub' EXIT; echo c); echo "$x"
( trap - EXIT; trap ); { trap 'echo group $?' EXIT; false; } & wait $!; echo $?
( trap 'echo suberr' ERR; false; trap -p ERR )""",
    "IFS": "IFS=-:/0; trap 'echo \"a b\" end' EXIT; trap; exit 3",
    "aliases": "shopt -s expand_aliases; alias local=false builtin=false exit=false\nINIT\ntrap 'echo end $?' EXIT; (exit 3)",
    "noglob and nullglob": "set -f; shopt -s nullglob failglob; trap 'echo * end' EXIT; trap -p",
    "POSIX mode later": "trap 'echo end $?' EXIT\nINIT\nset -o posix; exit 3",
    "eval and source": "echo 'trap \"echo lib\" EXIT; return 3' >lib; . ./lib; echo $?; eval 'trap -p'",
    "inherit_errexit, lastpipe": "shopt -s inherit_errexit lastpipe; set -e; trap 'echo end $?' EXIT; echo x | read -r y; echo $y; x=$(false; echo no)",
    "nounset": "set -u; trap 'echo end $?' EXIT; echo $nosuch",
    "allexport": "set -a\nINIT\ntrap 'echo end' EXIT; bash -c 'trap \"echo inner\" EXIT; trap -p'",
}
ZSH_SCRIPTS = {
    "lists": "trap 'print \"it'\\''s\"' EXIT; trap 'print usr' USR1; trap 'print e' ZERR; trap; trap - USR1 ZERR; trap",
    "exit": "trap 'print end $?' EXIT; exit 3",
    "exit in a trap": "trap 'print end $?; exit 5; print never' EXIT; exit 3",
    "set before": "trap 'print early $?' EXIT; trap 'print \"err $?\"; print two' ZERR\nINIT\nfalse",
    "set before and replaced": "trap 'print early' EXIT\nINIT\ntrap 'print late $?' EXIT; exit 4",
    "set before and reset": "trap 'print early' EXIT\nINIT\ntrap - EXIT; exit 4",
    "functions": "f() { trap 'print leaving $?' EXIT; print in; return 2 }; f; print $?; trap 'print end' 0",
    "subshells": "trap 'print end' EXIT; ( trap 'print sub' EXIT; print a ); x=$(trap 'print s' EXIT; print b); print $x",
    "errexit": "set -e; trap 'print end $?' EXIT; trap 'print err $?' ERR; false; print never",
    "errexit in a function": "set -e; trap 'print end $?' EXIT; trap 'print err $?' ERR; f() { false; print no }; f; print never",
    "a failing trap under set -e": "set -e; trap 'print a; false; print never' EXIT; true",
    "a signal": "trap 'print got; exit 7' TERM; trap 'print end $?' EXIT; kill -TERM $$; print never",
    "TRAP functions": "TRAPZERR() { print zerr $1 }; TRAPEXIT() { print -u2 texit }\nINIT\nfalse; :",
    "TRAP functions later": "INIT\nTRAPEXIT() { print texit $? }; TRAPUSR1() { print usr }; kill -USR1 $$; (exit 3)",
    "hooks": "zshexit() { print hook $? }; trap 'print end' EXIT; exit 3",
    "hostile options": "setopt ksh_arrays sh_word_split no_unset err_return warn_create_global\nINIT\ntrap 'print end $?' EXIT; (exit 3)",
    "in conditions": "true && trap 'print end' EXIT; if trap 'print u' USR1; then trap; fi; trap x NOSIG 2>/dev/null || print bad",
    "nounset": "setopt no_unset; trap 'print end $?' EXIT; print $nosuch",
}


def run_both_ways(stand_in: standin.StandIn, shell: list[str], script: str, init: str) -> tuple[standin.Ended, ...]:
    text = script.replace("INIT", init) if "INIT" in script else f"{init}\n{script}"
    standin.require(shell[0])
    with_it = stand_in.run(shell, text + "\n")
    return with_it, stand_in.plain(shell, text + "\n")


@pytest.mark.parametrize("script", BASH_SCRIPTS.values(), ids=BASH_SCRIPTS)
def test_in_bash_a_script_with_traps_goes_as_without_hume(script: str, stand_in: standin.StandIn) -> None:
    with_it, without = run_both_ways(stand_in, BASH, script, 'eval "$(hume shell-init bash)"; hume start backup')

    assert (with_it.status, with_it.stdout) == (without.status, without.stdout)
    assert with_it.said == ["start backup", f"stop {with_it.status}"]


@pytest.mark.parametrize("script", ZSH_SCRIPTS.values(), ids=ZSH_SCRIPTS)
def test_in_zsh_a_script_with_traps_goes_as_without_hume(script: str, stand_in: standin.StandIn) -> None:
    with_it, without = run_both_ways(stand_in, ZSH, script, 'eval "$(hume shell-init zsh)"; hume start backup')

    assert (with_it.status, with_it.stdout) == (without.status, without.stdout)
    assert with_it.said in (["start backup", f"stop {with_it.status}"], ["start backup", "stop 3"], ["start backup"])
