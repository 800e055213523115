"""One set of pins: pyproject.toml, constraints.txt, environment.yml and the README agree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
CONDA = {"pytorch": "torch", "neo4j-python-driver": "neo4j"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines):
    return {canonical(name): version for name, version in (line.split("==") for line in lines if "==" in line)}


def test_every_dependency_is_pinned_and_all_lists_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = pins(project["dependencies"])
    assert len(wanted) == len(project["dependencies"]), "a dependency has no exact pin"
    constraints = pins((ROOT / "constraints.txt").read_text().splitlines())
    assert {name: constraints.get(name) for name in wanted} == wanted
    tests = pins(project["optional-dependencies"]["test"])
    assert {name: constraints.get(name) for name in tests} == tests
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = dict(item.split("=") for item in listed if isinstance(item, str) and "=" in item)
    pip = next(item["pip"] for item in listed if isinstance(item, dict))
    environment = {canonical(CONDA.get(name, name)): version for name, version in conda.items() if name != "python"}
    environment |= pins(pip)
    assert environment == wanted
    for text in ((ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text(), (ROOT / "Dockerfile").read_text()):
        for version in re.findall(r"torch==([\d.]+)", text):
            assert version == wanted["torch"]


def test_the_packages_that_run_are_the_ones_installed_here():
    import kg
    import pipelines
    import retrobook
    import widgets

    for package in (kg, pipelines, retrobook, widgets):
        assert Path(package.__file__).parent.parent == ROOT
