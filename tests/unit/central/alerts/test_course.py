# SPDX-License-Identifier: MIT
"""The course of an alert, whatever happens in whatever order: nothing wrong stays untold, nothing is told twice, nothing spins."""

import hypothesis
import msgspec
from hypothesis import strategies as st

from humeops import spans
from humeops.central.alerts import course
from humeops.central.alerts.book import Rule, Step
from humeops.central.alerts.course import Around, News

BAD = ("failed", "lost", "late", "overdue")
RULES = (
    Rule("plain", wait="0", repeat=""),
    Rule("patient", after="10m", repeat="1h"),
    Rule("third", failures=3, repeat="1h"),
    Rule("steps", wait="30s", repeat="1h", escalate=[Step("30m", ["boss"])]),
)
_states = st.sampled_from((*BAD, "ok", "running", "warning", "unknown", "paused"))
_steps = st.lists(
    st.tuples(
        st.integers(0, 7_200),  # seconds until then
        st.one_of(_states, st.sampled_from(["look", "silence", "speak", "take", "release", "parent", "alone"])),
        st.integers(0, 600),  # how long before then it was said, in seconds
    ),
    max_size=40,
)


class Walk:
    """One task under one rule: what it did, what was told."""

    def __init__(self, rule: Rule, is_heard: bool = True) -> None:
        self.rule = rule
        self.usual = ("ops",) if is_heard else ()  # whom routes lead to
        self.now = 1_000 * spans.DAY
        self.alert: course.Alert | None = None
        self.state = "ok"
        self.around = Around()
        self.told: list[tuple[str, str]] = []
        self.openings: list[int] = []

    def recent(self) -> int:
        return sum(at > self.now - course.FLAPPING_NS for at in self.openings)

    def settle(self, step: course.Step) -> None:
        if any(entry.what == "raised" for entry in step.entries):
            self.openings.append(self.now)
        for one in step.told:
            assert step.alert is not None
            self.told.append((one.kind, step.alert.trouble))
            step = step._replace(alert=course.told_to(step.alert, one.to or self.usual))
        self.alert = None if step.alert is not None and self._is_done(step.alert) else step.alert

    def _is_done(self, alert: course.Alert) -> bool:
        return alert.state == "closed" and alert.due is None

    def move(self, after: str, said_before: int) -> None:
        if after == self.state:
            return
        if self.alert is not None and self.alert.state == "closed":
            self.look()
            if self.alert is not None:
                return  # another alert would be another row
        rule = self.rule if after in BAD else None
        news = News("db1", "backup", self.state, after, "", "", self.now, self.now - said_before * spans.SECOND)
        self.state = after
        self.settle(course.note(self.alert, rule, news, self.recent()))

    def look(self) -> None:
        for _ in range(20):
            if self.alert is None or self.alert.due is None or self.alert.due > self.now:
                return
            until = self.around.silenced_until
            if until is not None and until <= self.now:
                self.around = self.around._replace(silenced_until=None)
            self.settle(course.look(self.alert, self.rule, self.around, self.now, self.recent()))
        raise AssertionError("it is due again and again")

    def pass_time(self, seconds: int) -> None:
        """Go on, looking whenever something is due."""
        until = self.now + seconds * spans.SECOND
        for _ in range(1_000):
            due = self.alert.due if self.alert is not None else None
            if due is None or due > until:
                break
            self.now = max(self.now, due)
            self.look()
        self.now = until

    def act(self, what: str, said_before: int) -> None:
        if what == "silence":
            self.around = self.around._replace(silenced_until=self.now + spans.HOUR)
        elif what == "speak":
            self.around = self.around._replace(silenced_until=None)
        elif what in ("take", "release"):
            self.around = self.around._replace(taken_by="ana" if what == "take" else "")
        elif what in ("parent", "alone"):
            self.around = self.around._replace(quieted_by="db1 is silent" if what == "parent" else "")
        elif what != "look":
            self.move(what, said_before)
            return
        if self.alert is not None and self.alert.state == "open" and what != "look":
            self.alert = msgspec.structs.replace(self.alert, due=self.now)
            self.look()


@hypothesis.given(st.sampled_from(RULES), _steps, st.booleans())
def test_whatever_happens_it_comes_to_rest_and_what_is_wrong_was_told(rule, steps, is_heard):
    walk = Walk(rule, is_heard)
    for seconds, what, said_before in steps:
        walk.pass_time(seconds)
        walk.act(what, said_before)
    walk.around = Around()
    if walk.alert is not None and walk.alert.state == "open":
        walk.alert = msgspec.structs.replace(walk.alert, due=walk.now)
    walk.pass_time(24 * 3_600)

    if walk.alert is not None and walk.alert.state == "open" and walk.alert.well_since is None:
        assert walk.alert.told_at is not None, "an open alert that nothing keeps quiet was told"
    problems = sum(kind == "problem" for kind, _ in walk.told)
    recoveries = sum(kind == "recovery" for kind, _ in walk.told)
    assert recoveries <= max(len(walk.openings), problems)


@hypothesis.given(_steps)
def test_without_anything_that_keeps_quiet_each_raised_alert_is_told(steps):
    walk = Walk(RULES[0])
    for seconds, what, _ in steps:
        walk.pass_time(seconds)
        if what in (*BAD, "ok", "running"):
            walk.act(what, 0)
    walk.pass_time(24 * 3_600)

    about = [kind for kind, _ in walk.told if kind in ("problem", "recovery")]
    assert len(about) >= len(walk.openings)
    assert (walk.state in BAD) <= (walk.alert is not None)


@hypothesis.given(st.integers(1, 5_000), st.integers(1, 5_000))
def test_what_was_said_before_it_was_raised_clears_nothing(late, later):
    walk = Walk(RULES[0])
    walk.move("late", 0)
    walk.pass_time(60)
    walk.told.clear()

    walk.move("ok", 60 + late)
    walk.pass_time(later)

    assert (walk.told, walk.alert and walk.alert.state) == ([], "open")
