# SPDX-License-Identifier: MIT
"""What the doctor makes of the facts: each trouble is found, alone, with the command that mends it. Nothing real is looked at."""

import dataclasses
import pathlib
import stat

import msgspec
import pytest

import humeops
from humeops import visible
from humeops.cli import places
from humeops.cli.doctor import checks, finding, report
from humeops.cli.doctor.facts import (
    Answer,
    Daemon,
    Disk,
    Dropped,
    Facts,
    File,
    Program,
    Programs,
    Server,
    Signing,
    Stored,
)
from humeops.cli.spoolfile import Trouble
from humeops.cli.terminal import UNCUT, Terminal
from humeops.daemon import config

NOW = 1_795_406_391 * 1_000_000_000
ROOT = pathlib.Path("/srv/hume")
NATIVE = Program("/usr/bin/hume", "native", humeops.__version__)
READ = {"drop_folder": "/srv/hume/drop", "drop_device": 1, "drop_inode": 2, "drop_trouble": ""}
PICTURE = {"version": humeops.__version__, **READ, "room": "everything", "depth": 0, "last_error": "", "dropped": {}}


def _file(name, mode, owner="ann", writable=True):
    uid = {"ann": 1000, "hume": 900, "eve": 666, "root": 0}[owner]
    return File(pathlib.Path(name), mode, uid, uid, owner, owner, writable, (1, 2))


GOOD = Facts(
    places=places.find({"HUME_DIR": str(ROOT)}),
    uid=1000,
    wall_ns=NOW,
    programs=Programs((NATIVE,), Program("/usr/bin/humed", "cli", humeops.__version__)),
    config=config.load(ROOT),
    daemon=Daemon("yes", PICTURE, 4711, "python3", "S", 2.0, True),
    socket=_file("/srv/hume/humed.sock", stat.S_IFSOCK | 0o666),
    run_folder=_file(ROOT, stat.S_IFDIR | 0o700),
    drop_folder=_file(ROOT / "drop", stat.S_IFDIR | 0o700),
    tokens=(_file(ROOT / "token", stat.S_IFREG | 0o600),),
    dropped=Dropped(0, 0.0, 0),
    disks=(Disk(ROOT, 50_000_000_000, 100_000_000_000, 1_000_000),),
    stored=Stored(41_000),
    central=Server("http://127.0.0.1:4863", Answer(200), NOW, Answer(200), Answer(400)),
)
SYSTEM = GOOD._replace(
    places=places.find({"HUME_ENDPOINT": "ipc:///run/hume/humed.sock"})._replace(drop=places.DROP_FOLDER),
    run_folder=_file("/run/hume", stat.S_IFDIR | 0o755, "hume", writable=False),
    drop_folder=_file("/var/spool/hume", stat.S_IFDIR | 0o3777, "hume"),
)


def _daemon(**changes):
    return GOOD._replace(daemon=GOOD.daemon._replace(**changes))


def _told(**changes):
    return _daemon(picture={**PICTURE, **changes})


def _central(**changes):
    return GOOD._replace(central=GOOD.central._replace(**changes))


def _programs(*humes, **changes):
    return GOOD._replace(programs=GOOD.programs._replace(humes=humes, **changes))


@pytest.mark.parametrize("facts", [GOOD, SYSTEM], ids=["person", "system"])
def test_with_nothing_wrong_all_is_well(facts):
    results = list(checks.judge(facts))

    assert [result for result in results if result.finding.state != "ok"] == []
    assert finding.exit_status(results) == 0
    assert report.summary(results) == f"All is well: {len(results)} checks."


READ_ONLY = GOOD._replace(disks=(Disk(ROOT, 10**9, 10**11, None, pathlib.Path("/srv"), True),))
OLDER = Program("/usr/local/bin/hume", "older")
TROUBLES = {
    "no client": (_programs(beside="/opt/hume/bin/hume"), "client", "broken", "ln -s /opt/hume/bin/hume /usr/local/bin/hume"),
    "no client anywhere": (_programs(), "client", "broken", "pip install --force-reinstall humeops"),
    "hume 1.x first": (_programs(OLDER), "client", "broken", "mv /usr/local/bin/hume /usr/local/bin/hume.old && pip install"),
    "two humes": (_programs(NATIVE, OLDER), "client-alone", "warning", "mv /usr/local/bin/hume /usr/local/bin/hume.old"),
    "an old client": (_programs(NATIVE._replace(version="1.9")), "versions", "warning", "pip install"),
    "an old humed still runs": (_told(version="1.9"), "versions", "warning", "kill -KILL 4711; hume up"),
    "disabled": (_programs(NATIVE, disabled="1"), "disabled", "warning", "unset HUME_DISABLE"),
    "wrong settings": (GOOD._replace(config_complaint="humed.toml:3: no setting `x`"), "settings", "broken", "${EDITOR:-vi} /srv/hume/humed.toml"),
    "a long path": (GOOD._replace(places=places.find({"HUME_DIR": "/" + "x" * 100})), "socket-path", "broken", "export HUME_DIR=/a/shorter/path"),
    "tcp": (GOOD._replace(places=places.find({"HUME_ENDPOINT": "tcp://x:1"})), "socket-path", "broken", "unset HUME_ENDPOINT"),
    "no home": (GOOD._replace(places=places.find({}, run=ROOT, drop=ROOT, known_home="")), "socket-path", "broken", "export HOME"),
    "no humed": (GOOD._replace(daemon=Daemon("nothing")), "humed", "broken", "hume up"),
    "no humed on a host": (SYSTEM._replace(daemon=Daemon("nothing")), "humed", "broken", "systemctl start humed"),
    "a stale socket": (GOOD._replace(daemon=Daemon("refused")), "humed", "broken", "hume up"),
    "something else in the socket's place": (
        GOOD._replace(daemon=Daemon("refused"), socket=_file("/srv/hume/humed.sock", stat.S_IFREG | 0o644)),
        "humed",
        "broken",
        "mv /srv/hume/humed.sock /srv/hume/humed.sock.odd",
    ),
    "a stopped humed": (_daemon(answer="silent", process_state="T", picture=None), "humed", "broken", "kill -CONT 4711"),
    "a hung humed": (_daemon(answer="silent", picture=None), "humed", "broken", "kill -KILL 4711; hume up"),
    "a hung humed of hume up": (_daemon(answer="silent", picture=None, supervisor=42), "humed", "broken", "kill -KILL 4711"),
    "a socket that root alone gets through": (SYSTEM._replace(socket=_file("/run/hume/humed.sock", stat.S_IFSOCK | 0o600, "hume"), uid=0), "humed", "broken", "chmod a+w /run/hume/humed.sock"),
    "a folder under /proc": (GOOD._replace(disks=(Disk(pathlib.Path("/proc"), 0, 0, None),)), "disk", "broken", "unset HUME_DIR HUME_SPOOL"),
    "a closed socket": (_daemon(answer="denied", picture=None), "humed", "broken", "chmod a+rx /srv/hume"),
    "something else there": (_daemon(answer="not a zeromq socket", picture=None), "humed", "broken", "ss -xlp"),
    "a dead process in the pid file": (GOOD._replace(daemon=Daemon("refused", pid=4711)), "pid-file", "warning", "hume up"),
    "another's process in it": (_daemon(is_humed=False, process="bash"), "pid-file", "warning", "rm /srv/hume/humed.pid"),
    "a pid file nobody touches": (_daemon(pid_age_seconds=60.0), "pid-file", "warning", "kill -KILL 4711; hume up"),
    "no pid file": (_daemon(pid=None), "pid-file", "warning", "hume up"),
    "an open run folder": (GOOD._replace(run_folder=_file(ROOT, 0o40777)), "run-folder", "broken", "chmod o-w /srv/hume"),
    "another's run folder": (GOOD._replace(run_folder=_file(ROOT, 0o40755, "eve")), "run-folder", "warning", "ls -ld /srv/hume"),
    "the system's run folder is another's": (SYSTEM._replace(run_folder=_file("/run/hume", 0o40755, "eve")), "run-folder", "broken", "chown hume: /run/hume"),
    "the system's run folder is closed": (SYSTEM._replace(run_folder=_file("/run/hume", 0o40700, "hume")), "run-folder", "broken", "chmod 0755 /run/hume"),
    "a drop folder not to be written": (GOOD._replace(drop_folder=_file(ROOT / "drop", 0o40500, writable=False)), "drop-folder", "broken", "chmod u+rwx /srv/hume/drop"),
    "a drop folder not to be made": (GOOD._replace(drop_folder=None, drop_can_be_made=False), "drop-folder", "broken", "unset HUME_DIR HUME_SPOOL"),
    "a drop folder open to all": (GOOD._replace(drop_folder=_file(ROOT / "drop", 0o40777)), "drop-folder", "warning", "chmod o-w /srv/hume/drop"),
    "a drop folder that is a file": (GOOD._replace(drop_folder=_file(ROOT / "drop", 0o100644)), "drop-folder", "broken", "mv /srv/hume/drop /srv/hume/drop.old"),
    "wrong rights on the system's": (SYSTEM._replace(drop_folder=_file("/var/spool/hume", 0o40755, "hume")), "drop-folder", "broken", "chown hume:hume /var/spool/hume && chmod 3777 /var/spool/hume"),
    "wrong owner of the system's": (SYSTEM._replace(drop_folder=_file("/var/spool/hume", 0o43777, "root")), "drop-folder", "broken", "chown hume:hume"),
    "the system's is missing": (SYSTEM._replace(drop_folder=None), "drop-folder", "broken", "systemd-tmpfiles --create"),
    "an open token": (GOOD._replace(tokens=(_file(ROOT / "token", 0o100640),)), "tokens", "broken", "chmod 0600 /srv/hume/token"),
    "a disk with not a byte free": (GOOD._replace(disks=(Disk(ROOT, 0, 10**9, None),)), "disk", "broken", "du -xh /srv/hume"),
    "only failures taken for a full disk": (_told(room="starts, stops and failures")._replace(disks=(Disk(ROOT, 1_000, 10**9, None),)), "room", "broken", "du -xh /srv/hume"),
    "a read-only disk": (READ_ONLY, "disk", "broken", "mount -o remount,rw /srv"),
    "a drop folder on a read-only disk": (READ_ONLY, "drop-folder", "broken", "mount -o remount,rw /srv"),
    "no humed on a read-only disk": (READ_ONLY._replace(daemon=Daemon("nothing")), "humed", "broken", "mount -o remount,rw /srv && hume up"),
    "a full disk": (GOOD._replace(disks=(Disk(ROOT, 1_000, 10**9, None),)), "disk", "broken", "du -xh /srv/hume"),
    "a disk nearly full": (GOOD._replace(disks=(Disk(ROOT, 10**8, 10**9, None),)), "disk", "warning", "du -xh /srv/hume"),
    "no inodes": (GOOD._replace(disks=(Disk(ROOT, 10**10, 10**11, 3),)), "disk", "warning", "df -i /srv/hume"),
    "files left while humed is there": (GOOD._replace(dropped=Dropped(3, 90.0, 0)), "drop-waiting", "warning", "hume queue"),
    "files in quarantine": (GOOD._replace(dropped=Dropped(0, 0.0, 2)), "quarantine", "warning", "ls -l /srv/hume/drop/quarantine"),
    "files of others in the drop folder": (GOOD._replace(dropped=Dropped(0, 0.0, 0, 2)), "foreign", "warning", "ls -lA /srv/hume/drop"),
    "a drop folder that was replaced": (_told(drop_folder="/srv/hume/drop", drop_device=1, drop_inode=7), "drop-read", "broken", "kill -KILL 4711; hume up"),
    "a drop folder that went": (_told(drop_folder="/srv/hume/drop", drop_trouble="/srv/hume/drop is gone"), "drop-read", "broken", "kill -KILL 4711; hume up"),
    "a drop folder that humed does not read": (_told(drop_folder="/var/a b", drop_device=1, drop_inode=7), "drop-read", "warning", "export HUME_SPOOL='/var/a b'"),
    "only failures taken": (_told(room="starts, stops and failures"), "room", "broken", "${EDITOR:-vi} /srv/hume/humed.toml"),
    "near the cap": (GOOD._replace(stored=Stored(900_000_000)), "cap", "warning", "${EDITOR:-vi} /srv/hume/humed.toml"),
    "events dropped": (_told(dropped={"waited too long": 412}), "dropped", "warning", "hume events --kind loss"),
    "rules that cannot be read": (_told(rules_trouble="humed.toml:3: no setting"), "rules", "warning", "${EDITOR:-vi} /srv/hume/humed.toml"),
    "a damaged spool that waits": (GOOD._replace(stored=Stored(trouble=Trouble("spool.db: the spool is damaged"))), "spool", "broken", "hume up"),
    "a spool of another version": (GOOD._replace(stored=Stored(trouble=Trouble("spool.db: made by another version", "humed --version"))), "spool", "broken", "humed --version"),
    "a damaged spool put aside": (GOOD._replace(stored=Stored(1, ("/srv/hume/spool.db.bad-1",))), "damaged", "warning", "dmesg | tail; rm /srv/hume/spool.db.bad-1*"),
    "runs that were given up": (_told(runs_given_up=3), "runs", "warning", "hume queue"),
    "runs watched by looking": (_told(runs_looked_at=3), "runs", "warning", "prlimit --nofile --pid 4711"),
    "an output that waits": (_told(outputs={"file": {"to": "/var/log/x", "last_error": "/var/log/x: no space left"}}), "outputs", "warning", "${EDITOR:-vi} /srv/hume/humed.toml"),
    "an output that missed some": (_told(outputs={"syslog": {"to": "unix:/dev/log", "last_error": "", "missed": 3}}), "outputs", "warning", "${EDITOR:-vi} /srv/hume/humed.toml"),
    "forwarding waits": (_told(last_error="central does not answer", depth=3), "forwarding", "warning", "kill -HUP 4711"),
    "something waits too long": (_told(oldest_age_seconds=7200.0), "waiting", "warning", "kill -HUP 4711"),
    "a clock of 1970": (GOOD._replace(wall_ns=5), "clock", "broken", "timedatectl set-ntp true"),
    "a clock far off": (_central(clock_ns=NOW - 3600 * 10**9), "skew", "warning", "timedatectl set-ntp true"),
    "no central beside a humed": (GOOD._replace(central=Server()), "central", "warning", "hume-central serve --dir /srv/hume"),
    "no central beside hume up": (_daemon(supervisor=42)._replace(central=Server()), "central", "warning", "kill 42; tail --pid=42 -f /dev/null; hume up"),
    "no central and no humed": (GOOD._replace(central=Server(), daemon=Daemon("nothing")), "central", "warning", "hume up"),
    "no central for the system": (SYSTEM._replace(central=Server()), "central", "warning", "${EDITOR:-vi} /etc/hume/humed.toml && systemctl restart humed"),
    "nothing is forwarded for want of a central": (_told(last_error="the address of central is not there yet")._replace(central=Server()), "forwarding", "warning", "hume-central serve --dir /srv/hume"),
    "central away": (_central(alive=Answer(0, "connection refused")), "central", "broken", "hume-central serve --dir /srv/hume"),
    "one of central's addresses is away": (_central(silent=(("https://a.example", "timed out"),)), "central", "warning", "curl -v https://a.example/healthz"),
    "no credential": (_central(reported=None, lacks_credential=True), "credential", "broken", "hume-central serve --dir /srv/hume"),
    "no credential for the system": (SYSTEM._replace(central=GOOD.central._replace(reported=None, lacks_credential=True)), "credential", "broken", "install -m 0600 -o hume /var/lib/hume-central/agent-token"),
    "central away elsewhere": (_central(alive=Answer(0, "timed out"), url="https://c.example"), "central", "broken", "curl -v https://c.example/healthz"),
    "the credential was copied, as humed was told": (_told(copied=True), "copied", "warning", "hume enroll --rotate"),
    "the credential was copied": (_central(copied_to=("db1", "clone")), "copied", "warning", "hume enroll --rotate"),
    "the credential is unknown elsewhere": (_central(reported=Answer(401), url="https://hume.example"), "credential", "broken", "hume enroll https://hume.example"),
    "the credential is unknown at a central beside": (_central(reported=Answer(401), url="http://127.0.0.1:4863", is_elsewhere=True), "credential", "broken", "hume enroll http://127.0.0.1:4863"),
    "the credential is unknown": (_central(reported=Answer(401)), "credential", "broken", "mv /srv/hume/agent-token"),
    "the credential may not": (_central(reported=Answer(403)), "credential", "broken", "mv /srv/hume/agent-token"),
    "nobody is believed": (GOOD._replace(signing=Signing("revoked: no such file")), "signers", "broken", "see docs/guide/signing.md"),
    "nothing was fetched yet": (GOOD._replace(signing=Signing(awaits=True)), "signers", "warning", "hume signers update"),
    "the bundle is over": (GOOD._replace(signing=Signing("", 3, NOW - 1)), "signers", "broken", "hume signers publish DIR"),
    "the bundle ends soon": (GOOD._replace(signing=Signing("", 3, NOW + 86_400 * 10**9)), "signers", "warning", "hume signers publish DIR"),
    "the token is refused": (_central(asked=Answer(0, "not accepted")), "person-token", "warning", "export HUME_TOKEN=..."),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_is_found_with_what_mends_it(trouble):
    facts, check, state, mend = TROUBLES[trouble]

    found = {result.check: result.finding for result in checks.judge(facts)}[check]

    assert found.state == state
    assert found.mend.startswith(mend)


@pytest.mark.parametrize("signing", [Signing(), Signing("", 3, NOW + 10**18)], ids=["by hand", "handed out"])
def test_whom_a_host_believes_is_told_when_all_is_well(signing):
    found = {result.check: result.finding for result in checks.judge(GOOD._replace(signing=signing))}

    assert found["signers"].state == "ok"


def test_every_check_finds_some_trouble():
    assert {check for _, check, _, _ in TROUBLES.values()} == set(checks.CHECKS)


def test_files_wait_for_whatever_brings_humed_back():
    facts = _daemon(answer="silent", process_state="T")._replace(dropped=Dropped(1, 0.5, 0))

    mends = {result.check: result.finding.mend for result in checks.judge(facts)}

    assert mends["drop-waiting"] == mends["humed"] == "kill -CONT 4711"


@pytest.mark.parametrize("width", [40, 80, UNCUT])
@pytest.mark.parametrize("unicode", [True, False], ids=["utf-8", "ascii"])
def test_sentences_are_wrapped_and_commands_are_left_whole(width, unicode):
    results = [result for facts, *_ in TROUBLES.values() for result in checks.judge(facts)]

    lines = list(report.draw(Terminal(width=width, unicode=unicode), results))

    commands = [line for line in lines if "mend: " in line]
    assert max(visible.width(line) for line in lines if line not in commands) <= width
    assert {line.partition("mend: ")[2] for line in commands} == {r.finding.mend for r in results if r.finding.mend}
    assert unicode or all(line.isascii() for line in lines)


def test_what_waits_too_long_waits_for_humed_first():
    facts = GOOD._replace(daemon=Daemon("nothing", {"oldest_age_seconds": 7200.0, "dropped": {"waited too long": 1}}))

    found = {result.check: result.finding for result in checks.judge(facts)}

    assert (found["waiting"].state, found["waiting"].mend) == ("warning", "hume up")
    assert found["dropped"].state == "warning"
    assert "forwarding" not in found


def test_it_reads_like_this():
    results = [
        result for result in checks.judge(_daemon(answer="silent", process_state="T")) if result.check == "humed"
    ]

    assert list(report.draw(Terminal(width=80), results)) == [
        "  ✗ broken   humed is stopped (process 4711, by a signal): what is said goes to",
        "             the drop folder",
        "             mend: kill -CONT 4711",
        "",
        "1 broken",
    ]


def test_what_others_say_is_shown_not_obeyed():
    results = list(checks.judge(_told(last_error="\x1b]0;x\x07", depth=1)))

    assert all(line.isprintable() for line in report.draw(Terminal(), results))


@pytest.mark.parametrize(
    ("environ", "socket", "drop"),
    [
        ({"HUME_DIR": "/a", "HOME": "/h"}, "/a/humed.sock", "/a/drop"),
        ({"HUME_ENDPOINT": "ipc:///e/s", "HUME_DIR": "/a"}, "/e/s", "/a/drop"),
        ({"HUME_ENDPOINT": "ipc:///e/s", "HOME": "/h"}, "/e/s", "/h/.local/state/hume/drop"),
        ({"HUME_ENDPOINT": "tcp://x", "HUME_SPOOL": "/s"}, None, "/s"),
        ({"HUME_SPOOL": "/s", "HUME_DIR": "/a"}, "/a/humed.sock", "/s"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/hume/humed.sock", "/x/hume/drop"),
        ({"HOME": "/h", "HUME_DIR": "", "HUME_ENDPOINT": ""}, "/h/.local/state/hume/humed.sock", "/h/.local/state/hume/drop"),
        ({}, None, None),
    ],
    ids=str,
)  # fmt: skip
def test_the_places_are_those_of_the_native_client(environ, socket, drop, tmp_path):
    found = places.find(environ, run=tmp_path / "no", drop=tmp_path / "no", known_home="")

    assert (found.socket, found.drop) == (socket and pathlib.Path(socket), drop and pathlib.Path(drop))


def test_the_systems_folders_win_over_a_persons(tmp_path):
    found = places.find({"HOME": "/h"}, run=tmp_path, drop=tmp_path)

    assert (found.socket, found.drop, found.is_system) == (tmp_path / "humed.sock", tmp_path, True)
    assert places.find({"HOME": "/h", "HUME_DIR": "/a"}, run=tmp_path, drop=tmp_path).is_system is False


def test_a_humed_that_reports_straight_into_redis_is_not_told_to_name_a_central():
    chosen = config.load(ROOT)
    central = msgspec.structs.replace(chosen.central, url="unix://hume-agent-1@/run/redis.sock")
    facts = GOOD._replace(config=dataclasses.replace(chosen, central=central), central=Server())

    assert not [result for result in checks.judge(facts) if result.check == "central"]


@pytest.mark.parametrize(("last_ack_at", "told"), [(NOW, False), (None, True)])
def test_a_humed_named_by_its_socket_that_has_had_receipts_has_a_central(last_ack_at, told):
    picture = PICTURE | {"forwards": True, "last_ack_at": last_ack_at}
    where = places.find({"HUME_ENDPOINT": "ipc:///srv/hume/humed.sock", "HUME_SPOOL": "/srv/hume/drop"})
    facts = _daemon(picture=picture)._replace(places=where, central=Server())

    assert ("central" in {result.check for result in checks.judge(facts)}) is told
