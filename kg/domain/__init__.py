"""Records and their rules: true without any input or output."""

from __future__ import annotations

from ..errors import NotFound
from ..schema import Label
from .alarms import AlarmRule, AlarmRules, AlarmSetting, RuleKind
from .alerts import Alert, AlertState, Remedy
from .attainment import attainment as attainment_of
from .benchmarks import Benchmark
from .decisions import Decision
from .evidence import Evidence, EvidenceKind, EvidenceStatus
from .language import detect_language
from .lessons import (
    ApplicationResult,
    EventState,
    Lesson,
    LessonEvent,
    LessonEventKind,
    LessonState,
    Polarity,
    Practice,
)
from .money_entries import BenefitEntry, CostEntry, ExchangeRate
from .objectives import KeyResult, Objective
from .outcome_reviews import Review, ReviewDecision
from .outcomes import (
    KPI,
    Assessment,
    Direction,
    Expected,
    Horizon,
    Measurement,
    Metric,
    Origin,
    Outcome,
    OutcomeState,
    OutcomeType,
    Shape,
    UnitKind,
)
from .people import Person, Role, Team
from .projects import Milestone, ProcessMetric, Project, ProjectStatus, SourceObject, WorkItem
from .record import Record, derive_id
from .relationship import Relationship
from .reminders import MessageState, OutboxMessage
from .retrospectives import (
    FEWEST_ANSWERS,
    OPEN_STATUSES,
    ActionItem,
    ActionStatus,
    Answers,
    ColumnName,
    Note,
    Retrospective,
    RetrospectiveState,
    TimelineEvent,
    Topic,
)
from .runs import AuditEntry, Run, RunStatus
from .searches import SavedSearch
from .smart import smart_gaps

RECORDS: dict[Label, type[Record]] = {
    kind.label: kind
    for kind in (
        Project, OutcomeType, Outcome, Assessment, Measurement, KPI, CostEntry, BenefitEntry, Evidence, Review,
        Objective, KeyResult, Milestone, WorkItem, ProcessMetric, Retrospective, ActionItem, Lesson, LessonEvent,
        Practice, Benchmark, Metric, ExchangeRate, Alert, AlarmSetting, Decision, Person, Team, SourceObject,
        SavedSearch, OutboxMessage, Run, AuditEntry,
    )
}  # fmt: skip
"""Every kind of record by its label."""


def record_class(label: str) -> type[Record]:
    """The record class of a label.

    Raises:
        NotFound: No such kind; names the nearest.
    """
    try:
        return RECORDS[Label(label)]
    except (ValueError, KeyError):
        raise NotFound.among("kind of record", label, [kind.value for kind in RECORDS]) from None


__all__ = [
    "FEWEST_ANSWERS", "KPI", "OPEN_STATUSES", "RECORDS", "ActionItem", "ActionStatus", "AlarmRule", "AlarmRules",
    "AlarmSetting", "Alert", "AlertState", "Answers", "ApplicationResult", "Assessment",
    "AuditEntry", "Benchmark", "BenefitEntry", "ColumnName",
    "CostEntry", "Decision", "Direction", "EventState", "Evidence", "EvidenceKind", "EvidenceStatus",
    "ExchangeRate", "Expected", "Horizon", "KeyResult", "Lesson", "LessonEvent", "LessonEventKind", "LessonState",
    "Measurement", "MessageState", "Metric", "Milestone", "Note", "Objective", "Origin", "OutboxMessage", "Outcome",
    "OutcomeState", "OutcomeType", "Person", "Polarity", "Practice", "ProcessMetric", "Project", "ProjectStatus",
    "Record", "Relationship", "Remedy", "Retrospective", "RetrospectiveState", "Review", "ReviewDecision", "Role",
    "RuleKind", "Run", "RunStatus", "SavedSearch", "Shape", "SourceObject", "Team", "TimelineEvent", "Topic",
    "UnitKind", "WorkItem", "attainment_of", "derive_id", "detect_language", "record_class", "smart_gaps",
]  # fmt: skip
