"""The variables that the command line reads, too."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

_PREFIX = "GLASSDOME_BROKER_"


def settings_of_environ(environ: Optional[Mapping[str, str]] = None) -> Dict[str, Any]:
    """Arguments of ``Broker``. Raises ``ValueError`` with the name of the variable that is missing or unreadable."""
    environ = os.environ if environ is None else environ
    url = environ.get(f"{_PREFIX}URL", "")
    if not url:
        raise ValueError(f"{_PREFIX}URL is not set: set it to the address of the broker")
    found: Dict[str, Any] = {"url": url}
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TOKEN"):
        value = _value(environ, f"{_PREFIX}{name}")
        if value is not None:
            found[name.lower()] = value
    if "token" not in found and not ("client_id" in found and "client_secret" in found):
        raise ValueError(f"set {_PREFIX}CLIENT_ID and {_PREFIX}CLIENT_SECRET (or {_PREFIX}CLIENT_SECRET_FILE)")
    ca_file = environ.get(f"{_PREFIX}CA_FILE")
    if ca_file:
        found["verify"] = ssl.create_default_context(cafile=ca_file)
    if environ.get(f"{_PREFIX}ALLOW_PLAIN_HTTP") == "true":
        found["allow_http"] = True
    return found


def _value(environ: Mapping[str, str], name: str) -> Optional[str]:
    if environ.get(name):
        return environ[name]
    path = environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"{name}_FILE can't be read: {error.strerror}") from None
