"""What can go wrong. No error contains a value of a secret."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Type


class BrokerError(Exception):
    """The broker refused a call, or did not answer it.

    ``code`` is the stable code of the problem (``network`` if no answer of the broker arrived), ``status`` the HTTP
    status (0 without an answer), ``request_id`` what an administrator needs to find the call.
    """

    def __init__(self, detail: str, *, code: str, status: int, request_id: Optional[str] = None) -> None:
        suffix = f" (request {request_id})" if request_id else ""
        super().__init__(f"{detail}{suffix}")
        self.detail = detail
        self.code = code
        self.status = status
        self.request_id = request_id


class BrokerUnavailable(BrokerError):
    """The broker, its Vault or its database does not answer. No value is known; do not continue with a default."""


class LoginRefused(BrokerError):
    """The broker does not accept the client ID and secret, or the token."""


class PermissionDenied(BrokerError):
    """The caller has no right to this, or no longer."""


class NotFound(BrokerError):
    """There is no such credential, or it is not shared with the caller."""


class AmbiguousName(BrokerError):
    """Several credentials fit. Ask by ID or owner, or choose one with ``glassdome credentials prefer``."""


_BY_STATUS = {401: LoginRefused, 403: PermissionDenied, 404: NotFound}


def error_of(status: int, body: Any, request_id: Optional[str]) -> BrokerError:
    """The error for an answer that is not a success."""
    problem: Mapping[str, Any] = body if isinstance(body, dict) else {}
    code = str(problem.get("code") or problem.get("error") or "network")
    detail = str(
        problem.get("detail")
        or problem.get("error_description")
        or f"Something between this program and the broker answered with status {status}."
    )
    request_id = problem.get("request_id") or request_id
    return of_code(code, detail, status, request_id)


def of_code(code: str, detail: str, status: int, request_id: Optional[str] = None) -> BrokerError:
    """The error for a code, as calls and single items of ``resolve`` have it."""
    kind: Type[BrokerError]
    if status == 0 or status == 429 or status >= 500:
        kind = BrokerUnavailable
    elif code == "ambiguous":
        kind = AmbiguousName
    else:
        kind = _BY_STATUS.get(status, BrokerError)
    return kind(detail, code=code, status=status, request_id=request_id)
