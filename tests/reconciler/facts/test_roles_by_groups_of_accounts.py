"""Who has which role for which accounts: by lists for all of them, and by lists for single groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import identity
from reconciler.facts.person import LEAST, Deed, Person, limited
from reconciler.facts.sign_in import Lists, Roles
from reconciler.facts.token import Role

ROLES = Roles(
    admins=("ann@x",),
    viewers=("group:risk",),
    by_group=(
        ("east", Lists(operators=("group:east-desk",), viewers=("bo@x",))),
        ("west", Lists(admins=("bo@x",), operators=("group:risk",))),
    ),
)


@pytest.mark.parametrize(
    ("name", "groups", "sees", "roles"),
    [
        ("ann@x", (), None, {"east": Role.ADMIN, "west": Role.ADMIN, "": Role.ADMIN, "north": Role.ADMIN}),
        ("bo@x", (), {"east", "west"}, {"east": Role.VIEWER, "west": Role.ADMIN, "": None, "north": None}),
        ("cy@x", ("east-desk",), {"east"}, {"east": Role.OPERATOR, "west": None, "": None}),
        ("di@x", ("risk",), None, {"east": Role.VIEWER, "west": Role.OPERATOR, "": Role.VIEWER}),
    ],
)
def test_the_lists_say_what_somebody_sees_and_may_do_where(
    name: str, groups: tuple[str, ...], sees: set[str] | None, roles: dict[str, Role | None]
) -> None:
    person = ROLES.person(name, (name,), groups)

    assert person is not None
    assert person.sees == sees
    assert {group: person.role_for(group) for group in roles} == roles


def test_who_is_on_no_list_is_not_let_in() -> None:
    assert ROLES.person("eve@x", ("eve@x",), ("traders",)) is None


def test_a_group_of_the_provider_is_no_group_of_accounts() -> None:
    assert ROLES.person("eve@x", ("eve@x",), ("east",)) is None


def test_a_role_for_a_group_takes_nothing_from_a_role_for_all() -> None:
    person = Person("ann", Role.ADMIN, (("east", Role.VIEWER),))

    assert person.role_for("east") is Role.ADMIN


def test_who_is_limited_to_nothing_sees_nothing_and_may_do_nothing() -> None:
    person = limited("ann", Role.ADMIN, ())

    assert person.sees == frozenset()
    assert not any(person.may(deed) or person.may_for(deed, "") for deed in Deed)


NAMES = st.text(max_size=12)
PEOPLE = st.builds(
    Person,
    NAMES,
    st.sampled_from(Role),
    st.lists(st.tuples(NAMES.filter(bool), st.sampled_from(Role)), max_size=3).map(tuple),
    everywhere=st.booleans(),
)


@given(PEOPLE)
def test_what_the_gate_writes_of_a_person_is_read_back_as_it_was(person: Person) -> None:
    assert identity.read(identity.written(person)) == person


@given(st.text(max_size=30))
def test_whatever_else_stands_there_never_lifts_a_limit(text: str) -> None:
    found = identity.read(f"admin ann ={text}")

    assert found is None or not found.everywhere


@given(PEOPLE, st.sampled_from(Deed))
def test_nobody_may_do_anywhere_what_they_may_do_nowhere(person: Person, deed: Deed) -> None:
    groups = ["", "elsewhere", *(group for group, _ in person.groups)]
    if any(person.may_for(deed, group) for group in groups):
        assert person.may(deed)
    for group in groups:
        role = person.role_for(group)
        assert person.may_for(deed, group) == (role is not None and role.may(LEAST[deed]))
