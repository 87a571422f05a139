from __future__ import annotations

import time
from typing import List

import pytest
from conftest import Lab
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from glassdome_broker import Broker, BrokerSecretsBackend, BrokerUnavailable
from glassdome_broker.settings import BrokerSettingsSource


@pytest.fixture(scope="module")
def stored(lab: Lab) -> str:
    names = {"OPENAI_API_KEY": "api_key"}
    return lab.store("Backend OpenAI", {"api_key": "sk-backend-one"}, "openai", env_names=names)


def test_one_call_for_everything(broker: Broker, requests: List[str], stored: str) -> None:
    backend = BrokerSecretsBackend(broker, follow=False)
    assert backend.is_available()
    for _ in range(46):
        assert backend.get("openai_api_key") == "sk-backend-one"
    assert backend.get("nobody_has_this") is None
    assert "openai_api_key" in backend.list_keys()
    assert requests.count("GET /api/environment") == 1


def test_nothing_is_changed_here(broker: Broker) -> None:
    backend = BrokerSecretsBackend(broker, follow=False)
    for change in (lambda: backend.set("a", "b"), lambda: backend.delete("a")):
        with pytest.raises(NotImplementedError, match="glassdome credentials"):
            change()


def test_a_change_is_read_at_once(broker: Broker, lab: Lab, stored: str) -> None:
    backend = BrokerSecretsBackend(broker, max_age=3600)
    assert backend.get("OPENAI_API_KEY") == "sk-backend-one"
    time.sleep(1)
    lab.owner("POST", f"/api/credentials/{stored}/rotate", {"fields": {"api_key": "sk-backend-two"}})
    until = time.monotonic() + 20
    while backend.get("OPENAI_API_KEY") != "sk-backend-two":
        assert time.monotonic() < until, "the event did not lead to a new read"
        time.sleep(0.1)


def test_no_default_while_the_broker_is_away(lab: Lab, stored: str) -> None:
    with Broker(lab.url, lab.client_id, lab.client_secret, deadline=1) as broker:
        backend = BrokerSecretsBackend(broker, follow=False, max_age=0)
        assert backend.get("openai_api_key") is not None
        lab.seal()
        try:
            for key in ("openai_api_key", "nobody_has_this"):
                with pytest.raises(BrokerUnavailable):
                    backend.get(key)
            assert not backend.is_available()
        finally:
            lab.unseal()


def test_a_key_whose_grant_ended(broker: Broker, lab: Lab) -> None:
    lost = lab.store("Backend lost", {"dns_token": "x"}, env_names={"BACKEND_LOST": "dns_token"})
    backend = BrokerSecretsBackend(broker, follow=False, max_age=0)
    assert backend.get("backend_lost") == "x"
    lab.owner("PUT", f"/api/credentials/{lost}/grants", {"grants": []})
    assert backend.get("backend_lost") is None


def test_pydantic_settings(broker: Broker, stored: str) -> None:
    class Settings(BaseSettings):
        openai_api_key: str
        region: str = "default"

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (sources["init_settings"], BrokerSettingsSource(settings_cls, broker))

    settings = Settings()
    assert settings.openai_api_key.startswith("sk-backend-") and settings.region == "default"
