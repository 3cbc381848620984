"""Whom a dossier speaks of: the people of an incident, and the accounts behind its exhibits, each under one label."""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from saisine.casework import incidents
from saisine.casework.models import Incident
from saisine.dossiers import Person
from saisine.dossiers.data import ROLES_FR, Role

ACCOUNT: Role = "auteur_presume"
WITNESS: Role = "temoin"
_IDENTIFIER = " (identifiant "


def people_of(
    incident: Incident, accounts: Iterable[str], witnesses: Iterable[str] = ()
) -> tuple[Person, ...]:
    """People by role, then accounts as the platforms show them; an account noted by hand keeps its label."""
    return merged([_person(line) for line in incidents.people(incident)], accounts, witnesses)


def merged(
    people: Iterable[Person], accounts: Iterable[str], witnesses: Iterable[str] = ()
) -> tuple[Person, ...]:
    """People and accounts, no two under one label. `witnesses` are accounts of which nothing unlawful is said.

    Two accounts are one when they are written alike and at most one of them has an identifier: the same handle
    may belong to somebody else on another platform.
    """
    found = list(people)
    taken = max((_number(one.label) for one in found if one.role == ACCOUNT), default=0)
    for account in accounts:
        place = next((at for at, one in enumerate(found) if _is_of(account, one)), None)
        if place is None:
            taken += 1
            found.append(Person(f"compte {taken}", ACCOUNT, handles=(account,)))
        elif account not in _written(found[place]):
            found[place] = replace(found[place], handles=(*found[place].handles, account))
    seen = max((_number(one.label) for one in found if one.role == WITNESS), default=0)
    for account in witnesses:
        if not any(_is_of(account, one) for one in found):
            seen += 1
            found.append(Person(f"témoin {seen}", WITNESS, handles=(account,)))
    order = list(ROLES_FR)
    return tuple(sorted(found, key=lambda one: order.index(one.role)))


def _person(line: incidents.PersonLine) -> Person:
    """What starts with @ is an account, never the name of a person."""
    names = tuple(line.row.names)
    is_account = line.row.role == ACCOUNT
    handles = tuple(name for name in names if is_account and name.startswith("@"))
    kept = tuple(name for name in names if name not in handles)
    return Person(line.label_fr, cast(Role, line.row.role), names=kept, handles=handles)


def _number(label: str) -> int:
    last = label.rpartition(" ")[2]
    return int(last) if last.isascii() and last.isdigit() else 0


def _written(person: Person) -> tuple[str, ...]:
    return (*person.names, *person.handles)


def _is_of(account: str, person: Person) -> bool:
    return person.role == ACCOUNT and any(_are_one(account, other) for other in _written(person))


def _are_one(one: str, other: str) -> bool:
    bare = {text.partition(_IDENTIFIER)[0].removeprefix("@").casefold() for text in (one, other)}
    return one == other or (len(bare) == 1 and not (_IDENTIFIER in one and _IDENTIFIER in other))
