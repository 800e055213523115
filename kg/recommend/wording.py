"""The sentences that a draft outcome is prefilled with: text of the record, in the asker's language."""

from __future__ import annotations

from ..domain import Direction

WORDS = {
    "en": {
        "increase": "{metric} rises to {target} {unit}",
        "decrease": "{metric} falls to {target} {unit}",
        "maintain": "{metric} stays at {target} {unit}",
        "open": "{title}, measured by {metric}",
        "by": "{what} by {due}.",
        "end": "{what}.",
        "chance": "{n} comparable outcomes: {percent} % chance of attainment (90 % interval {low} to {high} %), "
        "known on {day}.",
        "little": "Too little is known to lean on a chance: {n} comparable outcomes (estimate {percent} %, "
        "90 % interval {low} to {high} %), known on {day}.",
        "none": "No comparable outcome is known on {day}.",
        "reached": "Precedents with this metric reached {low} to {high}, median {median} (n = {n}).",
        "precedents": "Precedents: {names}.",
        "yes": "attained",
        "no": "not attained",
        "comma": "; ",
        "pair": "{name} ({verdict})",
    },
    "zh": {
        "increase": "{metric}提高到 {target} {unit}",
        "decrease": "{metric}降低到 {target} {unit}",
        "maintain": "{metric}保持在 {target} {unit}",
        "open": "{title}，以“{metric}”衡量",
        "by": "{due} 前，{what}。",
        "end": "{what}。",
        "chance": "依据 {n} 个可比成果，达成概率为 {percent}%（90% 区间 {low}%–{high}%），数据截至 {day}。",
        "little": "可比成果仅 {n} 个，尚不足以据此判断（估计 {percent}%，90% 区间 {low}%–{high}%），数据截至 {day}。",
        "none": "截至 {day}，没有可比的成果。",
        "reached": "采用该指标的先例达到 {low} 至 {high}，中位数 {median}（n = {n}）。",
        "precedents": "先例：{names}。",
        "yes": "已达成",
        "no": "未达成",
        "comma": "；",
        "pair": "{name}（{verdict}）",
    },
}


def statement_of(
    language: str,
    title: str,
    metric: str | None,
    direction: Direction,
    target: float | None,
    unit: str | None,
    due: str | None,
) -> str:
    """What exactly shall be true, and by when."""
    words = WORDS[language]
    if metric and target is not None:
        what = words[direction.value].format(metric=metric, target=f"{target:g}", unit=unit or "").strip()
    elif metric:
        what = words["open"].format(title=title, metric=metric)
    else:
        what = title
    return words["by" if due else "end"].format(what=what, due=due)
