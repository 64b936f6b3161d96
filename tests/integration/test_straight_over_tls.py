# SPDX-License-Identifier: MIT
"""humed, and central's own roles, reach a Redis over TLS whose certificate a private authority vouches for; without it they don't."""

import subprocess
import sys

import pytest

from tests.fixtures import eset, telling
from tests.fixtures.large import large_installation
from tests.fixtures.ports import free_port
from tests.fixtures.processes import wait_until


@pytest.fixture
def secured(tmp_path):
    certificate, port = telling.certificate(tmp_path), free_port()
    options = ["--tls-port", str(port), "--tls-auth-clients", "no", "--bind", "127.0.0.1"]
    options += [word for name in ("cert", "key", "ca-cert") for word in (f"--tls-{name}-file", str(certificate))]
    with large_installation(redis_options=options) as made:
        command = [sys.executable, "-m", "humeops.cli.central", "agent-redis", "--dir", str(made.root), "db1"]
        done = subprocess.run(command, env=made.environ(), capture_output=True, text=True, check=True, timeout=60)
        made.layout.agent_token.write_text(done.stdout.splitlines()[1].partition(": ")[2])
        ((agent,),) = made.central_rows("SELECT id FROM agent WHERE host = 'db1'")
        yield made, f"rediss://hume-agent-{agent}@localhost:{port}/0", certificate


def configure(installed, url, *more):
    lines = [f'url = "{url}"', "retry_first_seconds = 0.1", "retry_longest_seconds = 0.3", *more]
    installed.layout.daemon_config.write_text("\n".join(["[central]", *lines, ""]))


def test_who_is_vouched_for_gets_the_events_and_nobody_else(secured):
    installed, url, certificate = secured
    configure(installed, url)
    humed = installed.start_humed()
    said = eset.Said()
    eset.say_some(installed, said, 3)
    wait_until(lambda: "certificate" in str(eset.queue(installed)["last_error"]), "it is not trusted")
    humed.terminate()
    assert humed.wait(timeout=20) == 0

    configure(installed, url, f'ca_file = "{certificate}"')
    installed.start_humed()
    # The worker by the same way, as a person's address would name it.
    over_tls = f"rediss://{url.partition('@')[2]}?ssl_ca_certs={certificate}"
    worker = installed.start_worker(HUME_CENTRAL_REDIS=over_tls)

    eset.assert_arrived_exactly_once(installed, said)
    worker.terminate()
    assert worker.wait(timeout=20) == 0
