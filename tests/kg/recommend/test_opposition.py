"""Which recommendations are proposed as opposed, and which only look like it."""

from __future__ import annotations

import pytest

from kg.recommend.conflicts import shown_terms
from kg.recommend.opposition import advice_of, opposed, same_conditions


def cue(one: str, other: str) -> str | None:
    met = opposed(advice_of(one), advice_of(other))
    return met.cue.value if met else None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Do not reuse old soil reports.", "Reuse soil reports that are at hand.", "negation"),
        ("Avoid restarting the hub during office hours.", "Restart the hub in office hours, when people watch.", "negation"),
        ("Drill new samples instead of relying on old soil reports.", "Rely on old soil reports.", "negation"),
        ("Never deploy on Fridays.", "Always deploy on Fridays.", "negation"),
        ("Automatic renewal of certificates is safest.", "Keep the renewal of certificates manual.", "antonym"),
        ("Increase the review frequency of suppliers.", "Reduce the review frequency of suppliers.", "antonym"),
        ("不要重复使用旧的地质报告。", "应重复使用旧的地质报告。", "negation"),
        ("避免在工作时间重启服务器。", "在工作时间重启服务器。", "negation"),
        ("应重新钻孔取样，而不是依赖旧地质报告。", "可以依赖旧地质报告。", "negation"),
        ("不要重複使用舊的地質報告。", "重复使用旧的地质报告。", "negation"),
        ("启用证书自动续期。", "证书续期改为手动。", "antonym"),
    ],
)  # fmt: skip
def test_opposed_advice_is_seen(one, other, expected):
    assert cue(one, other) == expected == cue(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Renew certificates early to avoid outages.", "Renew certificates early."),
        ("Do not forget to renew certificates.", "Renew certificates."),
        ("Never skip the soil samples.", "Take soil samples."),
        ("Do not reuse old soil reports.", "Never trust soil reports that are old."),
        ("Do not deploy on Fridays.", "Renew the certificates of the hub."),
        ("Do not deploy.", "Deploy."),
        ("及时续期证书，避免服务中断。", "及时续期证书。"),
        ("不要忘记续期证书。", "续期证书。"),
        ("不要重复使用旧的地质报告。", "按期更新安全证书。"),
        ("", "Never deploy on Fridays."),
        ("🙂🙂", "不要🙂🙂"),
        (").*[(", "not ).*[("),
    ],
)
def test_advice_that_agrees_or_speaks_of_something_else_is_not(one, other):
    assert cue(one, other) is None


def test_conditions_are_compared_where_both_say_some():
    assert same_conditions("tidal rivers with soft soil", "soft soil in tidal rivers") is True
    assert same_conditions("tidal rivers", "mountain roads") is False
    assert same_conditions("软土地基", "软土地基上的桥梁") is True
    assert same_conditions(None, "tidal rivers") is None


def test_shared_terms_are_shown_as_words():
    assert shown_terms(("certif", "renew"), "Renew certificates.") == ["certif", "renew"]
    assert shown_terms(("sampl", "soil"), "Soil samples age.") == ["samples", "soil"]
    assert shown_terms(("地质", "旧地", "质报", "报告"), "依赖旧地质报告。") == ["旧地质报告"]
