# SPDX-License-Identifier: MIT
"""Every act of the API, as it is described, done by everybody: owner, team mate, stranger, agent, nobody (tests/fixtures/access.py)."""

import json

import pytest

from humeops.api import openapi
from tests.fixtures import processes
from tests.fixtures.access import COLUMNS, table
from tests.fixtures.asking import Caller, agent_of, nobody_at, owner_of
from tests.fixtures.browsing import OWN, Visitor
from tests.fixtures.events import a_run, say

TABLE = table()
DESCRIBED = {
    (method, path) for path, methods in openapi.document()["paths"].items() for method in methods if method != "head"
}
PASSWORD = "correct horse battery"
OTHER = "payroll"
JSON = {"Content-Type": "application/json"}
# What comes with an act, beside the task.
MORE: dict[str, dict[str, object]] = {
    "/api/v1/notes": {"text": "looked at it"},
    "/api/v1/watches": {"expect": {"every": "1d"}},
    "/api/v1/users": {"name": "{new}", "password": PASSWORD},
    "/api/v1/users/password": {"name": "someone", "password": PASSWORD},
    "/api/v1/users/disabled": {"name": "someone", "disabled": False},
    "/api/v1/grants": {"name": "someone", "role": "viewer", "filter": "tag:x"},
    "/api/v1/grants/revoked": {"name": "someone", "role": "viewer", "filter": "tag:x"},
    "/api/v1/password": {"old": PASSWORD, "new": PASSWORD + "!"},
    "/api/v1/tokens": {"name": "{new}", "role": "viewer", "expires_at": 2**61},
    "/api/v1/tokens/revoked": {"name": "no-such"},
    "/api/v1/dead/retried": {"names": ["abc:1"]},
    "/api/v1/dead/dropped": {"names": ["abc:1"]},
    "/api/v1/sessions/ended": {"id": 999_999},
    "/api/v1/alertbook": {"book": {}, "dry_run": True},
    "/api/v1/silences": {"what": "task:backup", "why": "we know", "ends_at": 2**61},
    "/api/v1/silences/ended": {"id": 999_999},
    "/api/v1/channels/tested": {"name": "no-such"},
    "/api/v1/enrolments": {"host": "web9", "hash": "0" * 64},
    "/api/v1/enrolments/decided": {"id": 999_999, "approve": True},
    "/api/v1/enrolments/tokens": {"name": "{new}", "hosts": "web9", "expires_at": 2**61},
    "/api/v1/enrolments/tokens/revoked": {"name": "no-such"},
    "/api/v1/credentials": {"hash": "{hash}"},
    "/api/v1/credentials/revoked": {"host": "no-such"},
    "/api/v1/credentials/unbound": {"host": "no-such"},
    "/api/v1/report": {"kind": "log", "task": "backup", "message": "hi"},
    "/api/v1/backups": {"file": "/srv/backup/central.db"},
    "/api/v1/takes": {},
    "/api/v1/about": {"owner": "the team"},
    "/api/v1/badges": {},
    "/api/v1/badges/removed": {},
    "/api/v1/watches/applied": {"watches": [{"host": "{host}", "task": "{task}", "expect": {"every": "1d"}}]},
    "/api/v1/watches/pause": {},
}


def _bundle(version):
    """A bundle as central sees it: that it was signed at all is for hosts to find out."""
    line = {"hume": 1, "version": version, "signer": "root@example.com", "signed_at": "2026-11-28T00:00:00Z"}
    line |= {"not_after": "2099-01-01T00:00:00Z", "allowed_signers": "", "revoked": ""}
    return json.dumps(line) + "\n-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"


MORE["/api/v1/trust"] = {"bundle": _bundle(2)}
ON_TASKS = {"notes", "takes", "about", "badges", "badges/removed", "watches", "watches/pause"}


@pytest.fixture(scope="module")
def scene():
    with processes.installation() as central:
        central.start_central()
        with agent_of(central) as agent, owner_of(central) as owner:
            for first, (task, tag) in enumerate((("backup", "web"), (OTHER, "hr"))):
                run = a_run(say("data", 5, data={f"{task}_n": 1}, task=task), begins=10 * first + 1)
                run[0].origin.script, run[0].origin.sha256 = f"/opt/{task}.sh", "0" * 64
                for event in run:
                    event.task, event.tags = task, [tag]
                assert agent.send(*run, first=10 * first + 1).body["stored"] == len(run)
            host = owner.get("/api/v1/hosts").body["items"][0]["host"]
            for task in ("backup", OTHER):
                _watch(owner, host, task)
                note = {"host": host, "task": task, "text": f"about {task}"}
                assert owner.call("POST", "/api/v1/notes", json.dumps(note).encode(), **JSON).status == 201
            first_trust = json.dumps({"bundle": _bundle(1)}).encode()
            assert owner.call("PUT", "/api/v1/trust", first_trust, **JSON).status == 201
            for name, role in (("mate", "operator"), ("stranger", None), ("someone", "viewer")):
                user = {"name": name, "password": PASSWORD, "role": role, "filter": "tag:web"}
                assert owner.call("POST", "/api/v1/users", json.dumps(user).encode(), **JSON).status == 201
            tokens = {name: _token(central, name) for name in ("mate", "stranger")}
            tokens["owner"] = central.layout.person_token.read_text().strip()
            tokens["agent"] = central.layout.agent_token.read_text().strip()
            tokens["mate, other"] = tokens["mate"]
        yield central, host, tokens


def _watch(owner, host, task):
    wish = {"host": host, "task": task, "expect": {"every": "1d"}}
    assert owner.call("POST", "/api/v1/watches", json.dumps(wish).encode(), **JSON).status == 200


def _token(central, name):
    with Visitor(central) as visitor:
        seen = visitor.post("/signin", {"name": name, "password": PASSWORD}, **OWN)
        assert seen.status == 303, seen.text
        visitor.cookie = seen.headers["set-cookie"].partition(";")[0]
        role = "operator" if name == "mate" else "viewer"
        made = visitor.post("/you/token", {"name": f"of-{name}", "role": role, "days": "30"}, **OWN)
        return made.text.partition('<code class="token">')[2].partition("<")[0]


def ask(scene, act, column):
    central, host, tokens = scene
    method, path = act
    task = OTHER if column == "mate, other" else "backup"
    url, body = path.replace("{name}", "abc:1" if "dead" in path else f"{host}:{task}").replace("{number}", "999"), None
    if method == "get":
        named = {"host": host, "task": task}
        query = {
            "/api/v1/notes": named,
            "/api/v1/about": named,
            "/api/v1/data/history": {**named, "key": f"{task}_n"},
        }.get(path, {})
        query = {"other": f"{host}:{task}"} if path.endswith("comparison") else query
        url += "?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else ""
    elif method == "delete":
        url += f"?host={host}&task={task}"
    elif path != "/api/v1/links":
        place = {"host": host, "task": task} if path.removeprefix("/api/v1/") in ON_TASKS else {}
        body = (
            json.dumps({**place, **MORE[path]})
            .replace("{new}", f"new-{abs(hash(column))}")
            .replace("{hash}", "1" * 64)
            .replace("{host}", host)
            .replace("{task}", task)
            .encode()
        )
    with Caller(central, tokens[column]) if column in tokens else nobody_at(central) as caller:
        return caller.call(method.upper(), url, body, **(JSON if body else {}))


def cell(answer):
    if answer.status >= 400:
        return str(answer.status)
    text = json.dumps(answer.body)
    tells = ("backup" in text, OTHER in text)
    return {(True, True): "all", (True, False): "own", (False, True): "other"}.get(tells, "none")


def test_every_act_has_its_row_and_no_other():
    assert set(TABLE) == DESCRIBED


@pytest.mark.parametrize("column", COLUMNS)
def test_every_cell_is_as_decided(scene, column):
    central, host, _ = scene
    with owner_of(central) as owner:
        _watch(owner, host, "backup")  # the one before may have ended it
    order = sorted(TABLE, key=lambda act: (act[0] == "delete", act[1].endswith(("revoked", "removed")), act))

    found = {act: cell(ask(scene, act, column)) for act in order}

    wanted = {act: TABLE[act][column] for act in order}
    wrong = {
        act: (found[act], wanted[act])
        for act in order
        if found[act] != wanted[act] and not (wanted[act] == "yes" and not found[act].isdigit())
    }
    assert wrong == {}


@pytest.mark.parametrize("role", ["agent", "viewer"])
def test_who_may_not_do_it_in_any_form_is_refused_before_his_words_are_read(scene, role):
    central, _, tokens = scene
    with owner_of(central) as owner:
        wanted = json.dumps({"name": "looks-on", "role": "viewer", "expires_at": 2**61}).encode()
        tokens.setdefault("viewer", owner.call("POST", "/api/v1/tokens", wanted, **JSON).body.get("token"))
    own = {"agent": {"/api/v1/report", "/api/v1/credentials"}, "viewer": {"/api/v1/sessions/ended", "/api/v1/password"}}
    acts = [(method, path) for method, path in TABLE if method in ("post", "put") and not path.endswith("/links")]
    acts = [(method, path) for method, path in acts if path not in own[role] | {"/api/v1/enrolments"}]

    with Caller(central, tokens[role]) as caller:
        found = {act: caller.call(act[0].upper(), act[1], b'{"no": "sense"}', **JSON).status for act in acts}

    assert {act: status for act, status in found.items() if status != 403} == {}


@pytest.mark.parametrize(
    "path", ["/", "/events", "/data", "/hosts", "/scripts", "/rows?t={host}%09payroll", "/host?name={host}"]
)
def test_no_page_tells_a_team_mate_of_what_he_was_not_granted(scene, path):
    central, host, _ = scene
    with _signed_in(central, "mate") as mate:
        seen = mate.get(path.replace("{host}", host))

    assert seen.status == 200
    assert OTHER not in seen.text
    assert "backup" in seen.text or path.startswith("/rows") or path == "/hosts"


@pytest.mark.parametrize(
    "path",
    [
        "/task?host={host}&task=payroll",
        "/run/{host}:payroll",
        "/run/payroll",
        "/datum?host={host}&task=payroll&key=payroll_n",
    ],
)
def test_what_he_was_not_granted_is_not_there(scene, path):
    central, host, _ = scene
    with _signed_in(central, "mate") as mate:
        missing = mate.get(path.replace("{host}", host).replace("payroll", "no-such"))
        seen = mate.get(path.replace("{host}", host))

    assert seen.status == missing.status == 404
    assert seen.text.replace("payroll", "no-such") == missing.text


@pytest.mark.parametrize("path", ["/", "/events", "/data", "/hosts", "/scripts"])
def test_a_stranger_sees_pages_without_anything_in_them(scene, path):
    central, host, _ = scene
    with _signed_in(central, "stranger") as stranger:
        seen = stranger.get(path)

    assert seen.status == 200
    assert not any(word in seen.text for word in ("task=backup", OTHER, f"name={host}"))


@pytest.mark.parametrize("name", ["mate", "stranger"])
def test_the_audit_page_is_for_admins(scene, name):
    central, _, _ = scene
    with _signed_in(central, name) as visitor:
        assert visitor.get("/audit").status == 403


def _signed_in(central, name):
    visitor = Visitor(central)
    seen = visitor.post("/signin", {"name": name, "password": PASSWORD}, **OWN)
    visitor.cookie = seen.headers["set-cookie"].partition(";")[0]
    return visitor
