"""Units as sentences have them: kept once, in a spelling of their own, and said in the reader's language."""

from __future__ import annotations

CHINESE = {
    "points": "分", "h": "小时", "h/week": "小时/周", "d": "天", "min": "分钟", "people": "人", "contracts": "份合同",
    "complaints": "起投诉", "defects": "个缺陷", "releases/week": "次/周", "items": "项", "findings": "项发现",
    "risks": "项风险", "injuries": "起", "reports": "起上报", "walks": "次巡查", "lessons": "条经验",
    "per 200,000 h": "起/20 万工时", "t CO2e": "吨二氧化碳当量", "kWh": "千瓦时",
}  # fmt: skip
"""What the packaged dictionary's units are called in Chinese; others are said as they are written."""


def unit_word(unit: str | None, language: str) -> str:
    """A unit in a language; nothing for none."""
    return CHINESE.get(unit or "", unit or "") if language == "zh" else unit or ""
