"""What is about a subject (its values, files, reviews, alerts, money), as a visitor may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from ..domain import (
    Alert,
    Assessment,
    BenefitEntry,
    CostEntry,
    Evidence,
    Measurement,
    OutboxMessage,
    Project,
    Record,
    Review,
)
from ..policy import ScopeFilter
from ..queries import statement
from ..schema import Label
from ..store.protocol import GraphStore, Transaction
from ..store.records import records_about

A = TypeVar("A", Alert, Assessment, BenefitEntry, CostEntry, Evidence, Measurement, OutboxMessage, Review)
R = TypeVar("R", bound=Record)
SUBJECTS = (Label.OUTCOME, Label.MILESTONE, Label.LESSON)
"""Kinds that may be hidden by themselves, whatever stands beside them says."""


def sees_inside(scope: ScopeFilter, subject: Record) -> bool:
    """True when what is confidential about a subject may be seen by whoever may see the subject itself."""
    project = subject.id if isinstance(subject, Project) else subject.project
    return scope.confidential or scope.covers(project, subject.unit, True)


def visible_about(
    source: GraphStore | Transaction, scope: ScopeFilter, kind: type[A], subjects: Iterable[Record]
) -> list[A]:
    """Records of a kind about some subjects, without those that are hidden from the visitor.

    Args:
        source: A store or an open transaction.
        scope: What the visitor may see.
        kind: Which kind.
        subjects: Outcomes and the like that the visitor may see.
    """
    inside = {subject.id: sees_inside(scope, subject) for subject in subjects}
    found = records_about(source, kind, list(inside)) if inside else []
    return [one for one in found if inside[one.subject] or not one.confidential]


def of_visible_subjects(source: GraphStore | Transaction, scope: ScopeFilter, records: Sequence[R]) -> list[R]:
    """Those of visible records whose subject may be seen, too: a subject may have been hidden after them."""
    about = {record.id: str(getattr(record, "subject", None) or "") for record in records}
    ids = sorted(set(about.values()) - {""})
    hidden = {
        row["id"]
        for label in (SUBJECTS if ids else ())
        for row in source.read(statement("records.places", label), ids=ids)
        if not scope.covers(row["project"], row["unit"], bool(row["confidential"]))
    }
    return [record for record in records if about[record.id] not in hidden]
