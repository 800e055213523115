"""The only spelling of each label, relationship type, key and index name.

Statements in `queries/` are checked against this module; identifiers that reach a
statement as text come from here and from nowhere else.
"""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """Node labels: one for each kind of record, the store's own, and those of boards in use."""

    PROJECT = "Project"
    OUTCOME_TYPE = "OutcomeType"
    OUTCOME = "Outcome"
    ASSESSMENT = "Assessment"
    MEASUREMENT = "Measurement"
    KPI = "KPI"
    COST_ENTRY = "CostEntry"
    BENEFIT_ENTRY = "BenefitEntry"
    EVIDENCE = "Evidence"
    REVIEW = "Review"
    OBJECTIVE = "Objective"
    KEY_RESULT = "KeyResult"
    MILESTONE = "Milestone"
    WORK_ITEM = "WorkItem"
    PROCESS_METRIC = "ProcessMetric"
    RETROSPECTIVE = "Retrospective"
    ACTION_ITEM = "ActionItem"
    LESSON = "Lesson"
    LESSON_EVENT = "LessonEvent"
    PRACTICE = "Practice"
    BENCHMARK = "Benchmark"
    ALERT = "Alert"
    ALARM_SETTING = "AlarmSetting"
    DECISION = "Decision"
    METRIC = "Metric"
    EXCHANGE_RATE = "ExchangeRate"
    PERSON = "Person"
    TEAM = "Team"
    SOURCE_OBJECT = "SourceObject"
    SAVED_SEARCH = "SavedSearch"
    OUTBOX_MESSAGE = "OutboxMessage"
    RUN = "Run"
    AUDIT = "AuditEntry"
    REVISION = "Revision"
    CHANGE = "Change"
    COUNTER = "Counter"
    MIGRATION = "Migration"
    BOARD = "Board"
    BOARD_ITEM = "BoardItem"


STORE_LABELS = frozenset({Label.REVISION, Label.CHANGE, Label.COUNTER, Label.MIGRATION, Label.BOARD, Label.BOARD_ITEM})
"""Labels the store keeps for itself: never a record a person entered."""


class Rel(StrEnum):
    """Relationship types, read from left to right."""

    HAS_OUTCOME = "HAS_OUTCOME"  # Project -> Outcome
    OF_TYPE = "OF_TYPE"  # Outcome -> OutcomeType
    LEADS_TO = "LEADS_TO"  # Outcome -> Outcome, acyclic {weight}
    ALIGNS_WITH = "ALIGNS_WITH"  # Outcome -> Objective or KeyResult {weight}
    MEASURED_BY = "MEASURED_BY"  # Outcome, KPI or KeyResult -> Measurement, KPI
    SUPPORTS = "SUPPORTS"  # Evidence -> Outcome or Lesson
    ASSESSES = "ASSESSES"  # Assessment -> Outcome or Project
    HELD = "HELD"  # Project -> Retrospective
    PRODUCED = "PRODUCED"  # Retrospective -> ActionItem, Lesson
    ADDRESSES = "ADDRESSES"  # ActionItem -> Lesson
    CARRIED_FROM = "CARRIED_FROM"  # ActionItem -> ActionItem
    LEARNED_IN = "LEARNED_IN"  # Lesson -> Project
    ABOUT = "ABOUT"  # Lesson -> OutcomeType, Alert -> Outcome
    RECURRED_IN = "RECURRED_IN"  # Lesson -> Project
    CONTRADICTS = "CONTRADICTS"  # Lesson -> Lesson
    SUPERSEDES = "SUPERSEDES"  # Lesson -> Lesson
    TRANSLATES = "TRANSLATES"  # Lesson -> Lesson it says in another language
    DISTILLED_FROM = "DISTILLED_FROM"  # Practice -> Lesson
    APPLIED = "APPLIED"  # Project -> Lesson or Practice {at, result}
    HEEDS = "HEEDS"  # Project -> Lesson its people want to keep in mind
    OWNS = "OWNS"  # Person -> Outcome, ActionItem
    MEMBER_OF = "MEMBER_OF"  # Person -> Team
    REPORTS_TO = "REPORTS_TO"  # Person -> Person
    RELATED_TO = "RELATED_TO"  # any imported edge without a name of ours {name}


SEALED = "sealed_review"
"""What a review of an outcome keeps to itself: its scores, and the reason of an approval."""

SECRET_PROPERTIES = frozenset({"password_hash", SEALED})
"""What leaves the graph for the sign-in only, or through operations that know who may see it."""

UNASKED_PROPERTIES = SECRET_PROPERTIES | {"content_hash"}
"""What hand-written questions do not give: of a digest, a score could be found by trying."""

SEARCHABLE = (Label.LESSON, Label.PROJECT)
"""Labels that carry `search_text`, and so vectors."""

INDEXED: tuple[tuple[Label, str], ...] = (
    (Label.PROJECT, "unit"),
    (Label.OUTCOME, "project"),
    (Label.ASSESSMENT, "subject"),
    (Label.MEASUREMENT, "subject"),
    (Label.EVIDENCE, "subject"),
    (Label.REVIEW, "subject"),
    (Label.COST_ENTRY, "subject"),
    (Label.BENEFIT_ENTRY, "subject"),
    (Label.ALERT, "subject"),
    (Label.DECISION, "project"),
    (Label.KEY_RESULT, "objective"),
    (Label.MILESTONE, "project"),
    (Label.WORK_ITEM, "project"),
    (Label.PROCESS_METRIC, "project"),
    (Label.RETROSPECTIVE, "project"),
    (Label.ACTION_ITEM, "project"),
    (Label.LESSON, "project"),
    (Label.LESSON, "state"),
    (Label.LESSON_EVENT, "subject"),
    (Label.SAVED_SEARCH, "person"),
    (Label.OUTBOX_MESSAGE, "to"),
    (Label.OUTBOX_MESSAGE, "subject"),
    (Label.BOARD_ITEM, "board"),
    (Label.RUN, "project"),
    (Label.REVISION, "record_id"),
)
"""Properties looked up often enough to deserve an index."""


def constraint_name(label: Label) -> str:
    """The name of the uniqueness constraint on a label's id."""
    return f"{label.value.lower()}_id_unique"


def index_name(label: Label, prop: str) -> str:
    """The name of an ordinary index."""
    return f"{label.value.lower()}_{prop}"


def vector_property(arm: str) -> str:
    """The node property that keeps an arm's vector.

    Args:
        arm: Short name of the arm; letters, digits and underscores.
    """
    if not arm.replace("_", "").isalnum() or not arm.isascii():
        raise ValueError(f"{arm!r} is no arm name: letters, digits and underscores only")
    return f"vector_{arm}"


def vector_index_name(label: Label, arm: str) -> str:
    """The name of an engine's native vector index."""
    return f"{label.value.lower()}_{vector_property(arm)}"


def text_index_name(label: Label) -> str:
    """The name of an engine's native full-text index over `search_text`."""
    return f"{label.value.lower()}_search_text"
