"""A source for pydantic-settings: fields get their values from the broker, in one call."""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple, Type

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from .client import Broker


class BrokerSettingsSource(PydanticBaseSettingsSource):
    """Return it from ``settings_customise_sources``, before or after the environment, as it should win or not."""

    def __init__(self, settings_cls: Type[BaseSettings], broker: Optional[Broker] = None) -> None:
        super().__init__(settings_cls)
        self._broker = broker
        self._variables: Optional[Dict[str, str]] = None

    def get_field_value(self, field: FieldInfo, field_name: str) -> Tuple[Any, str, bool]:
        if self._variables is None:
            broker = Broker.from_environ() if self._broker is None else self._broker
            self._variables = {name.upper(): value for name, value in broker.environment().variables.items()}
        alias = field.validation_alias
        names = [alias] if isinstance(alias, str) else [f"{self.config.get('env_prefix', '')}{field_name}"]
        value = next((self._variables[name.upper()] for name in names if name.upper() in self._variables), None)
        return value, alias if isinstance(alias, str) else field_name, self.field_is_complex(field)

    def __call__(self) -> Dict[str, Any]:
        found: Dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, is_complex = self.get_field_value(field, name)
            if value is not None:
                found[key] = self.prepare_field_value(name, field, value, is_complex)
        return found

    def __repr__(self) -> str:
        return "BrokerSettingsSource()"
