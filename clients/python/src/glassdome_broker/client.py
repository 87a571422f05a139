"""The clients: ``Broker`` and ``AsyncBroker`` make the same calls."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import Any, AsyncIterator, Dict, Iterator, List, Mapping, Optional, Sequence, TypeVar, Union
from urllib.parse import quote, urlsplit

import httpx

from .calls import REQUEST_SECONDS, Calls, Flow, Reply, Send, Wait
from .environ import settings_of_environ
from .errors import BrokerError, of_code
from .events import Event, EventLines
from .values import Credential, Environment, Values, credential_of, environment_of

T = TypeVar("T")
Verify = Union[bool, ssl.SSLContext]
#: A name, or a selector of the API: ``{"id": …}``, ``{"name": …, "owner": …}``, ``{"service_type": …}``, ``{"env": …}``.
Item = Union[str, Mapping[str, Any]]

DEADLINE = 30.0
#: The broker sends a comment every 15 seconds; a stream that is silent for longer is dead.
SILENT_SECONDS = 45.0
_STATUS_OF_CODE = {"not_found": 404, "forbidden": 403, "vault_unavailable": 503, "unavailable": 503}


class _Flows:
    """What both clients ask. Each method is one call of the API."""

    def __init__(self, url: str, calls: Calls, deadline: float, allow_http: bool) -> None:
        self._url = _checked(url, allow_http)
        self._calls = calls
        self._deadline = deadline

    def environment(self, labels: Optional[Mapping[str, str]], aliases: bool) -> Flow[Environment]:
        params = {"aliases": "true" if aliases else "false"}
        if labels:
            params["label"] = ",".join(f"{name}={value}" for name, value in labels.items())
        body = yield from self._call("GET", "/api/environment", params=params)
        return environment_of(body)

    def resolve(self, items: Sequence[Item], shape: str) -> Flow[List[Union[Credential, BrokerError]]]:
        wanted = [{"name": item} if isinstance(item, str) else dict(item) for item in items]
        body = yield from self._call("POST", "/api/credentials/resolve", json={"items": wanted, "shape": shape})
        return [_resolved(item) for item in body["items"]]

    def report_usage(self, credential_id: str, success: bool, extra: Mapping[str, Optional[str]]) -> Flow[None]:
        json: Dict[str, Any] = {"success": success}
        json.update({name: value for name, value in extra.items() if value is not None})
        path = f"/api/credentials/{quote(credential_id, safe='')}/usage"
        yield from self._calls.call("POST", path, json=json, deadline=self._deadline, safe=False)

    def _call(self, method: str, path: str, **more: Any) -> Flow[Any]:
        return self._calls.call(method, path, deadline=self._deadline, **more)


def _resolved(item: Mapping[str, Any]) -> Union[Credential, BrokerError]:
    if item["status"] == "ok":
        return credential_of(item["credential"], item["fields"], item.get("client"))
    return of_code(item["code"], item["detail"], _STATUS_OF_CODE.get(item["code"], 409))


def _first(answers: List[Union[Credential, BrokerError]]) -> Credential:
    answer = answers[0]
    if isinstance(answer, BrokerError):
        raise answer
    return answer


def _checked(url: str, allow_http: bool) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ValueError("url must be an address such as https://broker.lab:8400, without a user name or query")
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme == "http" and not loopback and not allow_http:
        raise ValueError("url must use https: secrets would be readable on the network (allow_http=True permits it)")
    return url.rstrip("/")


class Broker:
    """A client of the broker. It logs in when it needs to, and can be used by several threads.

    ``url``: address of the broker. ``client_id`` and ``client_secret``: of a service account; or ``token``: a token of
    yours. ``deadline``: seconds until a call fails. ``verify``: ``False`` or an ``ssl.SSLContext`` with your CA.
    ``used_by``: the agent or deployment that the owners see. Calls raise ``BrokerError``.
    """

    def __init__(
        self,
        url: str,
        client_id: Optional[str] = None,
        client_secret: Optional[str] = None,
        *,
        token: Optional[str] = None,
        used_by: Optional[str] = None,
        deadline: float = DEADLINE,
        verify: Verify = True,
        allow_http: bool = False,
    ) -> None:
        calls = Calls(client_id=client_id, client_secret=client_secret, token=token, used_by=used_by)
        self._flows = _Flows(url, calls, deadline, allow_http)
        self._calls = calls
        self._http = httpx.Client(base_url=self._flows._url, verify=verify, follow_redirects=False)

    @classmethod
    def from_environ(cls, environ: Optional[Mapping[str, str]] = None, **more: Any) -> Broker:
        """The client that ``GLASSDOME_BROKER_URL``, ``…_CLIENT_ID``, ``…_CLIENT_SECRET`` (or ``…_FILE``) describe."""
        return cls(**{**settings_of_environ(environ), **more})

    def environment(self, *, labels: Optional[Mapping[str, str]] = None, aliases: bool = True) -> Environment:
        """All variables of the caller, in one call. ``aliases``: also other spellings that programs look for."""
        return self._run(self._flows.environment(labels, aliases))

    def resolve(self, items: Sequence[Item], *, shape: str = "fields") -> List[Union[Credential, BrokerError]]:
        """Up to 100 credentials in one call, in the order of ``items``. An item that fails is an error in its place.

        ``shape``: ``fields``, or ``client`` for the keyword arguments of Glassdome's client of that service.
        """
        return self._run(self._flows.resolve(items, shape))

    def get(self, item: Item, *, shape: str = "fields") -> Credential:
        """One credential with its values, by name or selector."""
        return _first(self.resolve([item], shape=shape))

    def report_usage(
        self,
        credential: Union[Credential, str],
        *,
        success: bool,
        error_code: Optional[str] = None,
        purpose: Optional[str] = None,
    ) -> None:
        """Reports whether a value worked. The owner sees it, and a rotation in progress counts it."""
        given = credential.id if isinstance(credential, Credential) else credential
        self._run(self._flows.report_usage(given, success, {"error_code": error_code, "purpose": purpose}))

    def events(self, *, after: Optional[int] = None) -> Iterator[Event]:
        """Changes of the caller's credentials as they happen; reconnects until the client is closed."""
        lines = EventLines(after)
        while not self.closed:
            headers = Values({**self._run(self._calls.headers(DEADLINE)), **lines.headers()})
            try:
                with self._http.stream("GET", "/api/events", headers=dict(headers), timeout=_stream_timeout()) as answer:
                    if answer.status_code == 200:
                        yield lines.connected()
                        for line in answer.iter_lines():
                            yield from lines.read(line)
            except httpx.HTTPError:
                pass
            if not self.closed:
                time.sleep(lines.pause())

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._http.is_closed

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Broker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, flow: Flow[T]) -> T:
        reply: Optional[Reply] = None
        try:
            while True:
                step = flow.send(reply)
                reply = None
                if isinstance(step, Wait):
                    time.sleep(step.seconds)
                else:
                    reply = self._send(step)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def _send(self, send: Send) -> Reply:
        try:
            return _reply_of(self._http.request(**_request_of(send)))
        except httpx.HTTPError as error:
            return _no_reply(error)


class AsyncBroker:
    """``Broker`` for ``asyncio``, with the same arguments and calls."""

    def __init__(
        self,
        url: str,
        client_id: Optional[str] = None,
        client_secret: Optional[str] = None,
        *,
        token: Optional[str] = None,
        used_by: Optional[str] = None,
        deadline: float = DEADLINE,
        verify: Verify = True,
        allow_http: bool = False,
    ) -> None:
        calls = Calls(client_id=client_id, client_secret=client_secret, token=token, used_by=used_by)
        self._flows = _Flows(url, calls, deadline, allow_http)
        self._calls = calls
        self._http = httpx.AsyncClient(base_url=self._flows._url, verify=verify, follow_redirects=False)

    @classmethod
    def from_environ(cls, environ: Optional[Mapping[str, str]] = None, **more: Any) -> AsyncBroker:
        """See ``Broker.from_environ``."""
        return cls(**{**settings_of_environ(environ), **more})

    async def environment(self, *, labels: Optional[Mapping[str, str]] = None, aliases: bool = True) -> Environment:
        """See ``Broker.environment``."""
        return await self._run(self._flows.environment(labels, aliases))

    async def resolve(self, items: Sequence[Item], *, shape: str = "fields") -> List[Union[Credential, BrokerError]]:
        """See ``Broker.resolve``."""
        return await self._run(self._flows.resolve(items, shape))

    async def get(self, item: Item, *, shape: str = "fields") -> Credential:
        """See ``Broker.get``."""
        return _first(await self.resolve([item], shape=shape))

    async def report_usage(
        self,
        credential: Union[Credential, str],
        *,
        success: bool,
        error_code: Optional[str] = None,
        purpose: Optional[str] = None,
    ) -> None:
        """See ``Broker.report_usage``."""
        given = credential.id if isinstance(credential, Credential) else credential
        await self._run(self._flows.report_usage(given, success, {"error_code": error_code, "purpose": purpose}))

    async def events(self, *, after: Optional[int] = None) -> AsyncIterator[Event]:
        """See ``Broker.events``."""
        lines = EventLines(after)
        while not self.closed:
            headers = Values({**await self._run(self._calls.headers(DEADLINE)), **lines.headers()})
            try:
                async with self._http.stream(
                    "GET", "/api/events", headers=dict(headers), timeout=_stream_timeout()
                ) as answer:
                    if answer.status_code == 200:
                        yield lines.connected()
                        async for line in answer.aiter_lines():
                            for event in lines.read(line):
                                yield event
            except httpx.HTTPError:
                pass
            if not self.closed:
                await asyncio.sleep(lines.pause())

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._http.is_closed

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncBroker:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _run(self, flow: Flow[T]) -> T:
        reply: Optional[Reply] = None
        try:
            while True:
                step = flow.send(reply)
                reply = None
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                else:
                    reply = await self._send(step)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def _send(self, send: Send) -> Reply:
        try:
            return _reply_of(await self._http.request(**_request_of(send)))
        except httpx.HTTPError as error:
            return _no_reply(error)


def _request_of(send: Send) -> Dict[str, Any]:
    return {
        "method": send.method,
        "url": send.path,
        "headers": dict(send.headers),
        "params": send.params,
        "json": send.json,
        "data": None if send.form is None else dict(send.form),
        "timeout": send.timeout,
    }


def _reply_of(answer: httpx.Response) -> Reply:
    try:
        body = answer.json() if answer.content else None
    except ValueError:
        body = None
    if body is None and answer.status_code == 200:
        # A proxy or a sign-in page, not the broker.
        return Reply(502, answer.headers, None)
    return Reply(answer.status_code, answer.headers, body)


def _no_reply(error: httpx.HTTPError) -> Reply:
    """The exception itself holds the request with its headers, so it is not kept."""
    return Reply(0, {}, None, sent=not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)))


def _stream_timeout() -> httpx.Timeout:
    return httpx.Timeout(REQUEST_SECONDS, read=SILENT_SECONDS)
