from __future__ import annotations

import traceback
from pathlib import Path
from typing import List

import httpx
import pytest
from conftest import Lab

from glassdome_broker import (
    Broker,
    BrokerError,
    BrokerUnavailable,
    Credential,
    LoginRefused,
    NotFound,
)
from glassdome_broker.calls import Calls, Reply, Wait

SECRET = "value-of-the-python-tests"


@pytest.fixture(scope="module")
def stored(lab: Lab) -> str:
    return lab.store("Python DNS", {"dns_host": "dns.lab", "dns_token": SECRET}, env_names={"PY_DNS_TOKEN": "dns_token"})


def test_one_call_answers_all_variables(broker: Broker, requests: List[str], stored: str) -> None:
    environment = broker.environment()
    assert environment.variables["PY_DNS_TOKEN"] == SECRET
    source = environment.sources["PY_DNS_TOKEN"]
    assert (source.credential_id, source.version, source.field) == (stored, 1, "dns_token")
    assert requests == ["POST /api/auth/token", "GET /api/environment"]
    broker.environment()
    assert requests[2:] == ["GET /api/environment"], "the token is used again"


def test_values_are_not_shown(broker: Broker, stored: str) -> None:
    shown = repr([broker.environment(), broker.get("Python DNS"), broker._calls.__dict__])
    assert SECRET not in shown and "PY_DNS_TOKEN=***" in shown


def test_items_that_fail_do_not_affect_the_others(broker: Broker, stored: str) -> None:
    found, missing, by_variable = broker.resolve(["Python DNS", {"name": "nobody"}, {"env": "PY_DNS_TOKEN"}])
    assert isinstance(found, Credential) and found.fields["dns_token"] == SECRET
    assert isinstance(missing, NotFound)
    assert isinstance(by_variable, Credential) and by_variable.id == stored
    with pytest.raises(NotFound) as refused:
        broker.get("nobody")
    assert refused.value.code == "not_found"


def test_the_shape_of_a_client(broker: Broker, lab: Lab) -> None:
    fields = {"host": "pve.lab", "user": "broker@pve", "token_name": "gd", "token_value": "0" * 8 + "-aaaa"}
    lab.store("Python Proxmox", {**fields, "auth_method": "api_token"}, "proxmox")
    answer = broker.get("Python Proxmox", shape="client")
    assert answer.client == "ProxmoxClient" and answer.fields["host"] == "pve.lab"


def test_usage_reaches_the_owner(broker: Broker, lab: Lab, stored: str) -> None:
    broker.report_usage(broker.get("Python DNS"), success=False, error_code="unauthorized")
    usage = lab.owner("GET", f"/api/credentials/{stored}/usage")["items"]
    assert [row["error_code"] for row in usage if row["success"] is False] == ["unauthorized"]


def test_a_token_is_renewed_before_it_ends(lab: Lab, stored: str) -> None:
    now = 0.0
    with Broker(lab.url, lab.client_id, lab.client_secret) as broker:
        broker._calls._clock = lambda: now
        sent: List[str] = []
        broker._http.event_hooks = {"request": [lambda request: sent.append(request.url.path)]}
        for now in (0.0, 500.0, 590.0):
            broker.get("Python DNS")
    assert sent.count("/api/auth/token") == 2


def test_a_wrong_secret_is_refused_and_not_shown(lab: Lab) -> None:
    wrong = "wrong-secret-of-the-python-tests"
    with Broker(lab.url, lab.client_id, wrong) as broker:
        with pytest.raises(LoginRefused) as refused:
            broker.environment()
    shown = "".join(traceback.TracebackException.from_exception(refused.value, capture_locals=True).format())
    # The line of this test itself shows its own variable.
    assert wrong not in shown.replace(f"wrong = '{wrong}'", "")


def test_a_sealed_vault_is_no_empty_answer(lab: Lab, stored: str) -> None:
    with Broker(lab.url, lab.client_id, lab.client_secret, deadline=3) as broker:
        broker.get("Python DNS")
        lab.seal()
        try:
            for call in (broker.environment, lambda: broker.get("Python DNS")):
                with pytest.raises(BrokerUnavailable):
                    call()
        finally:
            lab.unseal()
    with Broker(lab.url, lab.client_id, lab.client_secret, deadline=60) as broker:
        assert broker.get("Python DNS").fields["dns_token"] == SECRET, "it waits until Vault is back"


def test_a_broker_that_is_not_there() -> None:
    with Broker("http://127.0.0.1:9", "id", "secret", deadline=1) as broker:
        with pytest.raises(BrokerUnavailable) as refused:
            broker.environment()
    assert refused.value.code == "network" and refused.value.__cause__ is None


def test_only_safe_calls_are_sent_twice() -> None:
    clock = [0.0]
    calls = Calls(token="t", clock=lambda: clock[0])
    for safe, tries in ((True, 5), (False, 1)):
        with pytest.raises(BrokerError):
            count = 0
            flow = calls.call("POST", "/x", deadline=100, safe=safe)
            step = next(flow)
            while True:
                if isinstance(step, Wait):
                    step = flow.send(None)
                    continue
                count += 1
                if count == 5:
                    clock[0] += 1000
                step = flow.send(Reply(503, {}, {"code": "unavailable", "detail": "x"}))
        assert count == tries


@pytest.mark.parametrize(
    ("url", "why"),
    [("http://broker.lab:8400", "https"), ("broker.lab", "address"), ("https://me:pw@broker.lab", "address")],
)
def test_addresses_that_are_refused(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Broker(url, "id", "secret")


def test_an_answer_of_something_else_is_no_value(lab: Lab) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="<html>Sign in</html>")

    with Broker(lab.url, token="t", deadline=0.3) as broker:
        broker._http = httpx.Client(base_url=lab.url, transport=httpx.MockTransport(page))
        with pytest.raises(BrokerUnavailable):
            broker.environment()


def test_the_variables_of_the_command_line(lab: Lab, tmp_path: Path, stored: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(lab.client_secret + "\n")
    environ = {
        "GLASSDOME_BROKER_URL": lab.url,
        "GLASSDOME_BROKER_CLIENT_ID": lab.client_id,
        "GLASSDOME_BROKER_CLIENT_SECRET_FILE": str(secret),
    }
    with Broker.from_environ(environ) as broker:
        assert broker.get("Python DNS").id == stored
    with pytest.raises(ValueError, match="GLASSDOME_BROKER_URL"):
        Broker.from_environ({})
    with pytest.raises(ValueError, match="CLIENT_SECRET"):
        Broker.from_environ({"GLASSDOME_BROKER_URL": lab.url})
