"""Roles in the language of the page."""

from collections.abc import Iterable

from saisine.casework.permissions import ROLES
from saisine.web import words


def say_role(role: str) -> str:
    return ROLES[role][1 if words.is_english() else 0] if role in ROLES else role


def say_roles(roles: Iterable[str]) -> str:
    return words.say_list([say_role(role) for role in roles])


def role_choices() -> list[tuple[str, str]]:
    return [(role, say_role(role)) for role in ROLES]
