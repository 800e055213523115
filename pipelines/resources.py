"""Where the files that people edit are: templates, message catalogues, notebooks, samples.

An installation's own copy under `<home>/templates` wins over the packaged one.
"""

from __future__ import annotations

from pathlib import Path

from kg.errors import NotFound

_PACKAGED = Path(__file__).parent / "_data"
_ROOT = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parent.parent

TEMPLATES = _ROOT / "templates"
NOTEBOOKS = _ROOT / "notebooks"


def template_path(name: str, home: Path | None = None) -> Path:
    """The file or folder `name` under templates, the installation's own first.

    Raises:
        NotFound: There is none; names the nearest.
    """
    for root in ([home / "templates"] if home else []) + [TEMPLATES]:
        if (root / name).exists():
            return root / name
    raise NotFound.among("template", name, _names(TEMPLATES))


def notebook_path(name: str, home: Path | None = None) -> Path:
    """The notebook called `name` (`project_retrospective`), packaged or registered in the installation.

    Raises:
        NotFound: There is none; names the nearest.
    """
    roots = ([home / "notebooks"] if home else []) + [NOTEBOOKS]
    for root in roots:
        for folder in ("reports", "apps"):
            found = root / folder / f"{name.removesuffix('.ipynb')}.ipynb"
            if found.is_file():
                return found
    known = {path.stem for root in roots if root.is_dir() for path in root.glob("*/*.ipynb")}
    raise NotFound.among("notebook", name, known)


def _names(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
