"""Retrospectives as a board leaves them: rich ones, named and anonymous, in English and Chinese."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

PEOPLE = (
    "Ana Ortiz", "Ben Okafor", "Chen Wei", "Dana Levi", "Emil Novak", "Fang Li",
    "Gita Rao", "Hugo Brandt", "Ines Costa", "Jun Sato", "Kofi Mensah", "林晓",
)  # fmt: skip
COLUMNS = [
    {"key": "glad", "en": "Glad", "zh": "高兴", "tone": "good"},
    {"key": "sad", "en": "Sad", "zh": "难过", "tone": "bad"},
    {"key": "mad", "en": "Mad", "zh": "生气", "tone": "bad"},
]
TEXTS = {
    "glad": (
        "The new permit form went live without an incident", "新表单上线当天没有一起事故", "Pairing on the importer",
        "客服同事主动来参加评审", "Backups were restored in 12 minutes", "测试数据终于能自动生成了", "Retro actions got done",
        "The office moved and nobody lost a day", "文档写得比上季度清楚", "Demo day brought three new pilots",
        "Alerts are quiet at night", "两个团队共用了一个看板", "We said no to the fourth scope change",
    ),
    "sad": (
        "Reviews wait two days and more", "评审平均要等两天以上", "Release notes are written at midnight",
        "周五下午还在发布", "The staging data is a year old", "预发布环境的数据太旧", "Nobody owns the import job",
        "导入任务没有人负责", "We learnt of the new law from the newspaper", "新人入职第一周没有电脑",
        "The test suite takes 48 minutes", "测试要跑四十八分钟", "Two people carry all on-call weeks",
        "=SUM(A1:A9) was what the export gave us",
    ),
    "mad": (
        "The certificate ran out again", "证书又过期了，和去年一模一样", "Scope changed after sign-off",
        "签字之后又改需求", "<script>alert('x')</script> showed up in the feedback field", "Meetings about meetings",
        "供应商三周没有回复", "The vendor did not answer for three weeks", "*Nobody* reads the `#alerts` channel",
        "审批流程要六个签名", "+49 30 is not a phone number, says the form", "Permissions are asked for by mail",
        "权限只能靠发邮件申请\n而且没有人知道该发给谁",
    ),
}  # fmt: skip
TOPICS = (
    (
        "t-cert",
        "Certificates run out | 证书过期",
        14,
        True,
        "Same as last year: the mail went to one person.\n\n我们决定用监控代替邮件。",
    ),
    ("t-review", "Reviews wait too long", 11, True, "Reviews queue behind two people. A rota was agreed."),
    ("t-import", "导入任务没有人负责", 7, True, ""),
    ("t-tests", "Slow tests", 4, False, ""),
    ("t-scope", "Scope after sign-off", 2, False, ""),
    ("t-vendor", "The vendor is silent", 0, False, ""),
    ("t-laptops", "新人没有电脑", 0, False, ""),
)
_GROUPS = {
    "mad-1": "t-cert", "mad-2": "t-cert", "sad-1": "t-review", "sad-2": "t-review", "sad-7": "t-import",
    "sad-8": "t-import", "sad-11": "t-tests", "sad-12": "t-tests", "mad-3": "t-scope", "mad-4": "t-scope",
    "mad-7": "t-vendor", "mad-8": "t-vendor", "sad-10": "t-laptops",
}  # fmt: skip
QUESTIONS = (
    ("speed", "Speed of delivery", "交付速度"), ("quality", "Quality of what we ship", "交付质量"),
    ("learning", "Learning", "学习成长"), ("support", "Support from others", "他人支持"),
    ("fun", "Fun at work", "工作乐趣"), ("mission", "Sense of mission", "使命感"),
)  # fmt: skip


def answers(question: str, values: list[int], en: str = "", zh: str = "") -> dict[str, Any]:
    """Answers as a record keeps them; below five without figures."""
    kept: dict[str, Any] = {"question": question, "en": en, "zh": zh, "count": len(values)}
    if len(values) >= 5:
        kept |= {"counts": [values.count(n) for n in range(1, 6)], "mean": round(sum(values) / len(values), 2)}
    return kept


def notes(*, named: bool) -> list[dict[str, Any]]:
    """Forty notes in both languages; who wrote them only in a named retrospective."""
    found = []
    for column, texts in TEXTS.items():
        for number, text in enumerate(texts, start=1):
            key = f"{column}-{number}"
            note: dict[str, Any] = {"key": key, "column": column, "text": text, "group": _GROUPS.get(key)}
            if named:
                note["author"] = PEOPLE[len(found) % len(PEOPLE)]
            if key == "glad-5":
                note |= {"votes": 3, "fact": "milestone:restore"}
            found.append(note)
    return found


def topics() -> list[dict[str, Any]]:
    """Topics with and without votes, one of them a single note."""
    found: list[dict[str, Any]] = [
        {"key": key, "title": title, "votes": votes, "discussed": talked, "discussion": said}
        for key, title, votes, talked, said in TOPICS
    ]
    found[0] |= {"lessons": ["lesson:cert-2"], "recurrences": ["lesson:cert-1"], "actions": ["action:watch"]}
    found.append({"key": "glad-5", "title": TEXTS["glad"][4], "votes": 3})
    alone = [(column, number) for column, texts in TEXTS.items() for number in range(1, len(texts) + 1)]
    for key, text in ((f"{column}-{number}", TEXTS[column][number - 1]) for column, number in alone):
        if key not in _GROUPS and key != "glad-5":
            found.append({"key": key, "title": text, "votes": 0})
    return found


def retrospective(key: str, *, named: bool, **values: Any) -> dict[str, Any]:
    """A closed retrospective of twelve people."""
    return {
        "id": key, "project": "project:permits", "unit": "City/Permits", "title": "Third quarter, permits team",
        "team": "Permits", "held_on": "2026-10-02", "period_start": "2026-07-01", "period_end": "2026-10-01",
        "format": "mad_sad_glad", "phases": ["check_in", "health", "write", "group", "vote", "discuss", "actions", "close"],
        "anonymity": not named, "state": "closed", "facilitators": ["Mira Stein"], "attended": 12, "columns": COLUMNS,
        "notes": notes(named=named), "topics": topics(), "health_set": "team",
        "health": [answers(q, [3, 4, 4, 5, 2, 3, 4, 4, 5, 3, 4, 4][n:], en, zh) for n, (q, en, zh) in enumerate(QUESTIONS)],
        "mood": answers("mood", [3, 4, 4, 2, 5, 3, 4, 4, 3, 4, 5, 3]),
        "closing": answers("roti", [4, 4, 5, 3, 4, 5, 4, 4, 3, 5, 4, 4]), "closing_rating": 4.08,
        "previous": "retrospective:permits:q2", **values,
    }  # fmt: skip


FEW = {
    "attended": 4, "mood": answers("mood", [1, 5, 5, 5]), "closing": answers("roti", [2, 2, 2, 1]), "closing_rating": None,
    "health": [answers(q, [1, 2, 4, 5], en, zh) for q, en, zh in QUESTIONS], "previous": None, "health_set": "team-b",
}  # fmt: skip
_OWN = {"project": "project:permits", "unit": "City/Permits"}


def work_items() -> list[tuple[str, dict[str, Any]]]:
    """What a tracker saw in the quarter."""
    found = []
    for number in range(24):
        opened = date(2026, 7, 2) + timedelta(days=3 * number)
        closed = opened + timedelta(days=4 + number % 5)
        item = {
            "id": f"work:{number}",
            "title": f"Permit form task {number}",
            "opened_at": f"{opened}T09:00:00Z",
            **_OWN,
        }
        if number % 4 != 3 and closed < date(2026, 10, 1):
            item["closed_at"] = f"{closed}T16:00:00Z"
        found.append(("WorkItem", item))
    return found


def records() -> list[tuple[str, dict[str, Any]]]:
    """A project with three retrospectives: a named one, an anonymous one, one of four people; and what surrounds them."""
    earlier = {
        "id": "retrospective:permits:q2", "title": "Second quarter", "held_on": "2026-07-03", "team": "Permits",
        "format": "four_ls", "health_set": "team", **_OWN,
        "health": [answers(q, [3, 3, 4, 4, 3, 2, 4, 3], en, zh) for q, en, zh in QUESTIONS],
    }  # fmt: skip
    return [
        ("Project", {"id": "project:permits", "name": "Faster permits", "unit": "City/Permits", "start": "2025-01-01"}),
        ("Project", {"id": "project:tax", "name": "Tax portal", "unit": "City/Tax"}),
        ("Retrospective", earlier),
        ("Retrospective", retrospective("retrospective:permits:named", named=True)),
        ("Retrospective", retrospective("retrospective:permits:anonymous", named=False, title="第三季度匿名复盘")),
        ("Retrospective", retrospective("retrospective:permits:few", named=False, title="Four of us", **FEW)),
        ("Retrospective", retrospective("retrospective:permits:open", named=True, title="Still going", state="open")),
        *work_items(),
        ("Milestone", {"id": "milestone:1", "title": "Form 2.0 live", "due": "2026-08-01", "reached": "2026-08-14", **_OWN}),
        ("Milestone", {"id": "milestone:2", "title": "Vendor contract", "due": "2026-09-15", **_OWN}),
        ("Outcome", {"id": "outcome:days", "title": "Days to a permit", "direction": "decrease", "baseline": 42,
                     "target": 14, "unit_of_measure": "days", **_OWN}),
        ("Measurement", {"id": "m:1", "subject": "outcome:days", "date": "2026-08-31", "value": 26, **_OWN}),
        ("ActionItem", {"id": "action:watch", "title": "Watch certificates by monitoring, not by mail", "owner": "Ana Ortiz",
                        "due": "2026-10-31", "success_metric": "Certificates that ran out", "topic": "t-cert",
                        "retrospective": "retrospective:permits:named", "opened_on": "2026-10-02", **_OWN}),
        ("ActionItem", {"id": "action:rota", "title": "评审轮值表", "owner": "林晓", "due": "2026-10-15", "topic": "t-review",
                        "metric": "process:评审等待时间", "direction": "decrease", "retrospective": "retrospective:permits:named",
                        "opened_on": "2026-10-02", **_OWN}),
        ("ActionItem", {"id": "action:old", "title": "Restore drill every month", "owner": "Ben Okafor", "carry_count": 2,
                        "opened_on": "2026-04-03", "retrospective": "retrospective:permits:q2", "status": "in_progress",
                        **_OWN}),
        ("ActionItem", {"id": "action:fewer", "title": "Two reviewers for each change", "owner": "Chen Wei",
                        "opened_on": "2026-07-03", "done_on": "2026-09-10", "status": "effective", "before": 52.4,
                        "after": 31.25, "effect_low": -28.1, "effect_high": -14.2, "samples": [12, 14],
                        "success_metric": "Hours to a review", "retrospective": "retrospective:permits:q2", **_OWN}),
        ("Lesson", {"id": "lesson:cert-2", "title": "A mail to one person is no alarm", "state": "draft", "polarity": "failure",
                    "driving_event": "The certificate ran out on a Sunday.", "lesson": "Mails to one person are not read.",
                    "recommendation": "Let monitoring watch the dates.", "retrospective": "retrospective:permits:named",
                    "author": "Ana Ortiz", "learnt_on": "2026-10-02", **_OWN}),
        ("Lesson", {"id": "lesson:cert-1", "title": "Certificates expire unseen", "lesson": "Watch the dates.",
                    "state": "published", "project": "project:tax", "unit": "City/Tax", "learnt_on": "2025-09-01"}),
    ]  # fmt: skip
