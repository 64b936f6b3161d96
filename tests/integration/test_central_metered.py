# SPDX-License-Identifier: MIT
"""Real processes of central tell what they count and whether they are well, and stop without leaving anything half done."""

import json
import re
import signal

import pytest
import urllib3

from tests.fixtures import eset
from tests.fixtures.asking import agent_of, nobody_at, owner_of
from tests.fixtures.events import a_run, say
from tests.fixtures.large import large_installation
from tests.fixtures.processes import wait_until

_http = urllib3.PoolManager(timeout=15, retries=False)


def place(installed, log):
    """Where the newest process that writes this log tells its metrics."""
    found = re.findall(r"metrics at (http://\S+)/metrics", (installed.root / log).read_text())
    return found[-1]


def told_by(installed, name):
    return (installed.root / f"{name}.stderr").read_text()


def fetch(url):
    answer = _http.request("GET", url)
    return answer.status, answer.data.decode()


def values(page):
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in page.splitlines()
        if not line.startswith("#")
    }


def test_a_person_reads_the_metrics_and_nobody_else_without_the_loopback_port(installed):
    installed.start_central("--metrics", "127.0.0.1:0")
    with agent_of(installed) as agent, nobody_at(installed) as nobody:
        assert agent.send(*a_run(say("log", 5))).status == 200
        assert agent.call("POST", "/api/v1/intake", b"[]").status == 400
        assert agent.get("/metrics").status == 403
        assert nobody.get("/metrics").status == 401
    owner = {"Authorization": f"Bearer {installed.layout.person_token.read_text().strip()}"}
    url = installed.layout.central_url.read_text().strip()

    answer = _http.request("GET", f"{url}/metrics", headers=owner)
    status, page = fetch(f"{place(installed, 'central.stderr')}/metrics")

    assert (answer.status, status) == (200, 200)
    told = values(page)
    assert told['hume_intake_events_total{way="database"}'] == 3
    assert told['hume_store_events_total{outcome="stored"}'] == 3
    assert told['hume_intake_refused_total{reason="malformed"}'] == 1
    assert told['hume_api_requests_total{route="/api/v1/intake",status="200"}'] == 1
    assert told['hume_api_requests_total{route="other",status="401"}'] == 1
    assert told['hume_database_connections_max{pool="readers"}'] > 1
    assert fetch(f"{place(installed, 'central.stderr')}/readyz")[0] == 200


def test_what_is_asked_for_does_not_make_more_series(installed):
    installed.start_central("--metrics", "127.0.0.1:0")
    with owner_of(installed) as owner:
        for number in range(5):
            owner.get(f"/api/v1/nothing{number}")
            owner.get(f"/api/v1/runs/nothing{number}")

    told = values(fetch(f"{place(installed, 'central.stderr')}/metrics")[1])

    routes = {name for name in told if name.startswith("hume_api_requests_total")}
    assert routes == {
        'hume_api_requests_total{route="other",status="404"}',
        'hume_api_requests_total{route="/api/v1/runs/{name}",status="404"}',
    }


@pytest.fixture(scope="module")
def large():
    with large_installation() as made:
        made.layout.daemon_config.write_text("[central]\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\n")
        made.start_humed()
        made.start_central("--metrics", "127.0.0.1:0", role="api")
        yield made


@pytest.fixture(scope="module")
def said():
    return eset.Said()


def pending(installed):
    with installed.client() as client:
        return sum(client.xpending(key, "workers")["pending"] for key in client.scan_iter("hume:in:*"))


def test_a_worker_counts_its_hop_and_its_log_is_json(large, said):
    worker = large.start_worker("--metrics", "127.0.0.1:0")
    log = f"worker{len(large._workers)}.stderr"
    eset.say_some(large, said, 5)
    eset.assert_arrived_exactly_once(large, said)

    told = values(fetch(f"{place(large, log)}/metrics")[1])
    assert told['hume_store_events_total{outcome="stored"}'] >= 5
    assert told["hume_worker_lag_seconds_count"] == told["hume_worker_batches_total"] > 0
    assert told["hume_worker_leases"] == 16
    assert told["hume_stream_up"] == 1
    assert fetch(f"{place(large, log)}/readyz") == (200, '{"status": "ready"}')
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    lines = [line for line in (large.root / log).read_text().splitlines() if not line.startswith("hume-central")]
    assert {"works", "stopped"} <= {json.loads(line)["event"] for line in lines}


def test_watcher_and_notifier_tell_their_metrics_and_that_they_are_ready(large):
    started = {"watcher": large.start_watcher, "notifier": large.start_notifier}
    processes = [start("--metrics", "127.0.0.1:0") for start in started.values()]
    wait_until(lambda: all(f"{name} ready" in told_by(large, name) for name in started), "both work", 60)

    told = {name: fetch(f"{place(large, f'{name}.stderr')}/metrics")[1] for name in started}
    ready = {name: fetch(f"{place(large, f'{name}.stderr')}/readyz") for name in started}
    for process in processes:
        process.terminate()

    assert [process.wait(timeout=30) for process in processes] == [0, 0]
    assert set(ready.values()) == {(200, '{"status": "ready"}')}
    assert all(values(page)["hume_stream_up"] == 1 for page in told.values())


def test_a_worker_that_is_told_to_stop_under_load_leaves_nothing_pending(large, said):
    for _ in range(3):
        worker = large.start_worker()
        eset.say_at_once(large, said, 20)

        worker.send_signal(signal.SIGTERM)

        assert worker.wait(timeout=30) == 0
        assert pending(large) == 0
        with large.client() as client:
            assert not list(client.scan_iter("hume:lease:*"))
    last = large.start_worker()
    eset.assert_arrived_exactly_once(large, said)
    last.terminate()
    last.wait(timeout=20)


def test_a_redis_that_is_away_makes_nobody_ready_and_the_page_is_told_all_the_same(large):
    worker = large.start_worker("--metrics", "127.0.0.1:0")
    log = f"worker{len(large._workers)}.stderr"
    wait_until(lambda: fetch(f"{place(large, log)}/readyz")[0] == 200, "the worker is ready", 60)
    large.streams.kill()
    try:
        api = place(large, "central.stderr")
        wait_until(lambda: fetch(f"{api}/readyz")[0] == 503, "the API is not ready")
        assert values(fetch(f"{api}/metrics")[1])["hume_stream_up"] == 0
        with nobody_at(large) as nobody:
            assert (nobody.get("/readyz").status, nobody.get("/healthz").status) == (503, 200)
        wait_until(lambda: fetch(f"{place(large, log)}/readyz")[0] == 503, "the worker is not ready", 60)
        assert "onnect" in fetch(f"{place(large, log)}/readyz")[1]
    finally:
        large.streams.start()
    wait_until(lambda: fetch(f"{place(large, log)}/readyz")[0] == 200, "the worker is ready again", 60)
    worker.terminate()
    assert worker.wait(timeout=20) == 0
