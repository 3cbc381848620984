"""The database notes by itself which incidents changed, whoever writes and by whatever call.

A signal of Django would miss bulk writes and `update`; a line in each function would be forgotten one day, and a
deadline would be shown that no longer holds. A trigger misses nothing.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model

# They name an incident, and no day to act depends on them: thousands may change in one act.
NOT_WATCHED: Final = frozenset(
    {
        "SortedMessage",
        "Capture",
        "Deposit",
        "DossierRow",
        "DeadlineRow",
        "IncidentMember",
        "MaskRow",
        "HarmRow",
        "PrivateNoteRow",
        "HandoverRow",
        "EarlierRow",
    }
)
FAR: Final = 3  # foreign keys between a row and its incident, at most
EVERYWHERE: Final = ("AssociationCard",)  # standing depends on it, in each incident

_RAISE = (
    "INSERT INTO casework_incidentrevision (incident, n) {source} "
    "ON CONFLICT (incident) DO UPDATE SET n = n + 1"
)


def watch_tables() -> None:
    """Make the triggers that are not there. After each migration: SQLite makes a changed table anew, without them."""
    with connection.cursor() as cursor:
        for statement in triggers():
            cursor.execute(statement)


def triggers() -> Iterator[str]:
    """One statement for each table and kind of change."""
    for model in apps.get_app_config("casework").get_models():
        if model.__name__ in EVERYWHERE:
            yield from _of_table(
                model, dict.fromkeys(_KINDS, "SELECT id, 1 FROM casework_incident WHERE true")
            )
        elif model.__name__ == "Incident":
            yield from _of_table(model, {kind: f"VALUES ({side}.id, 1)" for kind, side in _KINDS.items()})
        elif model.__name__ not in NOT_WATCHED and (path := path_to_incident(model)):
            yield from _of_table(model, {kind: _source(path, side) for kind, side in _KINDS.items()})


_KINDS: Final = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def _of_table(model: type[Model], sources: dict[str, str]) -> Iterator[str]:
    table = model._meta.db_table
    for kind, source in sources.items():
        yield (
            f"CREATE TRIGGER IF NOT EXISTS watch_{table}_{kind.lower()} AFTER {kind} ON {table} "
            f"BEGIN {_RAISE.format(source=source)}; END"
        )


def path_to_incident(model: type[Model], far: int = FAR) -> "tuple[ForeignKey[Any, Any], ...]":
    """The foreign keys that lead from a row to its incident, the shortest way; empty when none does."""
    keys = [field for field in model._meta.fields if isinstance(field, ForeignKey)]
    for key in keys:
        if key.related_model.__name__ == "Incident":
            return (key,)
    if far > 1:
        for key in keys:
            if not key.null and (rest := path_to_incident(key.related_model, far - 1)):
                return (key, *rest)
    return ()


def _source(path: "tuple[ForeignKey[Any, Any], ...]", side: str) -> str:
    """The incident of a row as a query: one step up for each foreign key but the last."""
    value = f"{side}.{path[0].column}"
    for above, key in pairwise(path):
        table = above.related_model._meta.db_table
        value = f"(SELECT {key.column} FROM {table} WHERE {above.target_field.column} = {value})"
    return f"SELECT {value}, 1 WHERE {value} IS NOT NULL"
