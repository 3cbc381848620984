"""Thousands of deadlines listed at once: computed again only for the incidents that changed, or whose day has come.

The engine is `deadlines.of_incident`; here its answers are kept, and each is asked for again when a row of its
incident changed, when the law changed, when one of its days has passed, and at the latest after a week.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum

import saisine
from saisine.casework import deadlines, notices, rights, scopes, statements
from saisine.casework.deadline_models import DeadlineRow, DeadlineState, IncidentRevision
from saisine.casework.deadlines import Deadline
from saisine.casework.models import Incident, NoticeRow
from saisine.casework.session import Session

AWAITED: Final = ("sent", "acknowledged")  # states of a notice that waits for the platform
KEPT_DAYS: Final = 7  # no answer is older, whatever did not change
NEAR: Final = (
    ("late", None, -1),
    ("7", 0, 7),
    ("15", 8, 15),
    ("30", 16, 30),
    ("later", 31, None),
)  # days left


# in the order of the fields of `Deadline`, which counts the days left after `on`
_COLUMNS: Final = (
    "key", "kind", "incident_id", "notice_id", "on", "safety_on",
    "label_fr", "label_en", "nature_fr", "nature_en", "detail_fr", "detail_en",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """Some deadlines in order, late first."""

    items: list[Deadline]
    has_more: bool


# ------------------------------------------------------------------ what is shown


def page(session: Session, *, start: int = 0, limit: int = 50) -> Page:
    """One page after the first `start`: dated ones by day, then those that cannot be computed yet."""
    found = list(_rows(session)[start : start + limit + 1])
    return Page([_deadline(session, row) for row in found[:limit]], len(found) > limit)


def every(session: Session) -> list[Deadline]:
    """All of them, in order: what a calendar file holds. An incident or a notice is one object for all its days."""
    incidents = {one.id: one for one in Incident.objects.all()}
    noticed = {one.id: one for one in NoticeRow.objects.all()}
    rows, today = _rows(session).select_related(None).values_list(*_COLUMNS), session.today()
    return [
        Deadline(
            key, kind, incidents[incident], noticed.get(notice), on, (on - today).days if on else None, *rest
        )
        for key, kind, incident, notice, on, *rest in rows
    ]


def counts(session: Session) -> dict[str, int]:
    """How many are late, near, later, and unknown; what is zero is left out."""
    refresh(session)
    today, asked = session.today(), {}
    for name, least, most in NEAR:
        asked[name] = Count("id", filter=_between(today, least, most))
    asked["unknown"] = Count("id", filter=Q(on__isnull=True))
    found: dict[str, int] = scopes.within(session, DeadlineRow.objects.all()).aggregate(**asked)
    return {name: n for name, n in found.items() if n}


def _between(today: date, least: int | None, most: int | None) -> Q:
    span = Q(on__isnull=False)
    if least is not None:
        span &= Q(on__gte=today + timedelta(days=least))
    if most is not None:
        span &= Q(on__lte=today + timedelta(days=most))
    return span


def nearest(session: Session) -> Deadline | None:
    """The next day to act. A clock that is over is no task; a reminder that is late is one."""
    rows = _rows(session).filter(on__isnull=False)
    found = rows.filter(Q(on__gte=session.today()) | Q(kind="notice")).first()
    return _deadline(session, found) if found is not None else None


def awaited(session: Session) -> int:
    """How many notices were sent and wait for an answer."""
    refresh(session)
    rows = scopes.within(session, DeadlineState.objects.all(), "incident")
    return rows.filter(incident__in=Incident.objects.values("id")).aggregate(n=Sum("awaited"))["n"] or 0


def _rows(session: Session) -> "QuerySet[DeadlineRow, DeadlineRow]":
    refresh(session)
    rows = DeadlineRow.objects.select_related("incident", "notice")
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
    revisions = dict(IncidentRevision.objects.values_list("incident", "n"))
    today, basis = session.today(), _basis(session)
    held = DeadlineState.objects.filter(basis=basis, computed_on__lte=today, holds_until__gte=today)
    fresh = dict(held.values_list("incident", "revision"))
    stale = [
        id
        for id in Incident.objects.values_list("id", flat=True)
        if fresh.get(id, -1) != revisions.get(id, 0)
    ]
    for start in range(0, len(stale), 500):  # SQLite bounds the values of one question
        for incident in Incident.objects.filter(id__in=stale[start : start + 500]):
            yield incident, revisions.get(incident.id, 0)


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
