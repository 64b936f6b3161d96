# SPDX-License-Identifier: MIT
"""humed's life: start, one loop that receives, commits, acknowledges and releases, and a clean stop.

*Design.* One thread does everything durable; the forwarding thread only reads the spool and speaks to central, and the
two meet in the spool's rows and in one number, how far central has committed. kill -9 at any moment loses nothing that
was acknowledged: what was not is said again by its sayer, from the drop folder if need be.
"""

import contextlib
import logging
import select

import zmq

from humeops import systemd
from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import copies, highwater, rescue
from humeops.daemon.ballast import make_room_to_open
from humeops.daemon.config import Config
from humeops.daemon.deaths import Deaths
from humeops.daemon.door import Request
from humeops.daemon.dropfolder import DropFolder
from humeops.daemon.dropturns import DropTurns
from humeops.daemon.folders import make_folder
from humeops.daemon.folderwatch import News
from humeops.daemon.forks import Forks
from humeops.daemon.groupsize import FEWEST, TURN_NS
from humeops.daemon.guard.throttle import Place
from humeops.daemon.intake import NOTHING_LEFT, Intake
from humeops.daemon.keeper import Keeper
from humeops.daemon.listener import Listener
from humeops.daemon.metrics import Metrics
from humeops.daemon.opening import note_damage, open_spool
from humeops.daemon.ordering import as_said
from humeops.daemon.origins import Origins
from humeops.daemon.pipeline import Pipeline
from humeops.daemon.presence import HEARTBEAT_SECONDS, Lock, PidFile, check_place
from humeops.daemon.questions import Questions
from humeops.daemon.readers import Readers
from humeops.daemon.releasing import RELEASE_AFTER_SECONDS, Releasing
from humeops.daemon.runs import OpenRuns
from humeops.daemon.screening import Screening
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import SpoolDamagedError, SpoolNamelessError
from humeops.daemon.wakes import Wakes
from humeops.daemon.warmup import warm_up
from humeops.daemon.watch import Watch
from humeops.daemon.watcher import Watcher
from humeops.errors import HumeError
from humeops.wire import codec, dropfile

# With inotify used up on this host, or while there is no room for what was dropped, the drop folder is looked into this often.
LOOK_SECONDS = 1.0
# The spool's limits are looked at this often while events come; an idle humed does so with its heartbeat.
TEND_SECONDS = 1.0
SWEEP_SECONDS = 3_600.0
# Of requests over their user's rate so many are looked at in one turn: those of others come in between.
HELD_AT_ONCE = 100
# At the end each thread that reads the spool gets this long to let go of it, so that the WAL can be folded in.
READERS_PATIENCE_SECONDS = 0.3
# At the end, what arrived before is still answered: as long as something comes within this, and no longer than that.
LAST_ARRIVAL_MS = 20
LAST_ANSWERS_SECONDS = 0.5

log = logging.getLogger(__name__)


class Service:
    """One humed. `start`, then `turn` again and again until it returns False, then `stop`."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._swept_ns = 0
        self._beat_ns = 0
        self._tend_due_ns = 0
        self._recall_due_ns = 0
        self._left = NOTHING_LEFT

    def start(self) -> None:
        """Take what was dropped, listen, tell everybody; the order keeps events in the order they were said."""
        make_folder(self._config.spool.parent, 0o700)
        make_folder(self._config.socket.parent, 0o755)
        check_place(self._config.pid_file, "pid file")
        self._locks = [Lock(path) for path in self._config.locks]
        self._wakes = Wakes()
        self._high_water = highwater.HighWater(self._config.spool.with_name(highwater.NAME))
        make_room_to_open(self._config.spool)
        self._spool = open_spool(self._config.spool, self._high_water, self._config.host, self._clock)
        warm_up(self._spool)
        self._keeper = Keeper(self._spool, self._config.limits, self._config.host, self._clock)
        self._runs = OpenRuns(self._spool.db)
        self._screening = Screening(self._config, self._spool, self._keeper, self._clock)
        pipeline = self._make_pipeline()
        self._intake = self._make_intake(pipeline)
        self._folder = DropFolder(self._config.drop)
        self._drops = DropTurns(self._folder, self._intake, self._clock)
        self._readers = Readers(self._config, self._spool, self._keeper, self._clock)
        self._releasing = Releasing(self._spool, self._intake, self._readers, self._clock)
        deaths = Deaths(self._runs, self._spool, self._keeper, self._config.host, self._clock)
        forks = Forks(self._runs, self._spool, self._keeper, self._clock)
        self._watcher = Watcher(self._runs, Watch(self._runs.processes), deaths, forks, self._clock)
        self._questions = self._make_questions(pipeline)
        self._recall_what_was_taken(pipeline)
        # Before the socket listens: everything that was said while humed was away comes first.
        self._drops.drain(lambda: self._wakes.is_stopping)
        self._watch_runs()
        self._readers.start(self._wakes.ring)
        self._listener = Listener(self._config.socket, self._config.push_socket, self._config.listen)
        self._metrics = Metrics(self._config.metrics.listen, self._wakes.ring)
        self._poller = self._make_poller()
        self._pid_file = PidFile(self._config.pid_file)
        systemd.notify("READY=1")
        log.info(
            "listens at %s as %s, %d events wait for central",
            self._config.socket,
            self._config.host,
            self._questions.depth(),
        )

    def run(self) -> None:
        """Serve until told to stop. A disk that fails ends it at once, with nothing more acknowledged."""
        try:
            self.start()
            self._serve()
            self.stop()
        except SpoolDamagedError:
            note_damage(self._config.spool)
            raise
        except SpoolNamelessError:
            rescue.save(self._spool, self._has_central_all, self._clock)
            raise

    def _serve(self) -> None:
        try:
            while self.turn():
                pass
            self._spool.check_name()
        except (HumeError, OSError):
            self._pid_file.remove()
            raise

    def turn(self) -> bool:
        """Wait for something, do all of it once; return False when it is time to stop."""
        self._wakes.drain(dict(self._poller.poll(self._patience_ms())))
        if self._wakes.take_hangup():
            log.info("looks for central anew")
            self._readers.forwarder.hurry()
            if (found := self._screening.reload()) is not None:
                self._readers.feeds.adopt(found.outputs)
        # Once a turn, however much waits: a flood that humed can just bear must not keep it from its heartbeat.
        self._take_waiting()
        self._metrics.answer_if_asked(self._questions.queue)
        self._readers.heed()
        self._watch_runs()
        self._releasing.release_if_due()
        self._tend_if_due()
        self._recall_if_due()
        self._beat()
        return not self._wakes.is_stopping

    def stop(self) -> None:
        """End cleanly. First the pid file goes, so that callers stop waiting; what already waits is still answered."""
        systemd.notify("STOPPING=1")
        self._pid_file.remove()
        self._answer_the_last()
        self._listener.close()
        self._metrics.close()
        self._readers.stop(READERS_PATIENCE_SECONDS)
        self._releasing.release()
        self._watcher.close()
        log.info("stops, %d events wait for central", self._questions.depth())
        self._spool.close()
        self._high_water.close()
        self._folder.close()
        for lock in self._locks:
            lock.release()

    def _has_central_all(self) -> bool:
        return max(self._readers.forwarder.committed_upto, self._spool.committed_upto) >= self._spool.last_seq

    def _answer_the_last(self) -> None:
        # libzmq's own thread may still be reading what has arrived. Bounded: somebody may go on asking for ever.
        end_ns = self._clock.boot_ns() + int(LAST_ANSWERS_SECONDS * NS_PER_SECOND)
        while self._listener.wait(LAST_ARRIVAL_MS) and self._clock.boot_ns() < end_ns:
            self._take_waiting()
        # Whoever waits for his files says it again, or drops it behind them: so it keeps its place.
        for request in self._drops.take_waiting():
            self._intake.turn_away(request, self._listener)
        # At the end nobody waits for his rate.
        held = self._left.requests + self._screening.throttle.take_all()
        if held or self._left.pushed:
            self._intake.take_requests(held, self._left.pushed, self._listener, self._releasing.due())
        self._screening.tell(at_the_end=True)

    # -- one thing each -------------------------------------------------------------------------------------------

    def _take_waiting(self) -> None:
        # The folder is looked at after the requests are in hand and taken before them: whatever a script dropped before it
        # said one of these is then seen, and keeps its place.
        requests = self._collect_requests()
        if (news := self._folder.watch.news()) or self._drops.is_behind:
            requests = self._take_files(requests, news)
        # Behind the requests, whose sayers wait. Of a flood one group a turn: what else is due comes between.
        pushed = self._left.pushed or self._listener.receive_pushed(max(FEWEST, self._intake.size.most - len(requests)))
        self._left = NOTHING_LEFT
        if requests or pushed:
            said, due = as_said(requests), self._releasing.due()
            self._left = self._intake.take_requests(said, pushed, self._listener, due, TURN_NS)
            self._readers.wake()

    def _collect_requests(self) -> list[Request]:
        most = self._intake.size.most
        requests = self._left.requests + self._screening.throttle.take_due(self._clock.boot_ns(), most // 2)
        held = 0
        while len(requests) < most and held < HELD_AT_ONCE:
            if (request := self._listener.receive()) is None:
                break
            if isinstance(request.body, bytes) and request.body.startswith(b"?"):
                self._listener.reply(request.peer, self._questions.answer(request.body))
            elif isinstance(request.body, HumeError) or self._may_pass(request):
                # What is refused unread takes nothing of anybody's rate: without the token nobody fills the line of those who have it.
                requests.append(request)
            else:
                held += 1
        return requests

    def _may_pass(self, request: Request) -> bool:
        place = self._screening.place(request)
        if place is Place.FULL:
            self._intake.turn_away(request, self._listener)
        return place is Place.NOW

    def _take_files(self, requests: list[Request], news: News) -> list[Request]:
        turn = self._drops.step(requests, news)
        if turn.has_taken:
            self._readers.wake()
        for request in turn.full:
            self._intake.turn_away(request, self._listener)
        self._follow_folder(is_empty=not self._drops.is_behind)
        return turn.going

    def _follow_folder(self, *, is_empty: bool) -> None:
        # News may be that the folder itself went: what it holds is taken first, and where that cannot be, left at a heartbeat.
        if is_empty and self._folder.follow():
            self._drops.look_again()

    def _recall_what_was_taken(self, pipeline: Pipeline) -> None:
        # An earlier humed may have died between its commit and the answer: then the file is here, and the event is held.
        dropped = {dropfile.id_of(name) for name in self._folder.names()}
        if dropped:
            held = self._spool.newest(copies.REMEMBERED)
            pipeline.copies.recall(codec.decode(body) for body in held if codec.id_in(body) in dropped)

    def _watch_runs(self) -> None:
        # After what waited was taken in: a stop that a script said before it ended goes first.
        if self._watcher.step(is_behind=self._drops.is_behind):
            self._readers.wake()

    def _recall_if_due(self) -> None:
        # What was over its user's rate, or his share: as often as the rate gives him another burst, or room may have come.
        now = self._clock.boot_ns()
        if self._folder.has_aside and now >= self._recall_due_ns:
            self._recall_due_ns = now + int(self._screening.throttle.refill_seconds * NS_PER_SECOND)
            self._folder.recall()
            self._drops.look_again()

    def _tend_if_due(self) -> None:
        now = self._clock.boot_ns()
        if now >= self._tend_due_ns or self._keeper.is_pressed:
            said_before = self._spool.last_seq
            more = self._keeper.tend(self._readers.forwarder.in_flight_upto, self._questions.committed_upto())
            if self._spool.last_seq > said_before:  # what it gave up, it has declared
                self._readers.wake()
            self._tend_due_ns = now + (0 if more else int(TEND_SECONDS * NS_PER_SECOND))
            if self._screening.tell():
                self._readers.wake()

    def _beat(self) -> None:
        now = self._clock.boot_ns()
        if now - self._beat_ns >= HEARTBEAT_SECONDS * NS_PER_SECOND:
            self._beat_ns = now
            self._spool.check_name()
            self._pid_file.touch()
            self._questions.note_rates()
            # With no descriptor left to look with, what was told last stands.
            with contextlib.suppress(OSError):
                self._readers.forwarder.health = self._questions.health()
            self._follow_folder(is_empty=True)
            systemd.notify(
                f"WATCHDOG=1\nSTATUS={self._questions.depth()} events wait for central, {len(self._runs)} runs open"
            )
        if not self._swept_ns or now - self._swept_ns >= SWEEP_SECONDS * NS_PER_SECOND:
            self._swept_ns = now
            self._folder.sweep(self._clock.wall_ns())

    # -- waiting ---------------------------------------------------------------------------------------------------

    def _patience_ms(self) -> int:
        if self._left != NOTHING_LEFT:
            return 0
        seconds = HEARTBEAT_SECONDS - (self._clock.boot_ns() - self._beat_ns) / NS_PER_SECOND
        if self._tend_due_ns <= self._clock.boot_ns():
            seconds = min(seconds, 0.0 if self._keeper.is_pressed else HEARTBEAT_SECONDS)
        if self._drops.is_behind or not self._folder.watch.works:
            seconds = min(seconds, 0.0 if self._drops.goes_on else LOOK_SECONDS)
        if self._folder.has_aside:
            seconds = min(seconds, self._screening.throttle.refill_seconds)
        if (patience := self._watcher.patience_seconds()) is not None:
            seconds = min(seconds, patience)
        if (patience := self._screening.patience_seconds()) is not None:
            seconds = min(seconds, patience)
        if self._releasing.is_waiting:
            seconds = min(seconds, RELEASE_AFTER_SECONDS)
        return max(0, int(seconds * 1000) + 1)

    def _make_poller(self) -> zmq.Poller:
        poller = zmq.Poller()
        self._listener.register(poller)
        self._wakes.register(poller)
        poller.register(self._watcher.fileno(), select.POLLIN)
        if (fd := self._folder.watch.fileno()) is not None:
            poller.register(fd, select.POLLIN)
        return poller

    def _make_questions(self, pipeline: Pipeline) -> Questions:
        return Questions(
            self._config.host,
            self._clock,
            self._spool,
            self._keeper,
            self._runs,
            self._watcher,
            self._folder,
            self._readers,
            self._intake.counters,
            pipeline,
        )

    def _make_pipeline(self) -> Pipeline:
        origins, shared = Origins(self._config.host, self._config.origin), SharedData(self._spool.db)
        screening = self._screening
        return Pipeline(origins, self._runs, shared, self._keeper.admit, screening.guard, screening.ruling)

    def _make_intake(self, pipeline: Pipeline) -> Intake:
        screening = self._screening
        return Intake(self._spool, pipeline, self._keeper, screening.throttle, screening.notices, self._clock)
