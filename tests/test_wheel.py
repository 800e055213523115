"""The wheel carries everything, and works from another folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    (built,) = out.glob("*.whl")
    return built


def test_templates_notebooks_statements_and_scripts_are_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for name in tracked:
        if name.startswith(("kg/", "pipelines/", "widgets/", "retrobook/")):
            assert name in names, name
        elif name.startswith(("templates/", "notebooks/")) and not name.endswith(".gitkeep"):
            assert f"pipelines/_data/{name}" in names, name
    assert not any(name.startswith(("tests/", "bench/", "docs/")) for name in names)


def test_the_wheel_works_in_another_folder(wheel, tmp_path):
    unpacked = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(unpacked)
    code = (
        "import kg, pipelines.resources as r, sys; from retrobook.cli import main;"
        f"assert kg.__file__.startswith({str(unpacked)!r}), kg.__file__;"
        "r.template_path('messages/en'); r.notebook_path('project_retrospective');"
        "main(['init', '--home', 'home'], standalone_mode=False);"
        "main(['doctor', '--home', 'home', '--json'], standalone_mode=False)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env={"PYTHONPATH": str(unpacked), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
