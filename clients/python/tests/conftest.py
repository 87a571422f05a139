"""The tests run against a real broker. ``npm test -- integration/clients`` starts one and says where it is."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional

import httpx
import pytest

from glassdome_broker import Broker


@dataclass(repr=False)
class Lab:
    """The broker, somebody who owns credentials there, and its Vault."""

    url: str
    client_id: str
    client_secret: str
    owner_token: str
    vault: str
    vault_token: str
    unseal_key: str

    def owner(self, method: str, path: str, body: Optional[Dict[str, Any]] = None) -> Any:
        headers = {"authorization": f"Bearer {self.owner_token}"}
        answer = httpx.request(method, self.url + path, headers=headers, json=body, timeout=20)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def store(self, name: str, fields: Dict[str, str], service_type: str = "other", **more: Any) -> str:
        """A credential that the service account may read."""
        stored = self.owner(
            "POST", "/api/credentials", {"name": name, "service_type": service_type, "fields": fields, **more}
        )
        self.grant(stored["id"])
        return str(stored["id"])

    def grant(self, credential_id: str) -> None:
        grant = {"subject_kind": "service_account", "subject": self.client_id, "level": "read"}
        self.owner("PUT", f"/api/credentials/{credential_id}/grants", {"grants": [grant]})

    def seal(self) -> None:
        self._vault("sys/seal", {})

    def unseal(self) -> None:
        """Returns when the broker has noticed."""
        self._vault("sys/unseal", {"key": self.unseal_key})
        until = time.monotonic() + 60
        while httpx.get(f"{self.url}/readyz").status_code != 200:
            assert time.monotonic() < until, "the broker is not ready after Vault was unsealed"
            time.sleep(0.1)

    def _vault(self, path: str, body: Dict[str, str]) -> None:
        headers = {"X-Vault-Token": self.vault_token}
        assert httpx.put(f"{self.vault}/v1/{path}", headers=headers, json=body, timeout=20).is_success


@pytest.fixture(scope="session")
def lab() -> Lab:
    text = os.environ.get("BROKER_TEST_LAB")
    if text is None:
        pytest.skip("no broker: run npm test -- integration/clients in the repository")
    return Lab(**json.loads(text))


@pytest.fixture
def broker(lab: Lab) -> Iterator[Broker]:
    with Broker(lab.url, lab.client_id, lab.client_secret, used_by="python-tests") as made:
        yield made


@pytest.fixture
def requests(broker: Broker) -> List[str]:
    """What the client sent, as ``GET /path``."""
    sent: List[str] = []
    broker._http.event_hooks = {"request": [lambda request: sent.append(f"{request.method} {request.url.path}")]}
    return sent
