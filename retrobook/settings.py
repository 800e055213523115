"""Every setting with its default and help; file < environment < flag, read once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from kg.errors import nearest

from .errors import SettingsError

PREFIX = "RETROBOOK_"
FILE = "settings.toml"


class Settings(BaseModel):
    """The settings of an installation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path = Field(default=Path(".retrobook"), description="Folder that holds all state of the installation.")
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8866, ge=0, le=65535, description="Port the server listens on; 0 takes a free one.")
    public_url: str | None = Field(default=None, description="The address that browsers use, behind a proxy.")
    language: Literal["en", "zh"] = Field(default="en", description="Language of pages until a visitor chooses.")
    store: str | None = Field(default=None, description="neo4j:// address; the embedded graph when empty.")
    neo4j_user: str = Field(default="neo4j", description="Name for the Neo4j server.")
    neo4j_password: SecretStr | None = Field(default=None, description="Password for the Neo4j server.")
    neo4j_database: str | None = Field(default=None, description="Database of the Neo4j server.")
    neo4j_ca: Path | None = Field(default=None, description="CA certificate to trust for the Neo4j server.")
    encoders: list[str] = Field(
        default=["multilingual=builtin:e5-small", "english=builtin:minilm"],
        description="Vector arms as name=model; a model is builtin:e5-small, builtin:minilm, a hub id or a folder.",
    )
    reranker: str | None = Field(
        default=None,
        description="Cross-encoder that reads the first hits again: a hub id or a folder; none when empty.",
    )
    native_index_above: int = Field(
        default=300_000,
        ge=1,
        description="With more lessons than this their vectors stay in Neo4j and its index is asked.",
    )
    kernel_idle_seconds: int = Field(default=600, ge=1, description="An app's kernel is ended when unused this long.")
    kernel_limit: int = Field(default=40, ge=1, description="How many kernels may run at once.")
    spare_kernels: int = Field(default=1, ge=0, description="How many kernels wait for the next visitor to an app.")
    session_days: int = Field(default=7, ge=1, le=90, description="How long a sign-in lasts.")
    reminder_days: int = Field(
        default=3, ge=0, le=60, description="Owners of actions are reminded this many days before the due day."
    )
    discount_rate: Decimal = Field(
        default=Decimal("0.08"), gt=-1, le=1,
        description="Yearly rate that money to come is discounted by: 0.08 is 8 %.",
    )  # fmt: skip
    run_timeout_seconds: int = Field(default=600, ge=10, description="A report cell may take this long.")
    evidence_limit_mb: int = Field(default=200, ge=1, le=10_000, description="The largest evidence file in MiB.")
    unused_upload_days: int = Field(
        default=7, ge=1, le=3_650, description="Uploads that never became evidence are removed after this many days."
    )
    evidence_private_links: bool = Field(
        default=False, description="Look at evidence links within the organisation's own network, too."
    )

    @property
    def graph_file(self) -> Path:
        """The embedded graph."""
        return self.home / "graph.kgl"

    @property
    def reports_dir(self) -> Path:
        """Published reports and failed runs."""
        return self.home / "reports"

    @property
    def cache_dir(self) -> Path:
        """What can be made again: vectors."""
        return self.home / "cache"

    @property
    def blobs_dir(self) -> Path:
        """Content-addressed files."""
        return self.home / "blobs"


def read_settings(flags: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force.

    Args:
        flags: Values given on the command line; None values are passed over.
        environ: Where `RETROBOOK_*` variables are read; the process's own when not given.

    Raises:
        SettingsError: A value is unusable or a key unknown; names where it stands.
    """
    env = os.environ if environ is None else environ
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    home = Path(given.get("home") or env.get(f"{PREFIX}HOME") or Settings.model_fields["home"].default)
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, value in _file_values(home / FILE).items():
        values[name], origin[name] = value, str(home / FILE)
    for name in Settings.model_fields:
        if (text := env.get(PREFIX + name.upper())) is not None:
            values[name] = [part.strip() for part in text.split(",")] if name == "encoders" else text
            origin[name] = f"the variable {PREFIX}{name.upper()}"
    for name, value in given.items():
        values[name], origin[name] = value, f"--{name.replace('_', '-')}"
    values["home"] = home.expanduser().absolute()
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = str(first["loc"][0])
        raise SettingsError(
            f"{origin.get(key, 'settings')}: {key}: {first['msg']}.", key=key, where=origin.get(key)
        ) from error


def _file_values(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}.", where=str(path)) from error
    for key in values:
        if key not in Settings.model_fields or key == "home":
            near = nearest(key, set(Settings.model_fields) - {"home"})
            hint = f" Did you mean {near}?" if near else ""
            raise SettingsError(f"{path}: there is no setting {key}.{hint}", key=key, where=str(path))
    return values
