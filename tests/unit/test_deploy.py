# SPDX-License-Identifier: MIT
"""What is shipped to start a large installation holds together, as far as can be told without a container engine.

Nothing here starts compose.yaml: this looks at its form, at the commands in it, and at what it names.
"""

import ipaddress
import pathlib
import re

import pytest
import yaml

from humeops.central import config
from humeops.cli import central

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "hume-central")
UNITS = [
    "hume-central.service",
    "hume-central-api@.service",
    "hume-central-worker@.service",
    "hume-central-watcher.service",
    "hume-central-notifier.service",
]


def test_the_roles_of_a_large_installation_are_there():
    roles = [SERVICES[name]["command"][0] for name in OURS]

    assert sorted(roles) == ["api", "api", "init", "notifier", "watcher", "worker", "worker"]
    assert {"postgres", "redis", "proxy"} <= set(SERVICES)
    assert (SERVICES["postgres"]["image"], SERVICES["redis"]["image"]) == ("postgres:17", "redis:7")


@pytest.mark.parametrize("name", OURS)
def test_each_command_is_one_that_hume_central_takes(name, monkeypatch, tmp_path):
    monkeypatch.setenv(config.DATABASE_VARIABLE, "postgresql://hume@postgres/hume")
    monkeypatch.setenv(config.REDIS_VARIABLE, "redis://redis:6379/0")
    command = [str(tmp_path) if part == "/var/lib/hume-central" else part for part in SERVICES[name]["command"]]

    assert central.main([*command, "--check-config"]) == 0


@pytest.mark.parametrize("unit", UNITS)
def test_the_command_of_a_unit_is_one_that_hume_central_takes(unit, monkeypatch, tmp_path):
    monkeypatch.setenv(config.REDIS_VARIABLE, "redis://localhost")
    started = re.search(r"^ExecStart=\S+/hume-central (.*)$", (DEPLOY / "systemd" / unit).read_text(), re.MULTILINE)
    assert started is not None
    command = started[1].replace("%i", "1").replace("/var/lib/hume-central", str(tmp_path)).split()

    assert central.main([*command, "--check-config"]) == 0


def test_what_compose_names_is_there_or_told_in_the_paper():
    paper = (DEPLOY / "README.md").read_text()
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert set(service["networks"]) <= set(COMPOSE["networks"])
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].removeprefix("./") in paper
    assert (DEPLOY / "Dockerfile").exists()


def test_only_the_proxy_is_reached_from_outside_and_no_password_stands_in_the_file():
    open_to_all = [name for name, service in SERVICES.items() if "ports" in service]

    assert open_to_all == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert not re.search(
        r"password\w*: *['\"]?(?!/run/secrets)\w", (DEPLOY / "compose.yaml").read_text(), re.IGNORECASE
    )


def test_the_proxy_knows_every_api_and_lets_a_whole_batch_through():
    text = (DEPLOY / "large/nginx.conf").read_text()

    assert set(re.findall(r"server (\w+):4863 ", text)) == {name for name in SERVICES if name.startswith("api")}
    assert "client_max_body_size 1m" in text
    assert text.count("{") == text.count("}")


def test_the_api_believe_the_proxy_where_compose_places_it_and_nobody_else():
    network = ipaddress.ip_network(COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"])
    place = SERVICES["proxy"]["networks"]["inside"]["ipv4_address"]
    chosen = config.load(DEPLOY / "large")

    config.check(chosen)

    assert [str(one) for one in chosen.proxies] == [f"{place}/32"]
    assert ipaddress.ip_address(place) in network
    assert all(
        one["target"] == "/var/lib/hume-central/central.toml" for name in OURS for one in SERVICES[name]["configs"]
    )
    assert COMPOSE["configs"]["central"]["file"] == "./large/central.toml"


def test_the_proxy_says_of_every_request_how_it_came():
    text = (DEPLOY / "large/nginx.conf").read_text()
    (server,) = re.findall(r"^  server \{\n(.*?)^  \}", text, re.MULTILINE | re.DOTALL)
    within = "".join(re.findall(r"location [^{]*\{(.*?)\}", server, re.DOTALL))

    # nginx takes none of the headers of `server` for a location that sets one itself.
    assert "proxy_set_header" not in within
    for header in ("X-Forwarded-Proto $scheme", "X-Forwarded-For $remote_addr", "Host $host"):
        assert f"proxy_set_header {header};" in server


def test_every_role_says_whether_it_is_well():
    roles = [name for name in OURS if name != "init"]

    assert all(SERVICES[name]["healthcheck"]["test"][2] == "/opt/hume/probe.py" for name in roles)
    for name in roles:
        place = SERVICES[name]["command"][SERVICES[name]["command"].index("--metrics") + 1]
        assert SERVICES[name]["healthcheck"]["test"][3].startswith(f"http://{place}/")


def test_postgresql_counts_as_there_only_when_others_reach_it():
    # The server with which its image sets itself up has no address.
    assert "-h" in SERVICES["postgres"]["healthcheck"]["test"]


def test_the_image_gets_all_that_the_build_asks_for():
    text = (DEPLOY / "Dockerfile").read_text()
    hook = (DEPLOY.parent / "hatch_build.py").read_text()

    for folder in set(re.findall(r'pathlib\.Path\(self\.root, "(\w+)"', hook)) - {"build"}:
        assert f"COPY {folder} {folder}\n" in text
    assert "-r requirements.lock -r requirements-node.lock" in text
    # Of the release whose programs know the server.
    assert text.count("FROM python:3.13-slim-trixie") == 2
    assert "postgresql-client" in text.rpartition("FROM ")[2]


def test_what_the_image_is_made_of_is_in_the_build_context():
    root = DEPLOY.parent
    for line in (DEPLOY / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            assert [name for name in line.split()[1:-1] if not (root / name).exists()] == []
    assert "USER hume-central" in (DEPLOY / "Dockerfile").read_text()
