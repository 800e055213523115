"""What every record carries: identity, provenance, scope and its flat form in a graph."""

from __future__ import annotations

import hashlib
import json
import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ..errors import InvalidRecord
from ..schema import Label


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant needs its offset, for example 2026-03-01T09:00:00Z")
    return moment.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_in_utc)]
"""A moment, kept in UTC; one without an offset is refused."""

NonEmpty = Annotated[str, Field(min_length=1, max_length=20_000)]
Text = Annotated[str, Field(max_length=200_000)]

BOOKKEEPING = frozenset({"recorded_at", "recorded_by", "retired_at", "revision", "map_x", "map_y"})
"""Fields that say when, by whom and where it is drawn, not what: two records equal but for these are the same."""


class Record(BaseModel):
    """A node of the knowledge graph.

    `id` is ours: a stable string. `source_system` and `external_id` say where an imported
    record came from; importing the same pair again updates the record.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, validate_assignment=False)
    label: ClassVar[Label]

    id: Annotated[str, Field(min_length=1, max_length=300)]
    project: str | None = None
    unit: str | None = None
    confidential: bool = False
    source_system: str | None = None
    external_id: str | None = None
    recorded_at: Instant | None = None
    recorded_by: str | None = None
    retired_at: Instant | None = None
    revision: int = Field(default=1, ge=1)

    @classmethod
    def parse(cls, values: dict[str, Any], *, where: str = "") -> Self:
        """A checked record.

        Args:
            values: Field values.
            where: What the message should name as the place, such as a file and row.

        Raises:
            InvalidRecord: A rule of the record is broken; names the field and the value.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "record"
            reason = first["msg"].removeprefix("Value error, ")
            shown = _shorten(first.get("input"))
            place = f"{where}: " if where else ""
            raise InvalidRecord(
                f"{place}{cls.label.value}.{field}: {reason} (found {shown}).",
                label=cls.label.value,
                field=field,
                reason=reason,
                value=shown,
                where=where,
            ) from error

    def search_text(self) -> str | None:
        """The text that search reads, or None for a kind that is not searched."""
        return None

    def to_properties(self) -> dict[str, Any]:
        """The record as flat node properties: text, numbers, booleans and lists of text.

        Instants and dates become ISO 8601 text, decimals their exact text, nested values
        JSON. Empty values are left out, so that both engines keep the same thing.
        """
        flat = self._flat()
        digest = _digest(flat)
        text = self.search_text()
        if text is not None:
            flat["search_text"] = text
        flat["content_hash"] = digest
        return {name: value for name, value in flat.items() if value is not None and value != []}

    @classmethod
    def from_properties(cls, properties: dict[str, Any]) -> Self:
        """The record that `to_properties` wrote; properties of the store are passed over.

        A figure that is no number to reckon with counts as never said: it must not keep all others from being read.
        """
        values = {}
        for name, field in cls.model_fields.items():
            if name in properties:
                value = properties[name]
                if type(value) is float and not math.isfinite(value):
                    continue
                nested = (field.json_schema_extra or {}) if isinstance(field.json_schema_extra, dict) else {}
                values[name] = json.loads(value) if nested.get("nested") and isinstance(value, str) else value
        return cls.model_validate(values)

    def content_hash(self) -> str:
        """A digest of what the record says, whoever said it and whenever."""
        return _digest(self._flat())

    def _flat(self) -> dict[str, Any]:
        return {name: value if type(value) in _PLAIN else _flatten(value) for name, value in self.__dict__.items()}


def nested(default_factory: Any, **more: Any) -> Any:
    """A field whose value is a list of models or a mapping, kept as JSON text on the node."""
    return Field(default_factory=default_factory, json_schema_extra={"nested": True}, **more)


def derive_id(kind: str, *parts: str) -> str:
    """A stable id from a source's own keys: `lesson:nasa-llis:10`.

    The readable part keeps letters and digits of any script; where that loses
    something, a short digest keeps different keys apart.
    """
    raw = ":".join(parts)
    readable = ":".join(re.sub(r"[^\w.#/]+", "-", part).strip("-") for part in parts)
    if readable == raw and len(raw) <= 200:
        return f"{kind}:{raw}"
    digest = hashlib.sha256(raw.encode()).hexdigest()[:8]
    return f"{kind}:{readable[:80]}-{digest}"


_PLAIN = frozenset({str, int, float, bool, type(None)})
_COMPACT = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))  # one for all: a load makes many


def _digest(flat: dict[str, Any]) -> str:
    said = {name: value for name, value in flat.items() if name not in BOOKKEEPING}
    return hashlib.sha256(_COMPACT.encode(said).encode()).hexdigest()[:32]


def _flatten(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case list() | tuple() | set() | frozenset():
            items = sorted(value) if isinstance(value, (set, frozenset)) else list(value)
            if all(isinstance(item, str) for item in items):
                return [str(item.value) if isinstance(item, Enum) else item for item in items]
            return json.dumps([_jsonable(item) for item in items], ensure_ascii=False, sort_keys=True)
        case _:
            return json.dumps(_jsonable(value), ensure_ascii=False, sort_keys=True)


def _jsonable(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    return _flatten(value)


def _shorten(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
