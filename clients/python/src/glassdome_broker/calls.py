"""Calls of the API as generators: they say what to send and when to wait, and ``client.py`` does it, with or without
``async``. So retries, deadlines and logins are written once."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any, Callable, Generator, Mapping, Optional, TypeVar, Union

from .errors import BrokerUnavailable, error_of
from .values import Password, Values

T = TypeVar("T")


@dataclass(frozen=True)
class Send:
    """One request. ``timeout`` is in seconds."""

    method: str
    path: str
    timeout: float
    headers: Values
    params: Optional[Mapping[str, str]] = None
    json: Optional[Mapping[str, Any]] = None
    form: Optional[Values] = None

    def __repr__(self) -> str:
        return f"Send({self.method} {self.path})"


@dataclass(frozen=True)
class Wait:
    """A pause before the next try."""

    seconds: float


@dataclass(frozen=True)
class Reply:
    """An answer. Status 0: none arrived; ``sent`` says whether the request may have reached the broker."""

    status: int
    headers: Mapping[str, str]
    body: Any
    sent: bool = True

    def __repr__(self) -> str:
        return f"Reply({self.status})"


Step = Union[Send, Wait]
Flow = Generator[Step, Any, T]

#: A token is renewed so many seconds before it ends.
RENEW_EARLY = 30.0
#: A single request may take this long; a call may take several.
REQUEST_SECONDS = 10.0
FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0


class Calls:
    """Logs in when needed and sends calls until they are answered or their deadline ends."""

    def __init__(
        self,
        *,
        client_id: Optional[str] = None,
        client_secret: Optional[str] = None,
        token: Optional[str] = None,
        used_by: Optional[str] = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client_id = client_id
        self._client_secret = None if client_secret is None else Password(client_secret)
        self._token = None if token is None else Password(token)
        self._token_ends: Optional[float] = None
        self._used_by = used_by
        self._clock = clock

    def call(
        self,
        method: str,
        path: str,
        *,
        deadline: float,
        params: Optional[Mapping[str, str]] = None,
        json: Optional[Mapping[str, Any]] = None,
        safe: bool = True,
    ) -> Flow[Any]:
        """The body of the answer. ``safe``: sending it twice does no harm, so it is retried after any failure."""
        until = self._clock() + deadline

        def send() -> Flow[Reply]:
            headers = yield from self._headers(until)
            answer: Reply = yield Send(method, path, self._left(until), headers, params=params, json=json)
            return answer

        reply = yield from self._answered(send, until, safe)
        if reply.status == 401 and self._can_log_in():
            # Ended early: the account's secret was reset, or the key of the tokens was replaced.
            self._token = None
            reply = yield from self._answered(send, until, safe)
        if not 200 <= reply.status < 300:
            raise error_of(reply.status, reply.body, reply.headers.get("x-request-id"))
        return reply.body

    def _answered(self, send: Callable[[], Flow[Reply]], until: float, safe: bool) -> Flow[Reply]:
        """Sends again while what is wrong may pass and time is left."""
        pause = FIRST_WAIT
        while True:
            reply = yield from send()
            if not _passing(reply) or not (safe or not reply.sent or reply.status == 429):
                return self._said(reply)
            seconds = _asked_to_wait(reply) or pause * random.uniform(0.5, 1.0)
            if self._clock() + seconds >= until:
                return self._said(reply)
            yield Wait(seconds)
            pause = min(pause * 2, LONGEST_WAIT)

    @staticmethod
    def _said(reply: Reply) -> Reply:
        if reply.status == 0:
            raise BrokerUnavailable(
                "The broker does not answer. Check its address and that it runs.", code="network", status=0
            )
        return reply

    def _headers(self, until: float) -> Flow[Values]:
        if self._token is None or (self._token_ends is not None and self._clock() >= self._token_ends):
            yield from self._log_in(until)
        return Values(
            {
                "authorization": f"Bearer {'' if self._token is None else self._token.reveal()}",
                "accept": "application/json",
                **({} if self._used_by is None else {"x-used-by": self._used_by}),
            }
        )

    def headers(self, deadline: float) -> Flow[Values]:
        """The headers of an authenticated request, for streams."""
        return self._headers(self._clock() + deadline)

    def _can_log_in(self) -> bool:
        return self._client_id is not None and self._client_secret is not None

    def _log_in(self, until: float) -> Flow[None]:
        if self._client_id is None or self._client_secret is None:
            return
        form = Values(
            {
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": self._client_secret.reveal(),
            }
        )

        def send() -> Flow[Reply]:
            headers = Values({"accept": "application/json"})
            answer: Reply = yield Send("POST", "/api/auth/token", self._left(until), headers, form=form)
            return answer

        asked = self._clock()
        reply = yield from self._answered(send, until, safe=True)
        if reply.status != 200:
            raise error_of(reply.status, reply.body, reply.headers.get("x-request-id"))
        self._token = Password(reply.body["access_token"])
        lasts = float(reply.body["expires_in"])
        self._token_ends = asked + max(lasts - RENEW_EARLY, lasts / 2)

    def _left(self, until: float) -> float:
        return max(0.1, min(REQUEST_SECONDS, until - self._clock()))


def _passing(reply: Reply) -> bool:
    return reply.status in (0, 429, 502, 503, 504)


def _asked_to_wait(reply: Reply) -> Optional[float]:
    try:
        return max(0.0, float(reply.headers.get("retry-after", "")))
    except ValueError:
        return None
