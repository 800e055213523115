"""Rules of reviews are data: a mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import FormatError
from pipelines.outcomes.review_rules import ReviewRulesFile
from pipelines.resources import TEMPLATES

PACKAGED = (TEMPLATES / "reviews.yaml").read_text("utf-8")


def own(home: Path, text: str) -> ReviewRulesFile:
    path = home / "templates" / "reviews.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return ReviewRulesFile(home)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("  gap: 2", "  gap: 7", "  gap: 7", "less than or equal to 4"),
        ("  gap: 2", "  gaps: 2", "  gaps: 2", "Did you mean 'gap'"),
        ("roles: [pmo]", "roles: [pmp]", "roles: [pmp]", "Did you mean 'pmo'"),
        ("roles: [pmo]", "roles: [guest]", "roles: [guest]", "guests review nothing"),
        ("reviewer: role", "reviewer: boss", "reviewer: boss", "direct_manager"),
        ("- review: pmo", "- review: manager", "- review: manager\n    title: {en: Project", "stands in an earlier step"),
        ("- key: innovation", "- key: impact", "- key: impact\n    name: {en: Innovation", "stands there already"),
        ("kinds: [certificate, document]", "kinds: [certifcate]", "kinds: [certifcate]", "Did you mean 'certificate'"),
        ("  - key: difficulty", "  - key: difficulty\n  ?", "\n  ?", "not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_to_do(tmp_path, old, new, where, message):
    text = PACKAGED.replace(old, new, 1)
    with pytest.raises(FormatError, match=message) as error:
        own(tmp_path, text).rules()
    assert abs(error.value.fields["line"] - line_of(text, where)) <= 1


def test_an_installations_own_rules_count_and_an_edit_counts_at_once(tmp_path):
    file = own(tmp_path, PACKAGED.replace("  gap: 2", "  gap: 3"))
    assert file.rules().third.gap == 3
    own(tmp_path, PACKAGED.replace("  gap: 2", "  gap: 41".replace("41", "4")) + "# edited\n")
    assert file.rules().third.gap == 4


def test_one_step_without_a_third_person_is_a_rule_too(tmp_path):
    start, end = PACKAGED.index("  - review: manager"), PACKAGED.index("  - review: pmo")
    third, evidence = PACKAGED.index("# When two scores"), PACKAGED.index("# How many live")
    text = PACKAGED[:start] + PACKAGED[end:third] + PACKAGED[evidence:]
    assert own(tmp_path, text).rules().order == ["pmo"]
    with pytest.raises(FormatError, match="a third person needs two steps"):
        own(tmp_path, PACKAGED[:start] + PACKAGED[end:]).rules()
