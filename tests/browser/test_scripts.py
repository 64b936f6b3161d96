# SPDX-License-Identifier: MIT
"""The page of scripts, on what real scripts and real signatures made of it."""

import pytest
from playwright.sync_api import expect

from tests.fixtures import signers
from tests.fixtures.processes import find_hume, wait_until
from tests.fixtures.signers import put_signature, sig_of, signed

JOB = "#!/bin/sh\nhume start {task}\n# {text}\nhume stop 0\n"


@pytest.fixture
def host(tmp_path):
    signers.require()
    return signers.Signers(tmp_path)


def run(installed, line):
    return installed.start_command(line).wait(timeout=30)


def run_signed(installed, host, script):
    return run(installed, f"{find_hume()} run --trust {host.trust} --signed {script}")


def test_what_ran_and_how_it_was_signed_is_there_and_what_wants_a_look_first(desk, installed, host):
    for text in ("as it was", "as somebody else would have it"):
        run(installed, str(host.write(JOB.format(task="rotate", text=text), "rotate.sh")))
    good = signed(host, "--for", "10d", name="backup.sh")
    assert run_signed(installed, host, good) == 0
    bad = put_signature(host, host.write("#!/bin/sh\necho good\n", "restore.sh"))
    bad.write_text("#!/bin/sh\necho evil\n")
    assert sig_of(bad).exists()
    assert run_signed(installed, host, bad) == 126
    page = desk.page

    def is_there():
        desk.open("/scripts")
        return page.get_by_role("table", name="Scripts").get_by_role("link", name="restore.sh").count()

    wait_until(is_there, "central heard of all three")
    wanting = page.get_by_role("table", name="Wants a look")
    expect(wanting.get_by_role("row", name="unverified")).to_contain_text("it is not what was signed; it was not run")
    expect(wanting.get_by_role("row", name="changed")).to_contain_text("without a new signature")
    expect(wanting.get_by_role("row", name="expiring")).to_contain_text("signed by ann@example.com, ends in 9 days")
    assert page.title().startswith("3 want a look")

    page.get_by_role("link", name="unsigned").click()
    expect(page.get_by_role("table", name="Scripts").get_by_role("row")).to_have_count(2)
    page.get_by_role("searchbox").fill("signer:ann@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Scripts")).to_contain_text("version 1")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Wants a look")).to_be_visible()
