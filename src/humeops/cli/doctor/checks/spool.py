# SPDX-License-Identifier: MIT
"""Is what was said kept, and on its way? Pure."""

import shlex
import typing

from humeops import amounts, spans
from humeops.cli import phrases
from humeops.cli.doctor.checks import humed
from humeops.cli.doctor.checks.files import disk_has_room
from humeops.cli.doctor.facts import Facts
from humeops.cli.doctor.finding import Finding, broken, ok, warning
from humeops.daemon.rules import parsing

NEAR_CAP = 0.8
DROP_PATIENCE_SECONDS = 10.0  # humed takes a file in within a second, unless it cannot
WAITING_PATIENCE_SECONDS = 600.0


def nothing_waits_in_the_drop_folder(facts: Facts) -> Finding | None:
    """Files in the drop folder are taken in at once where humed is there."""
    waiting, age = facts.dropped.waiting, facts.dropped.oldest_seconds
    if not waiting:
        return None
    files = f"{phrases.plural(waiting, 'file')} in {facts.places.drop}, the oldest for {_rough(age)}"
    if facts.daemon.answer != "yes":
        away = humed.humed_answers(facts)
        return warning(f"{files}: they wait for humed", away.mend if away else facts.start)
    if age < DROP_PATIENCE_SECONDS:
        return None
    return warning(f"{files}, though humed is there: it may not read them, or has no room", "hume queue")


def quarantine_is_empty(facts: Facts) -> Finding | None:
    """No file came that holds no acceptable event."""
    if not facts.dropped.quarantined:
        return None
    folder = shlex.quote(f"{facts.places.drop}/quarantine")
    files = phrases.plural(facts.dropped.quarantined, "file")
    return warning(f"{files} in quarantine: somebody dropped what is no event; {_log_says(facts)}", f"ls -l {folder}")


def nothing_foreign_lies_in_the_drop_folder(facts: Facts) -> Finding | None:
    """Nobody has put files of his own there, or given an event's file a name that humed does not read."""
    if not facts.dropped.foreign:
        return None
    files = phrases.plural(facts.dropped.foreign, "file")
    told = f"{files} in {facts.places.drop} that hume did not make: humed leaves them alone, an event is named ID.hume"
    return warning(told, f"ls -lA {shlex.quote(str(facts.places.drop))}")


def spool_takes_everything(facts: Facts) -> Finding | None:
    """humed turns nothing away for want of room."""
    room = _of(facts, "room")
    if not isinstance(room, str) or room == "everything":
        return None
    return broken(
        f"humed takes {'nothing' if room == 'nothing' else f'only {room}'} now, for want of room", _room_again(facts)
    )


def spool_is_below_its_cap(facts: Facts) -> Finding | None:
    """The spool is not about to give events up."""
    used = facts.stored.used_bytes if facts.stored.used_bytes is not None else _of(facts, "spool_bytes")
    if not isinstance(used, int) or facts.config is None:
        return None
    cap = facts.config.limits.max_bytes
    told = f"the spool holds {amounts.size(used)} of at most {amounts.size(cap)}"
    return warning(f"{told}: over that, events are given up", _more_room(facts)) if used > cap * NEAR_CAP else ok(told)


def nothing_was_dropped(facts: Facts) -> Finding | None:
    """No limit and no damage has cost an event in the life of this spool."""
    dropped = _of(facts, "dropped")
    counts = dropped.items() if isinstance(dropped, dict) else ()
    lost = [f"{count}: {cause}" for cause, count in counts if count and not cause.startswith(parsing.CHOSEN)]
    if not lost:
        return None
    told = "; ".join(lost)
    return warning(f"events were given up in the life of this spool ({told})", "hume events --kind loss")


def rules_are_those_of_the_file(facts: Facts) -> Finding | None:
    """humed goes by the rules that stand in humed.toml."""
    trouble = _of(facts, "rules_trouble")
    if not isinstance(trouble, str) or not trouble:
        return None
    return warning(
        f"humed goes by earlier rules, since it cannot read those of its file: {trouble}",
        f"${{EDITOR:-vi}} {facts.settings}",
    )


def spool_is_sound(facts: Facts) -> Finding | None:
    """The spool that waits for a humed is one that it can go on with."""
    trouble = facts.stored.trouble
    if trouble is None:
        return None
    if trouble.starting_mends:
        saves = "humed puts it aside or mends it when it starts, saves what can be read and declares the rest"
        return broken(f"{trouble.text}: {saves}", facts.start)
    return broken(trouble.text, trouble.mend)


def no_damaged_spool_lies_about(facts: Facts) -> Finding | None:
    """No damaged spool was put aside: its events were saved as far as they could be, and somebody should look at the disk."""
    aside = facts.stored.put_aside
    if not aside:
        return None
    what = "a damaged spool was" if len(aside) == 1 else f"{len(aside)} damaged spools were"
    mend = f"dmesg | tail; rm {' '.join(shlex.quote(one) + '*' for one in aside)}"
    return warning(f"{what} put aside, what could be read was saved: {aside[-1]}", mend)


def forwarding_works(facts: Facts) -> Finding | None:
    """humed's last attempt to reach central went well."""
    error = _of(facts, "last_error")
    if facts.daemon.answer != "yes" or not isinstance(error, str) or _of(facts, "forwards") is False:
        return None
    depth = _of(facts, "depth")
    waiting = f"{phrases.plural(depth, 'event')} wait" if isinstance(depth, int) and depth else ""
    if error:
        told = f" ({waiting.replace('1 event wait', '1 event waits')})" if waiting else ""
        return warning(f"forwarding waits{told}: {error}", _hurry(facts))
    return ok("forwarding works" if waiting else "forwarding works, nothing waits")


def outputs_work(facts: Facts) -> Finding | None:
    """Each output takes events, and has missed none."""
    outputs = _of(facts, "outputs")
    if not isinstance(outputs, dict) or not outputs:
        return None
    told = {name: one for name, one in outputs.items() if isinstance(one, dict)}
    for name, one in told.items():
        if error := one.get("last_error"):
            return warning(
                f"the output {name} takes no events: {error}",
                f"${{EDITOR:-vi}} {facts.settings}  # [outputs]; or mend {one.get('to')}",
            )
    for name, one in told.items():
        if missed := one.get("missed"):
            return warning(
                f"the output {name} missed {phrases.plural(missed, 'event')} since humed started",
                f"${{EDITOR:-vi}} {facts.settings}  # hold_bytes in [outputs]",
            )
    return ok(f"{phrases.plural(len(told), 'output')} {'takes' if len(told) == 1 else 'take'} events")


def nothing_waits_too_long(facts: Facts) -> Finding | None:
    """The oldest event that waits for central is young."""
    age = _of(facts, "oldest_age_seconds")
    if not isinstance(age, (int, float)) or age < WAITING_PATIENCE_SECONDS:
        return None
    return warning(f"the oldest event has waited for central for {_rough(age)}", _hurry(facts))


def _log_says(facts: Facts) -> str:
    log = "journalctl -u humed" if facts.places.is_system else "humed's log (humed.log of hume up)"
    return f"{log} says why"


def _of(facts: Facts, name: str) -> typing.Any:
    return facts.daemon.picture.get(name) if facts.daemon.picture else None


def _hurry(facts: Facts) -> str:
    # Central and its credential have findings of their own; then this makes humed try at once.
    away = humed.humed_answers(facts)
    if away and away.mend:
        return away.mend
    if not facts.central.url and facts.config is not None and not facts.reports_to_redis:
        return facts.name_central
    return f"kill -HUP {facts.daemon.pid}" if facts.daemon.is_humed else "hume queue"


def _room_again(facts: Facts) -> str:
    # Room runs out on the disk or in the spool; a larger spool would not help a full disk.
    ill = disk_has_room(facts)
    return ill.mend if ill is not None and ill.state == "broken" else _more_room(facts)


def _more_room(facts: Facts) -> str:
    return f"${{EDITOR:-vi}} {facts.settings}  # max_bytes in [spool]; or make room on the disk"


def _rough(seconds: float) -> str:
    return spans.rough(int(seconds * spans.SECOND))
