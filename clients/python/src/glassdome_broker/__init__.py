"""Python client of the Glassdome Credential Broker."""

from .backend import BrokerSecretsBackend
from .client import AsyncBroker, Broker
from .errors import (
    AmbiguousName,
    BrokerError,
    BrokerUnavailable,
    LoginRefused,
    NotFound,
    PermissionDenied,
)
from .events import Event
from .values import Credential, Environment, Source, Values

__all__ = [
    "AmbiguousName",
    "AsyncBroker",
    "Broker",
    "BrokerError",
    "BrokerSecretsBackend",
    "BrokerUnavailable",
    "Credential",
    "Environment",
    "Event",
    "LoginRefused",
    "NotFound",
    "PermissionDenied",
    "Source",
    "Values",
]
