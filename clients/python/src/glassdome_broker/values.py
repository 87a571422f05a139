"""What the broker answers. Values are never shown by ``repr``, ``str`` or a traceback that prints variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple


class Values(Mapping[str, Any]):
    """A mapping of names to values that shows its names only."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}=***' for name in self._values)})"


class Password:
    """A text that is shown by ``reveal()`` only."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True)
class Source:
    """Where the value of a variable comes from."""

    credential_id: str
    name: str
    version: int
    field: str
    alias_of: Optional[str]


@dataclass(frozen=True)
class Environment:
    """All variables of the caller.

    ``variables`` maps names to texts, ``sources`` names to where they come from. ``conflicts`` names variables that
    nobody fills because several credentials of the caller claim them, ``failed`` credentials that could not be read.
    """

    variables: Values
    sources: Mapping[str, Source]
    conflicts: Tuple[str, ...] = ()
    failed: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Credential:
    """A credential with its values. ``fields`` maps field names to values."""

    id: str
    name: str
    service_type: str
    version: int
    fields: Values = field(default_factory=lambda: Values({}))
    client: Optional[str] = None


def environment_of(body: Mapping[str, Any]) -> Environment:
    sources: Dict[str, Source] = {name: Source(**source) for name, source in body["sources"].items()}
    unfilled: List[str] = [each["variable"] for each in body["conflicts"] if each["served_by"] is None]
    failed: List[str] = [each["name"] for each in body["failed"]]
    return Environment(Values(body["variables"]), sources, tuple(unfilled), tuple(failed))


def credential_of(head: Mapping[str, Any], fields: Mapping[str, Any], client: Optional[str] = None) -> Credential:
    return Credential(
        id=head["id"],
        name=head["name"],
        service_type=head["service_type"],
        version=head["version"],
        fields=Values(fields),
        client=client,
    )
