"""Server-sent events of ``GET /api/events``. They name what changed and never contain a value."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Mapping, Optional

#: Events may have been missed, or the stream has just begun: read again what you keep.
RESET = "reset"


@dataclass(frozen=True)
class Event:
    """``kind`` such as ``credential.rotated``, or ``reset``. ``data`` is the event as ``/docs`` describes it."""

    id: Optional[int]
    kind: str
    data: Mapping[str, Any]


class EventLines:
    """Reads the lines of streams, and knows where the next one has to continue."""

    def __init__(self, after: Optional[int]) -> None:
        self._after = after
        self._kind = ""
        self._data: List[str] = []
        self._id: Optional[int] = after
        self._failures = 0

    def headers(self) -> Dict[str, str]:
        headers = {"accept": "text/event-stream"}
        if self._after is not None:
            headers["last-event-id"] = str(self._after)
        return headers

    def connected(self) -> Event:
        """A stream that begins is a reset if nothing is known of before."""
        self._failures = 0
        self._kind, self._data = "", []
        return Event(self._after, RESET if self._after is None else "connected", {})

    def pause(self) -> float:
        """Seconds until the next connection."""
        self._failures += 1
        return min(30.0, 2.0 ** min(self._failures, 5) * random.uniform(0.25, 0.5))

    def read(self, line: str) -> Iterator[Event]:
        """The event that ends with this line, if one does."""
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if line == "":
            if self._data:
                self._after = self._id
                yield Event(self._id, self._kind or "message", json.loads("\n".join(self._data)))
            self._kind, self._data = "", []
        elif name == "event":
            self._kind = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and value.isdigit():
            self._id = int(value)
