"""A secrets backend with the interface of Glassdome's: ``get``, ``set``, ``delete``, ``list_keys``, ``is_available``."""

from __future__ import annotations

import threading
import time
from typing import Callable, List, Optional

from .client import Broker
from .errors import AmbiguousName, BrokerError, BrokerUnavailable
from .values import Environment


class BrokerSecretsBackend:
    """All secrets of a program, read in one call.

    ``get`` returns ``None`` for a key that no credential fills. If the broker does not answer, it raises
    ``BrokerUnavailable``: a program that continues with a default would use a wrong or published value.

    ``max_age``: seconds after which values are read again. ``follow``: also read again as soon as a credential changed.
    """

    def __init__(
        self,
        broker: Optional[Broker] = None,
        *,
        follow: bool = True,
        max_age: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._broker = Broker.from_environ() if broker is None else broker
        self._max_age = max_age
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Optional[Environment] = None
        self._read_at = 0.0
        self._changes = 0
        self._read_changes = -1
        if follow:
            threading.Thread(target=self._follow, name="glassdome-broker-events", daemon=True).start()

    def get(self, key: str) -> Optional[str]:
        """The value, or ``None`` if no credential fills this key. Upper and lower case are the same key."""
        known = self._environment()
        names = (key.upper(), key)
        for name in names:
            if name in known.variables:
                return str(known.variables[name])
        if any(name in known.conflicts for name in names):
            raise AmbiguousName(
                f"Several credentials fill {key}. Choose one: glassdome credentials prefer", code="ambiguous", status=409
            )
        if known.failed:
            # One of them may fill this key: to answer None would be a guess.
            raise BrokerUnavailable(
                f"{key} is not known: {', '.join(known.failed)} can't be read", code="failed", status=503
            )
        return None

    def set(self, key: str, value: str) -> bool:
        """Refused: a value is changed where it is tested. Raises ``NotImplementedError`` that says how."""
        raise NotImplementedError(f"{key} is changed in the broker: glassdome credentials rotate <name>")

    def delete(self, key: str) -> bool:
        """Refused, as ``set``."""
        raise NotImplementedError(f"{key} is deleted in the broker: glassdome credentials delete <name>")

    def list_keys(self) -> List[str]:
        """The keys that have a value, in lower case."""
        return sorted(name.lower() for name in self._environment().variables)

    def is_available(self) -> bool:
        """Whether values can be read now."""
        try:
            self._environment()
        except BrokerError:
            return False
        return True

    def reload(self) -> None:
        """Reads again at the next ``get``."""
        self._changes += 1

    def _environment(self) -> Environment:
        with self._lock:
            known = self._known
            changes = self._changes
            fresh = self._clock() - self._read_at < self._max_age and changes == self._read_changes
            if known is None or not fresh:
                known = self._broker.environment(aliases=True)
                self._known, self._read_at, self._read_changes = known, self._clock(), changes
            return known

    def _follow(self) -> None:
        while not self._broker.closed:
            try:
                for _ in self._broker.events():
                    self.reload()
            except BrokerError:
                time.sleep(5.0)
