"""People who sign in. Passwords never pass through here: only their argon2id hashes do."""

from __future__ import annotations

from ..domain import Person, Role, derive_id
from ..errors import Conflict, NotFound
from ..policy import ScopeFilter
from ..store.protocol import GraphStore
from ..store.records import get_record, list_records, put_records
from .table import Context, Request, Response, operation


class AddPerson(Request):
    """Somebody new, or with `replace` somebody changed."""

    name: str
    display_name: str | None = None
    roles: list[Role] = [Role.MEMBER]
    scopes: list[str] = []
    language: str = "en"
    password_hash: str | None = None
    sample: bool = False
    disabled: bool = False
    replace: bool = False


class PersonView(Response):
    """A person without the password's hash."""

    id: str
    name: str
    display_name: str
    roles: list[Role]
    scopes: list[str]
    language: str
    sample: bool
    disabled: bool
    has_password: bool


class People(Response):
    """Everyone who may sign in."""

    people: list[PersonView]


class Nothing(Request):
    """A request without values."""


class WhoAmI(Response):
    """The visitor as the server knows them."""

    name: str
    display_name: str
    roles: list[str]
    scopes: list[str]
    language: str
    via: str
    acting_for: str | None = None


@operation(Role.ADMIN, audited=True)
def add_person(context: Context, request: AddPerson) -> PersonView:
    """Add someone who may sign in, or with `replace` change them."""
    values = request.model_dump(exclude={"replace"})
    person = Person.parse(
        {**values, "id": person_id(request.name), "display_name": request.display_name or request.name}
    )
    earlier = get_record(context.store, Person, person.id)
    if earlier is not None and not request.replace:
        raise Conflict(f"There is a person {request.name!r} already; say replace to change them.", name=request.name)
    if earlier is not None and person.password_hash is None:
        person.password_hash = earlier.password_hash
        person.inbox_hash, person.inbox_project = earlier.inbox_hash, earlier.inbox_project
    with context.store.transaction() as tx:
        put_records(tx, [person], at=context.now, by=context.visitor.name)
    context.audit.update(
        subject=person.id,
        before_hash=earlier.content_hash() if earlier else None,
        after_hash=person.content_hash(),
    )
    return _view(person)


@operation(Role.ADMIN)
def list_people(context: Context, request: Nothing) -> People:
    """Everyone who may sign in."""
    people = list_records(context.store, Person, ScopeFilter(everything=True, confidential=True))
    return People(people=[_view(person) for person in people])


@operation(Role.GUEST)
def who_am_i(context: Context, request: Nothing) -> WhoAmI:
    """The visitor as the server knows them."""
    visitor = context.visitor
    return WhoAmI(
        name=visitor.name,
        display_name=visitor.display_name,
        roles=sorted(role.value for role in visitor.roles),
        scopes=list(visitor.scopes),
        language=visitor.language,
        via=visitor.via,
        acting_for=visitor.acting_for,
    )


def person_id(name: str) -> str:
    """The id of the person with a sign-in name; names differ in more than case."""
    return derive_id("person", name.casefold())


def find_person(store: GraphStore, name: str) -> Person:
    """The person with a sign-in name, hash included: for the sign-in itself only.

    Raises:
        NotFound: Nobody has this name.
    """
    person = get_record(store, Person, person_id(name))
    if person is None:
        raise NotFound(f"Nobody is called {name!r}.", name=name)
    return person


def _view(person: Person) -> PersonView:
    shown = person.model_dump(include=set(PersonView.model_fields))
    return PersonView.model_validate({**shown, "has_password": person.password_hash is not None})
