# SPDX-License-Identifier: MIT
"""The API does what its description says, whatever is asked: schemathesis makes the questions."""

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from humeops.api import openapi
from tests.fixtures import processes
from tests.fixtures.asking import agent_of
from tests.fixtures.events import a_run, say

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_FRAMING = {"connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"}

described = schemathesis.openapi.from_dict(openapi.document())


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with agent_of(made) as agent:
            agent.send(*a_run(say("log", 1, level="error", message="x", tags=["a"]), say("data", 2, data={"bytes": 7})))
        yield made


@described.parametrize()
@hypothesis.settings(max_examples=10, deadline=None, suppress_health_check=list(hypothesis.HealthCheck), database=None)
def test_an_answer_is_as_described(case, central):
    token = central.layout.person_token.read_text().strip()
    # How a message is framed is answered by the HTTP server, before there is a question for this API.
    for name in [name for name in case.headers or {} if name.casefold() in _FRAMING]:
        del case.headers[name]

    case.call_and_validate(
        base_url=central.layout.central_url.read_text().strip(),
        headers={"Authorization": f"Bearer {token}"},
        checks=CHECKS,
    )
