"""Thousands of deadlines listed at once: computed again only for the incidents that changed, or whose day has come.

The engine is `deadlines.of_incident`; here its answers are kept, and each is asked for again when a row of its
incident changed, when the law changed, when one of its days has passed, and at the latest after a week.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet, Sum

import saisine
from saisine.casework import deadlines, notices, rights, scopes, statements
from saisine.casework.deadline_models import DeadlineRow, DeadlineState
from saisine.casework.deadlines import Deadline
from saisine.casework.models import Incident, NoticeRow
from saisine.casework.session import Session

AWAITED: Final = ("sent", "acknowledged")  # states of a notice that waits for the platform
KEPT_DAYS: Final = 7  # no answer is older, whatever did not change
NEAR: Final = (("late", -1), ("7", 7), ("15", 15), ("30", 30), ("later", None))  # days left, at most


# in the order of the fields of `Deadline`, which counts the days left after `on`
_COLUMNS: Final = (
    "key", "kind", "incident_id", "notice_id", "on", "safety_on",
    "label_fr", "label_en", "nature_fr", "nature_en", "detail_fr", "detail_en",
)  # fmt: skip
_SHOWN: Final = (*_COLUMNS, "incident__title", "incident__number", "notice__number")


@dataclass(frozen=True, slots=True)
class Page:
    """Some deadlines in order, late first. `counts`, of all of them: how many are late, near, later, unknown."""

    items: list[Deadline]
    has_more: bool
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Glance:
    """The next day to act, and how many notices were sent and wait for an answer."""

    nearest: Deadline | None
    awaited: int


# ------------------------------------------------------------------ what is shown


def page(session: Session, *, start: int = 0, limit: int = 50) -> Page:
    """One page after the first `start`: dated ones by day, then those that cannot be computed yet."""
    refresh(session)
    found = list(_rows(session)[start : start + limit + 1])
    return Page([_deadline(session, row) for row in found[:limit]], len(found) > limit, _counts(session))


def every(session: Session) -> list[Deadline]:
    """All of them, in order: what a calendar file holds. An incident or a notice is one object for all its days."""
    incidents = {one.id: one for one in Incident.objects.all()}
    noticed = {one.id: one for one in NoticeRow.objects.all()}
    refresh(session)
    rows, today = _rows(session).select_related(None).values_list(*_COLUMNS), session.today()
    return [
        Deadline(
            key, kind, incidents[incident], noticed.get(notice), on, (on - today).days if on else None, *rest
        )
        for key, kind, incident, notice, on, *rest in rows
    ]


def _counts(session: Session) -> dict[str, int]:
    """What is zero is left out. Counted by day in the index: to ask of each row how near it is took five times more."""
    rows = scopes.within(session, DeadlineRow.objects.all()).values_list("on")
    found: Counter[str] = Counter()
    for on, n in rows.annotate(n=Count("*")).order_by("on"):
        found[_nearness(session.today(), on)] += n
    return dict(found)


def _nearness(today: date, on: date | None) -> str:
    if on is None:
        return "unknown"
    left = (on - today).days
    return next(name for name, most in NEAR if most is None or left <= most)


def glance(session: Session) -> Glance:
    """What a first page says of deadlines."""
    refresh(session)
    return Glance(_nearest(session), _awaited_of_all(session))


def nearest(session: Session) -> Deadline | None:
    """The next day to act. A clock that is over is no task; a reminder that is late is one."""
    refresh(session)
    return _nearest(session)


def _nearest(session: Session) -> Deadline | None:
    rows = _rows(session).filter(on__isnull=False)
    found = rows.filter(Q(on__gte=session.today()) | Q(kind="notice")).first()
    return _deadline(session, found) if found is not None else None


def _awaited_of_all(session: Session) -> int:
    rows = scopes.within(session, DeadlineState.objects.all(), "incident")
    return rows.filter(incident__in=Incident.objects.values("id")).aggregate(n=Sum("awaited"))["n"] or 0


def _rows(session: Session) -> "QuerySet[DeadlineRow, DeadlineRow]":
    # of an incident its title is said, of a notice its number: reading the rest was a third of the time
    rows = DeadlineRow.objects.select_related("incident", "notice").only(*_SHOWN)
    return scopes.within(session, rows).order_by(F("on").asc(nulls_last=True), "key")


def _deadline(session: Session, row: DeadlineRow) -> Deadline:
    return Deadline(
        id=row.key,
        kind=row.kind,  # type: ignore[arg-type]
        incident=row.incident,
        notice=row.notice,
        on=row.on,
        days_left=(row.on - session.today()).days if row.on is not None else None,
        safety_on=row.safety_on,
        label_fr=row.label_fr,
        label_en=row.label_en,
        nature_fr=row.nature_fr,
        nature_en=row.nature_en,
        detail_fr=row.detail_fr,
        detail_en=row.detail_en,
    )


# ------------------------------------------------------------------ what is computed


def refresh(session: Session) -> int:
    """Compute again what may have changed; how many incidents that was. Nobody's scope counts here."""
    with session.lock:
        whole = session.acting(session.actor)
        found = list(_stale(whole))
        for incident, revision in found:
            _compute(whole, incident, revision)
    return len(found)


def _basis(session: Session) -> str:
    """What the answers rest on beside the rows: the code, and the law."""
    return f"{saisine.__version__}/{session.law.digest}"[:80]


def _stale(session: Session) -> Iterator[tuple[Incident, int]]:
    """Incidents whose answers are missing or may no longer hold, with the number that they now have."""
    today = session.today().isoformat()
    with connection.cursor() as cursor:
        cursor.execute(_STALE, [_basis(session), today, today])
        revisions = dict(cursor.fetchall())
    stale = list(revisions)
    for start in range(0, len(stale), 500):  # SQLite bounds the values of one question
        for incident in Incident.objects.filter(id__in=stale[start : start + 500]):
            yield incident, revisions[incident.id]


# One statement, because each page with deadlines asks it: three lists compared here took four times longer.
_STALE: Final = """
    SELECT one.id, COALESCE(revision.n, 0)
    FROM casework_incident AS one
    LEFT JOIN casework_incidentrevision AS revision ON revision.incident = one.id
    LEFT JOIN casework_deadlinestate AS held ON held.incident = one.id AND held.basis = %s
        AND held.computed_on <= %s AND held.holds_until >= %s
    WHERE held.revision IS NULL OR held.revision <> COALESCE(revision.n, 0)
"""


def _compute(session: Session, incident: Incident, revision: int) -> None:
    today = session.today()
    found = list(deadlines.of_incident(session, incident))
    with transaction.atomic():
        DeadlineRow.objects.filter(incident=incident).delete()
        DeadlineRow.objects.bulk_create(DeadlineRow(**_columns(one)) for one in found)
        DeadlineState.objects.update_or_create(
            incident=incident.id,
            defaults={
                "revision": revision,
                "basis": _basis(session),
                "computed_on": today,
                "awaited": _awaited(session, incident),
                "holds_until": _holds_until(found, today) if _is_exact(session, incident) else today,
            },
        )


def _holds_until(found: Sequence[Deadline], today: date) -> date:
    """The first of its days to come: on the day after, a clock is over and another may be shown in its place."""
    days = [day for one in found for day in (one.on, one.safety_on) if day is not None and day >= today]
    return min([*days, today + timedelta(days=KEPT_DAYS)])


def _awaited(session: Session, incident: Incident) -> int:
    return sum(notices.state_of(one).id in AWAITED for one in notices.list_notices(session, incident))


def _is_exact(session: Session, incident: Incident) -> bool:
    """Whether each date is a known day, and nothing suspends: else the last day may move with today."""
    return all(
        event.is_exact and event.kind != "suspension_start"
        for about in statements.statements(session, incident)
        for event in rights.events_of(about)
    )


def _columns(one: Deadline) -> dict[str, Any]:
    return {
        "incident": one.incident,
        "notice": one.notice,
        "key": one.id,
        "kind": one.kind,
        "on": one.on,
        "safety_on": one.safety_on,
        "label_fr": one.label_fr,
        "label_en": one.label_en,
        "nature_fr": one.nature_fr,
        "nature_en": one.nature_en,
        "detail_fr": one.detail_fr,
        "detail_en": one.detail_en,
    }
