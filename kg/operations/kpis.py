"""Figures that an organisation follows anyway, to which outcomes can be tied."""

from __future__ import annotations

from pydantic import Field

from ..domain import KPI, Direction, Measurement, Project, Role, derive_id
from ..domain.metric_names import plain_name
from ..errors import InvalidRequest, NotFound
from ..policy import ScopeFilter
from ..store.records import list_records, put_records, records_about
from .outcome_units import refuse_another_unit
from .projects import find_project
from .revisions import require_current
from .table import Context, Request, Response, operation


class DefineKpi(Request):
    """A figure by its name: of a project, of a unit, or (with neither) of everybody.

    The same name in the same place again changes it.
    """

    name: str = Field(min_length=1, max_length=300)
    description: str | None = Field(default=None, max_length=10_000)
    unit_of_measure: str | None = Field(default=None, max_length=100)
    direction: Direction = Direction.INCREASE
    project: str | None = None
    unit: str | None = Field(default=None, max_length=300)
    revision: int | None = None


class ListKpis(Request):
    """Those that outcomes of a project may be tied to; all that the visitor may see without one."""

    project: str | None = None
    text: str | None = Field(default=None, max_length=500)


class KpiView(Response):
    """One KPI."""

    kpi: KPI


class KpiList(Response):
    """KPIs by name."""

    kpis: list[KPI]


@operation(Role.FACILITATOR, audited=True)
def define_kpi(context: Context, request: DefineKpi) -> KpiView:
    """Name a figure that outcomes can be tied to; the same name again changes it."""
    project = find_project(context.store, request.project, context.scope) if request.project else None
    if project is not None and request.unit is not None and request.unit != project.unit:
        raise InvalidRequest(
            "unit: a project's KPI is of the project's own unit; leave it out.", field="unit", why="projects_own_unit"
        )
    unit = project.unit if project else request.unit
    if unit is not None and not context.scope.covers(project.id if project else None, unit):
        known = ", ".join(sorted(context.scope.units)) or "none"
        raise InvalidRequest(
            f"unit: {unit} lies outside what you may see; your units: {known}.",
            field="unit",
            why="unit_not_seen",
            known=known,
        )
    if project is None and unit is None and not context.scope.everything:
        raise InvalidRequest(
            "unit: name a unit or a project; a KPI of everybody is for those who see all.",
            field="unit",
            why="unit_or_project",
        )
    place = project.id if project else unit or "everybody"
    kpi = KPI.parse(
        {
            "id": derive_id("kpi", place, plain_name(request.name)), "name": request.name, "unit": unit,
            "project": project.id if project else None, "description": request.description,
            "confidential": project.confidential if project else False,
            "unit_of_measure": request.unit_of_measure, "direction": request.direction,
        }
    )  # fmt: skip
    earlier = next((held for held in visible_kpis(context) if held.id == kpi.id), None)
    if earlier is not None:
        require_current(earlier, request.revision, "KPI")
        refuse_another_unit(earlier, kpi, records_about(context.store, Measurement, [kpi.id]))
    with context.store.transaction() as tx:
        put_records(tx, [kpi], at=context.now, by=context.visitor.name)
    before = earlier.content_hash() if earlier else None
    context.audit.update(subject=kpi.id, before_hash=before, after_hash=kpi.content_hash())
    return KpiView(kpi=visible_kpi(context, kpi.id))


@operation(Role.MEMBER)
def list_kpis(context: Context, request: ListKpis) -> KpiList:
    """KPIs that the visitor may see, by name."""
    project = find_project(context.store, request.project, context.scope) if request.project else None
    words = (request.text or "").casefold().split()
    found = [
        kpi for kpi in visible_kpis(context)
        if (project is None or _reaches(kpi, project.id, project.unit))
        and all(word in f"{kpi.name} {kpi.description or ''}".casefold() for word in words)
    ]  # fmt: skip
    return KpiList(kpis=sorted(found, key=lambda kpi: (kpi.name.casefold(), kpi.id)))


def kpis_for(context: Context, project: Project) -> list[KPI]:
    """KPIs that outcomes of a project may be tied to, by name."""
    found = [kpi for kpi in visible_kpis(context) if _reaches(kpi, project.id, project.unit)]
    return sorted(found, key=lambda kpi: (kpi.name.casefold(), kpi.id))


def visible_kpis(context: Context) -> list[KPI]:
    """KPIs that the visitor may see: those of their scope, and those of everybody."""
    everything = list_records(context.store, KPI, ScopeFilter(everything=True, confidential=True))
    return [
        kpi for kpi in everything
        if context.scope.covers(kpi.project, kpi.unit, kpi.confidential)
        or (kpi.project is None and kpi.unit is None and not kpi.confidential)
    ]  # fmt: skip


def visible_kpi(context: Context, key: str) -> KPI:
    """The KPI with this id or name, if the visitor may see it.

    Raises:
        NotFound: No such KPI, or a hidden one; names the nearest.
    """
    known = visible_kpis(context)
    wanted = plain_name(key)
    found = [kpi for kpi in known if kpi.id == key] or [kpi for kpi in known if plain_name(kpi.name) == wanted]
    if len(found) > 1:
        ids = ", ".join(kpi.id for kpi in found)
        raise InvalidRequest(
            f"kpis: several KPIs are called {key!r}; name one by its id: {ids}.",
            field="kpis", why="several", value=key, ids=ids,
        )  # fmt: skip
    if not found:
        raise NotFound.among("KPI", key, [name for kpi in known for name in (kpi.name, kpi.id)])
    return found[0]


def _reaches(kpi: KPI, project: str, unit: str | None) -> bool:
    if kpi.project is not None:
        return kpi.project == project
    return kpi.unit is None or (unit is not None and (unit == kpi.unit or unit.startswith(f"{kpi.unit}/")))
