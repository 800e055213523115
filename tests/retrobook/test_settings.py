"""Settings: file < environment < flag, and messages that name the place."""

from __future__ import annotations

import pytest

from retrobook.errors import SettingsError
from retrobook.settings import Settings, read_settings


def test_a_flag_wins_over_a_variable_and_a_variable_over_the_file(tmp_path):
    (tmp_path / "settings.toml").write_text('port = 1000\nlanguage = "zh"\nkernel_limit = 3\n')
    env = {"RETROBOOK_HOME": str(tmp_path), "RETROBOOK_PORT": "2000", "RETROBOOK_KERNEL_LIMIT": "4"}
    settings = read_settings({"port": 3000}, env)
    assert (settings.port, settings.kernel_limit, settings.language) == (3000, 4, "zh")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", r"no setting prot\. Did you mean port"),
        ('port = "many"', "settings.toml: port"),
        ("port = ", "is not TOML"),
        ('home = "/elsewhere"', "no setting home"),
    ],
)
def test_a_bad_settings_file_is_named(tmp_path, text, said):
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        read_settings({"home": tmp_path}, {})


def test_a_bad_variable_is_named(tmp_path):
    with pytest.raises(SettingsError, match="the variable RETROBOOK_PORT: port"):
        read_settings({"home": tmp_path}, {"RETROBOOK_PORT": "x"})


def test_a_password_is_not_shown(tmp_path):
    settings = read_settings({"home": tmp_path}, {"RETROBOOK_NEO4J_PASSWORD": "hunter22"})
    assert "hunter22" not in repr(settings)


def test_every_setting_has_help():
    assert all(field.description for field in Settings.model_fields.values())
