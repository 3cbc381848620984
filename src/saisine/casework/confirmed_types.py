"""Types and groups of a message, as a person confirmed them: a word to sort by, never a legal one.

The triage proposes and stores nothing. What a person confirms is appended here with what she was shown, and who;
the latest stands, taking it back brings the one before. No fact of the law, dossier or notice reads these rows.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from saisine.casework import journal, scopes
from saisine.casework.models import ExhibitRow, Incident, SortedMessage
from saisine.casework.session import Session
from saisine.casework.types_models import TypesRow
from saisine.errors import SaisineError
from saisine.findings.triage.lexicon import GROUPS, TYPES

ASKED: Final = 500  # SQLite bounds the values of one question
Rows = QuerySet[TypesRow, TypesRow]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The types and groups that stand on a message, in the order of the lexicon; both may be empty."""

    types: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages stand under each type and each group; `n` counts the messages, those without any too."""

    n: int
    types: Mapping[str, int]
    targets: Mapping[str, int]


# ------------------------------------------------------------------ acts


def confirm(
    session: Session,
    ref: str,
    types: Collection[str],
    targets: Collection[str],
    *,
    seen: str | None = None,
    model: str | None = None,
) -> TypesRow:
    """Confirm types and groups on one message; the same said twice by one person is written once.

    `seen` is the key of what stood on the page (`key_of`), `model` what had proposed there: a confirmation is of
    what its author saw. Raises `triage_type_unknown`, `message_unknown`, `types_changed`.
    """
    from saisine.casework import (
        reading_order,
    )  # late: every opening follows erasures here, without the scorer

    chosen = Chosen(_known(types, TYPES), _known(targets, GROUPS))
    _require_mine(session, ref)
    proposed = reading_order.why(session, ref)
    with transaction.atomic():
        before = standing(session, [ref]).get(ref)
        if before is not None and before.by == session.actor and chosen_of(before) == chosen:
            return before
        if seen not in (None, key_of(before)) or model not in (None, proposed.model_id):
            raise SaisineError("types_changed")
        row = TypesRow.objects.create(
            ref=ref,
            types=list(chosen.types),
            targets=list(chosen.targets),
            proposed_types=list(proposed.types),
            proposed_targets=list(proposed.targets),
            model=proposed.model_id,
            at=session.now(),
            by=session.actor,
        )
        journal.note(session, "types_confirmed", subject=ref)
    return row


def withdraw(session: Session, ref: str, *, seen: str | None = None) -> None:
    """Take back what stands on a message: the confirmation before it stands again, if there was one.

    Raises `message_unknown`, `types_unknown`, `types_changed`.
    """
    _require_mine(session, ref)
    with transaction.atomic():
        row = standing(session, [ref]).get(ref)
        if row is None:
            raise SaisineError("types_unknown")
        if seen not in (None, key_of(row)):
            raise SaisineError("types_changed")
        row.withdrawn_at, row.withdrawn_by = session.now(), session.actor
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        journal.note(session, "types_withdrawn", subject=ref)


def key_of(row: TypesRow | None) -> str:
    """Names what stands, empty for nothing: a form says which state of the message it is about."""
    return str(row.pk) if row is not None else ""


def chosen_of(row: TypesRow) -> Chosen:
    return Chosen(tuple(row.types), tuple(row.targets))


def _known(given: Collection[str], names: Sequence[str]) -> tuple[str, ...]:
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise SaisineError("triage_type_unknown", value=unknown[0])
    return tuple(name for name in names if name in given)


def _require_mine(session: Session, ref: str) -> None:
    """Raises `message_unknown` for a message that does not exist for the one who acts."""
    allowed = scopes.corpora(session)
    if allowed is not None and ref.partition(":")[0] not in allowed:
        raise SaisineError("message_unknown")


# ------------------------------------------------------------------ what stands


def all_standing(rows: Rows | None = None) -> Rows:
    """Of each message, the latest confirmation that nobody took back."""
    left = (TypesRow.objects.all() if rows is None else rows).filter(withdrawn_at__isnull=True)
    return TypesRow.objects.filter(
        id__in=left.order_by().values("ref").annotate(last=Max("id")).values("last")
    )


def standing(session: Session, refs: Iterable[str]) -> dict[str, TypesRow]:
    """What stands on each of these messages; those without a confirmation are left out."""
    asked, found = list(dict.fromkeys(refs)), {}
    for start in range(0, len(asked), ASKED):
        rows = all_standing(TypesRow.objects.filter(ref__in=asked[start : start + ASKED]))
        found.update({row.ref: row for row in rows})
    return found


def history(session: Session, ref: str) -> list[TypesRow]:
    """Every confirmation on a message, oldest first, those taken back too. Raises `message_unknown`."""
    _require_mine(session, ref)
    return list(TypesRow.objects.filter(ref=ref))


def confirmations(session: Session) -> Rows:
    """What stands on each message that exists for the one who acts, newest first."""
    rows, allowed = all_standing(), scopes.corpora(session)
    if allowed is None:
        return rows.order_by("-id")
    mine = Q(pk__in=[])
    for corpus in allowed:
        mine |= Q(ref__startswith=f"{corpus}:")
    return rows.filter(mine).order_by("-id")


def counts(session: Session) -> Counts:
    """How often each type and each group stands, in the order of the lexicon."""
    n, types, targets = 0, Counter[str](), Counter[str]()
    for row in confirmations(session).iterator(chunk_size=2_000):
        n += 1
        types.update(row.types)
        targets.update(row.targets)
    return Counts(
        n,
        {name: types[name] for name in TYPES if types[name]},
        {name: targets[name] for name in GROUPS if targets[name]},
    )


def of_exhibits(incident: Incident, rows: "QuerySet[ExhibitRow, ExhibitRow]") -> Chosen | None:
    """What was confirmed on the messages of these exhibits, whole groups included; None when nothing was."""
    shown = rows.exclude(ref="").values("ref")
    entered = SortedMessage.objects.filter(incident=incident)
    groups = entered.filter(ref__in=shown).exclude(group="").values("group")
    members = entered.filter(group__in=groups).values("ref")
    found = list(all_standing(TypesRow.objects.filter(Q(ref__in=shown) | Q(ref__in=members))))
    if not found:
        return None
    return Chosen(
        tuple(name for name in TYPES if any(name in row.types for row in found)),
        tuple(name for name in GROUPS if any(name in row.targets for row in found)),
    )


@dataclass(frozen=True, slots=True)
class Label:
    """A message that its confirmed types say to keep, or not to."""

    ref: str
    keep: bool
    member: str


def labels() -> Iterator[Label]:
    """Oldest first. A group without a type says neither: naming who is spoken of is not an attack."""
    for row in all_standing().order_by("id").iterator(chunk_size=2_000):
        if row.types or not row.targets:
            yield Label(row.ref, bool(row.types), row.by)


# ------------------------------------------------------------------ when messages move or go


def forget(corpus: str) -> None:
    """Every confirmation on the messages of an import that is erased."""
    TypesRow.objects.filter(ref__startswith=f"{corpus}:").delete()


def move(corpus: str, moved: Callable[[str], str]) -> None:
    """Let confirmations follow their message; `moved` gives "" for one that is gone: its history goes too."""
    for id, old in list(TypesRow.objects.filter(ref__startswith=f"{corpus}:").values_list("id", "ref")):
        ref = moved(old)
        if not ref:
            TypesRow.objects.filter(id=id).delete()
        elif ref != old:
            TypesRow.objects.filter(id=id).update(ref=ref)


def follow(old: str, new: str) -> None:
    """To the newest observation of the same message, with its history, unless somebody confirmed there already."""
    if not TypesRow.objects.filter(ref=new).exists():
        TypesRow.objects.filter(ref=old).update(ref=new)


def refs() -> list[str]:
    """Every message on which somebody confirmed."""
    return list(TypesRow.objects.order_by("ref").values_list("ref", flat=True).distinct())
