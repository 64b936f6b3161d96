# SPDX-License-Identifier: MIT
"""What is shipped to start a large installation holds together, as far as can be told without a container engine.

Nothing here starts compose.yaml: this looks at its form, at the commands in it, and at what it names.
"""

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
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert not re.search(
        r"password\w*: *['\"]?(?!/run/secrets)\w", (DEPLOY / "compose.yaml").read_text(), re.IGNORECASE
    )


def test_the_proxy_knows_every_api_and_lets_a_whole_batch_through():
    text = (DEPLOY / "large/nginx.conf").read_text()

    assert set(re.findall(r"server (\w+):4863 ", text)) == {name for name in SERVICES if name.startswith("api")}
    assert "client_max_body_size 1m" in text
    assert text.count("{") == text.count("}")


def test_what_the_image_is_made_of_is_in_the_build_context():
    root = DEPLOY.parent
    for line in (DEPLOY / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            assert [name for name in line.split()[1:-1] if not (root / name).exists()] == []
    assert "USER hume-central" in (DEPLOY / "Dockerfile").read_text()
