# SPDX-License-Identifier: MIT
"""The checks: each a pure function from facts to one finding, or None where it has nothing to say.

A new check is a function in the module it belongs to, and a line in CHECKS. Names are public: `hume doctor -o json` gives them.
"""

from collections.abc import Callable, Iterator

from humeops.cli.doctor.checks import central, clock, files, humed, programs, runs, signing, spool
from humeops.cli.doctor.facts import Facts
from humeops.cli.doctor.finding import Finding, Result

Check = Callable[[Facts], Finding | None]

# In the order in which a person would look: is it said at all, is it taken, is it kept, does it arrive.
CHECKS: dict[str, Check] = {
    "client": programs.client_is_native,
    "client-alone": programs.client_is_alone,
    "versions": programs.versions_agree,
    "disabled": programs.is_enabled,
    "settings": humed.settings_are_right,
    "socket-path": humed.socket_path_fits,
    "humed": humed.humed_answers,
    "pid-file": humed.pid_file_is_true,
    "run-folder": files.run_folder_is_right,
    "drop-folder": files.drop_folder_is_right,
    "drop-read": files.drop_folder_is_read,
    "tokens": files.tokens_are_private,
    "disk": files.disk_has_room,
    "drop-waiting": spool.nothing_waits_in_the_drop_folder,
    "quarantine": spool.quarantine_is_empty,
    "foreign": spool.nothing_foreign_lies_in_the_drop_folder,
    "room": spool.spool_takes_everything,
    "cap": spool.spool_is_below_its_cap,
    "dropped": spool.nothing_was_dropped,
    "rules": spool.rules_are_those_of_the_file,
    "spool": spool.spool_is_sound,
    "damaged": spool.no_damaged_spool_lies_about,
    "runs": runs.open_runs_are_watched,
    "forwarding": spool.forwarding_works,
    "outputs": spool.outputs_work,
    "waiting": spool.nothing_waits_too_long,
    "clock": clock.clock_is_set,
    "central": central.central_answers,
    "skew": clock.clocks_agree,
    "credential": central.credential_is_accepted,
    "copied": central.credential_is_here_alone,
    "person-token": central.person_is_accepted,
    "signers": signing.signers_are_known,
}


def judge(facts: Facts) -> Iterator[Result]:
    """Yield what each check has to say."""
    for name, check in CHECKS.items():
        finding = check(facts)
        if finding is not None:
            yield Result(name, finding)
