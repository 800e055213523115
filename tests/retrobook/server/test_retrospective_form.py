"""The form of a new retrospective: phases follow the chosen format until somebody touches them."""

from __future__ import annotations

from datetime import date

import pytest

from kg.domain.formats import PhaseKind
from pipelines.messages import Messages
from pipelines.retrospectives import Formats
from retrobook.server.retrospective_form import RetrospectiveForm
from retrobook.server.retrospective_phases import rows_of

TODAY = date(2026, 3, 2)


@pytest.fixture
def form():
    return RetrospectiveForm(Formats().all(), Messages("en"), TODAY)


def sent(typed, **changes):
    """The fields of a form as a browser sends them."""
    fields = {
        name: getattr(typed, name)
        for name in ("project", "title", "team", "period_start", "period_end", "format", "votes", "per_topic")
    }
    fields |= {"phases_of": typed.phases_of, "anonymous": "yes" if typed.anonymous else "no"}
    fields |= {"guests": "1"} if typed.guests else {}
    for row in typed.phases:
        name = f"phase-{row.kind}"
        fields |= {f"{name}-place": str(row.place), f"{name}-minutes": row.minutes}
        fields |= {f"{name}-on": "1"} if row.on else {}
        fields |= {f"{name}-own": "1"} if row.own_time else {}
    fields |= changes
    return lambda name: fields.get(name) or ""


def test_what_is_sent_untouched_is_what_was_offered(form):
    fresh = form.fresh("bridge")
    assert form.read(sent(fresh)) == fresh
    assert form.check(fresh)
    asked = form.request(fresh)
    assert asked["title"] == "Retrospective of 2 Mar 2026"
    assert (asked["period_start"], asked["period_end"]) == ("2026-02-16", "2026-03-03")
    offered = form.formats[fresh.format]
    shown = [phase["kind"] for phase in asked["phases"] if not phase["skipped"]]
    assert shown == [phase.kind.value for phase in offered.phases]


def test_another_format_brings_its_own_phases_and_votes(form):
    fresh = form.fresh("bridge")
    typed = form.read(sent(fresh, format="four_ls"))
    assert (typed.phases_of, typed.votes) == ("four_ls", str(form.formats["four_ls"].votes))
    assert [row.key for row in typed.phases] == [row.key for row in rows_of(form.formats["four_ls"])]


def test_phases_and_votes_that_were_touched_stay_with_another_format(form):
    fresh = form.fresh("bridge")
    changed = {"format": "four_ls", "phase-write-minutes": "33", "votes": "9"}
    typed = form.read(sent(fresh, **changed))
    write = next(row for row in typed.phases if row.kind is PhaseKind.WRITE)
    assert (write.minutes, typed.votes) == ("33", "9")
    votes_alone = form.read(sent(fresh, format="four_ls", votes="9"))
    assert (votes_alone.phases_of, votes_alone.votes) == ("four_ls", "9")


def test_phases_are_sent_in_their_new_places_with_those_left_out_marked(form):
    fresh = form.fresh("bridge")
    typed = form.read(sent(fresh, **{"phase-close-place": "0", "phase-vote-on": "", "phase-write-own": "1"}))
    assert form.check(typed)
    phases = form.request(typed)["phases"]
    assert phases[0]["kind"] == "close"
    assert next(p for p in phases if p["kind"] == "vote")["skipped"]
    assert next(p for p in phases if p["kind"] == "write")["asynchronous"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"project": " "}, "project"),
        ({"period_start": "yesterday"}, "period_start"),
        ({"period_end": "2026-02-16"}, "period_end"),
        ({"format": "no_such"}, "format"),
        ({"votes": "0"}, "votes"),
        ({"votes": "²"}, "votes"),
        ({"votes": "2", "per_topic": "3"}, "per_topic"),
        ({"phase-write-on": ""}, "phases"),
        ({"phase-group-place": "1"}, "phases"),
        ({"phase-check_in-minutes": "1000"}, "phases"),
        ({"phase-check_in-minutes": "-3"}, "phases"),
    ],
)
def test_each_mistake_is_said_beside_its_field(form, changes, field):
    typed = form.read(sent(form.fresh("bridge"), **changes))
    assert not form.check(typed)
    assert list(typed.problems) == [field] and not typed.problems[field].startswith("[")


def test_a_phase_that_is_left_out_in_the_wrong_place_is_no_mistake(form):
    typed = form.read(sent(form.fresh("bridge"), **{"phase-vote-place": "1", "phase-vote-on": ""}))
    assert form.check(typed)
    assert "vote" not in [phase["kind"] for phase in form.request(typed)["phases"]]


def test_nothing_together_is_never_asynchronous(form):
    typed = form.read(sent(form.fresh("bridge"), **{"phase-discuss-own": "1"}))
    assert not next(row for row in typed.phases if row.kind is PhaseKind.DISCUSS).own_time


def test_it_looks_back_to_the_last_time(form):
    assert form.fresh("bridge", date(2026, 1, 5)).period_start == "2026-01-05"
    assert form.fresh("bridge", date(2027, 1, 5)).period_start == "2026-02-16"
