"""Units as sentences have them: kept once, in a spelling of their own, and said in the reader's language."""

from __future__ import annotations

CHINESE = {
    "points": "分", "h": "小时", "h/week": "小时/周", "d": "天", "min": "分钟", "people": "人", "contracts": "份合同",
    "complaints": "起投诉", "defects": "个缺陷", "releases/week": "次/周", "items": "项", "findings": "项发现",
    "risks": "项风险", "injuries": "起", "reports": "起上报", "walks": "次巡查", "lessons": "条经验",
    "per 200,000 h": "起/20 万工时", "t CO2e": "吨二氧化碳当量", "kWh": "千瓦时",
}  # fmt: skip
"""What the packaged dictionary's units are called in Chinese."""

_USUAL = {
    "小时": "hour hours hr hrs", "天": "day days", "分钟": "minute minutes mins", "秒": "second seconds s sec secs",
    "周": "week weeks", "个月": "month months", "季度": "quarter quarters", "年": "year years",
    "人": "person persons", "人天": "person-day person-days", "分": "point pt pts", "次": "time times",
    "项": "item", "件": "piece pieces pcs", "位客户": "customer customers", "位用户": "user users",
    "户": "household households", "吨": "t tonne tonnes", "公里": "km kilometre kilometres kilometer kilometers",
    "米": "m metre metres meter meters", "公斤": "kg", "起事故": "incident incidents",
    "张工单": "ticket tickets", "次发布": "release releases", "次部署": "deployment deployments",
    "个错误": "error errors bug bugs",
}  # fmt: skip
_KNOWN = {unit.casefold(): word for unit, word in CHINESE.items()}
_KNOWN |= {unit: word for word, units in _USUAL.items() for unit in units.split() if unit not in _KNOWN}


def unit_word(unit: str | None, language: str) -> str:
    """A unit in a language; what has no word of its own is said as it is written, nothing for none.

    Of a rate (`hours/week`) both sides are said.
    """
    written = (unit or "").strip()
    if language != "zh" or not written:
        return written
    low = written.casefold()
    if low in _KNOWN:
        return _KNOWN[low]
    sides = [_KNOWN.get(side.strip()) for side in low.split("/")]
    return "/".join(filter(None, sides)) if len(sides) == 2 and all(sides) else written
