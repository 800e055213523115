"""Who may do and see what: one function over operation, role and scope.

`allow` decides whether an operation may be called at all; `ScopeFilter` says which
records it may touch, and goes into every statement and index *before* retrieval.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .domain.people import Person, Role
from .errors import Forbidden, NotFound

RANK = {
    Role.GUEST: 0,
    Role.MEMBER: 1,
    Role.FACILITATOR: 2,
    Role.MANAGER: 2,
    Role.PMO: 2,
    Role.LEAD: 3,
    Role.ADMIN: 4,
}
"""A role may do what any role of lower rank may; roles of equal rank are apart."""


@dataclass(frozen=True)
class ScopeFilter:
    """The records a visitor may see, as values for statements and indexes.

    Attributes:
        everything: No limit by project or unit.
        projects: Project ids the visitor may see.
        units: Units the visitor may see, each with all units below it (`A` covers `A/B`).
        confidential: Confidential records of the visible scope are visible too; without it
            only those of projects named in `projects` are.
    """

    everything: bool = False
    projects: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    confidential: bool = False

    def covers(self, project: str | None, unit: str | None, confidential: bool = False) -> bool:
        """True when a record of this project and unit may be seen."""
        named = project is not None and project in self.projects
        if confidential and not (self.confidential or named):
            return False
        return self.everything or named or self._covers_unit(unit)

    def parameters(self) -> dict[str, Any]:
        """Values for the scope clause that statements share (see `queries/`)."""
        return {
            "everything": self.everything,
            "projects": sorted(self.projects),
            "units": sorted(self.units),
            "confidential": self.confidential,
        }

    def contains(self, other: ScopeFilter) -> bool:
        """True when whoever has this scope may see all that `other` may see."""
        if other.confidential and not self.confidential:
            return False
        if self.everything:
            return self.confidential or other.projects <= self.projects
        if other.everything:
            return False
        return other.projects <= self.projects and all(self._covers_unit(unit) for unit in other.units)

    def _covers_unit(self, unit: str | None) -> bool:
        return unit is not None and any(unit == own or unit.startswith(own + "/") for own in self.units)


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks, as the server knows them; never as a page claims.

    `via` says how they came: `session`, `token`, `kernel`, `local` or `service`.
    """

    name: str
    display_name: str
    roles: frozenset[Role]
    scopes: tuple[str, ...] = ()
    language: str = "en"
    via: str = "session"
    acting_for: str | None = None
    person_id: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, person: Person, *, via: str = "session", acting_for: str | None = None) -> Visitor:
        """The visitor that a signed-in person is."""
        if person.disabled:
            raise Forbidden(f"The account {person.name!r} is disabled.", person=person.name)
        return cls(
            name=person.name,
            display_name=person.display_name,
            roles=frozenset(person.roles),
            scopes=tuple(person.scopes),
            language=person.language,
            via=via,
            acting_for=acting_for,
            person_id=person.id,
        )

    def has(self, role: Role) -> bool:
        """True when one of the visitor's roles ranks above `role`, or is it."""
        return any(own is role or RANK[own] > RANK[role] for own in self.roles)

    def scope(self) -> ScopeFilter:
        """What the visitor may see; admins and the local owner see everything."""
        if Role.ADMIN in self.roles or "*" in self.scopes:
            return ScopeFilter(everything=True, confidential=self.has(Role.LEAD))
        projects = frozenset(s.removeprefix("project:") for s in self.scopes if s.startswith("project:"))
        units = frozenset(s.removeprefix("unit:") for s in self.scopes if s.startswith("unit:"))
        return ScopeFilter(projects=projects, units=units, confidential=self.has(Role.LEAD))


def local_owner(name: str = "local") -> Visitor:
    """The person at the machine itself: whoever can open the store may do everything."""
    return Visitor(name=name, display_name=name, roles=frozenset({Role.ADMIN}), scopes=("*",), via="local")


def allow(visitor: Visitor, operation: str, least: Role) -> None:
    """Let the call pass, or say why not.

    Raises:
        Forbidden: The visitor's roles do not reach the operation's least role.
    """
    if not visitor.has(least):
        raise Forbidden(
            f"{visitor.display_name} may not {operation.replace('_', ' ')}: it needs the role {least.value} or more.",
            operation=operation,
            needed=least.value,
            roles=sorted(role.value for role in visitor.roles),
        )


def require_visible(scope: ScopeFilter, kind: str, key: str, record: Any | None, known: Iterable[str] = ()) -> None:
    """Treat what may not be seen as if it were not there.

    Raises:
        NotFound: No such record within the scope; a hidden one is not told from a missing one.
    """
    if record is None or not scope.covers(record.project, record.unit, record.confidential):
        raise NotFound.among(kind, key, known)
