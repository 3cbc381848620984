"""Every day to watch: limitation clocks, notices, terms to contest; and their calendar file."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from django.db import transaction
from django.db.models import Q

from saisine.casework import journal, notices, procedures, rights, statements
from saisine.casework.case_models import StatementRow
from saisine.casework.incidents import list_incidents
from saisine.casework.models import Incident, NoticeRow, TermRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.law.assess import Assessed, Assessment
from saisine.law.limitation import Clock
from saisine.law.statements import flag
from saisine.notices import CalendarTerm, renew_terms, write_ics

Kind = Literal["limitation", "fallback", "safety", "notice", "term", "procedure"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day to watch. `label` is neutral (« Incident 7 »), `on` None while a fact is missing to compute it.

    `nature` says where the delay comes from, with article and `verified` flag; `id` is stable for a calendar.
    """

    id: str
    kind: Kind
    incident: Incident
    notice: NoticeRow | None
    on: date | None
    days_left: int | None
    safety_on: date | None
    label_fr: str
    label_en: str
    nature_fr: str
    nature_en: str
    detail_fr: str = ""
    detail_en: str = ""

    def label(self, language: str = "fr") -> str:
        return self.label_en if language == "en" else self.label_fr

    def nature(self, language: str = "fr") -> str:
        return self.nature_en if language == "en" else self.nature_fr

    def detail(self, language: str = "fr") -> str:
        return self.detail_en if language == "en" else self.detail_fr


def deadlines(session: Session) -> list[Deadline]:
    """Everything that runs: late first, then the nearest; what cannot be computed yet comes last."""
    found = [one for incident in list_incidents(session) for one in of_incident(session, incident)]
    return sorted(found, key=lambda one: (one.on is None, one.on or date.max, one.id))


def of_incident(session: Session, incident: Incident) -> Iterator[Deadline]:
    """What runs for one incident; nothing once it is closed."""
    if incident.state == "closed":
        return
    yield from _clocks(session, incident)
    yield from _procedures(session, incident)
    for notice in notices.list_notices(session, incident):
        for due in notices.dues_of(session, notice):
            yield Deadline(
                id=due.term_id,
                kind="notice",
                incident=incident,
                notice=notice,
                on=due.on,
                days_left=due.days_left,
                safety_on=None,
                label_fr=f"Signalement {notice.number} : {due.label('fr')}",
                label_en=f"Notice {notice.number}: {due.label('en')}",
                nature_fr=due.nature_words("fr"),
                nature_en=due.nature_words("en"),
            )


def _clocks(session: Session, incident: Incident) -> Iterator[Deadline]:
    """The shortest clock of each statement, and the terms to contest a platform's decision."""
    held = statements.statements(session, incident)
    for about in held:
        named = _Named(incident, about, is_alone=len(held) == 1)
        try:
            found = rights.assessment(session, incident, about)
        except SaisineError as error:
            # two dates contradict each other: the statement is named among what cannot be computed
            yield _without_day(named, error.sentence("fr"), error.sentence("en"))
            continue
        decided = rights.decisions(session, incident, about)
        yield from _of_statement(
            named, found, {id for id, row in decided.items() if row.decision == "ecarter"}
        )


def _of_statement(named: "_Named", found: Assessment, set_aside: Collection[str]) -> Iterator[Deadline]:
    shown = [item for item in found.main if item.id not in set_aside]
    clock = _driving(shown)
    if clock is not None:
        yield _limitation(named, shown, clock)
        yield from _fallback(named, shown, clock)
    elif any(item.clock and item.clock.status == "unknown" for item in shown):
        yield _without_day(named, "Il manque la date des faits.", "The date of the facts is missing.")
    yield from _terms(named, found)


@dataclass(frozen=True, slots=True)
class _Named:
    """An incident, and the statement when it holds several: « Incident 7, propos 2 »."""

    incident: Incident
    statement: StatementRow
    is_alone: bool

    @property
    def key(self) -> str:
        """Stable for a calendar: that of the first statement is that of its incident."""
        number = self.statement.number
        return self.incident.id if number == 1 else f"{self.incident.id}:{number}"

    @property
    def fr(self) -> str:
        about = "" if self.is_alone else f", propos {self.statement.number}"
        return f"Incident {self.incident.number}{about}"

    @property
    def en(self) -> str:
        about = "" if self.is_alone else f", statement {self.statement.number}"
        return f"Incident {self.incident.number}{about}"


def _procedures(session: Session, incident: Incident) -> Iterator[Deadline]:
    """What follows a complaint: silence, a dismissal, an appeal; each with its article and its flag."""
    for one in procedures.procedures(session, incident):
        for due in one.dues:
            yield Deadline(
                id=f"procedure:{one.row.id}:{due.term.id}",
                kind="procedure",
                incident=incident,
                notice=None,
                on=due.on,
                days_left=due.days_left,
                safety_on=None,
                label_fr=f"Incident {incident.number} : {one.kind()}. {due.term.label()}",
                label_en=f"Incident {incident.number}: {one.kind('en')}. {due.term.label('en')}",
                nature_fr=due.term.nature_words(),
                nature_en=due.term.nature_words("en"),
                detail_fr=due.term.rule(),
                detail_en=due.term.rule("en"),
            )


def _driving(shown: Sequence[Assessed]) -> Clock | None:
    """The shortest open clock; when none is open, the last one to have ended, so that it is seen."""
    dated = [item.clock for item in shown if item.clock and item.clock.last_useful_day]
    running = [clock for clock in dated if clock.status == "open"]
    if running:
        return min(running, key=lambda clock: clock.last_useful_day or date.max)
    return max(dated, key=lambda clock: clock.last_useful_day or date.min, default=None)


def _limitation(named: _Named, shown: Sequence[Assessed], clock: Clock) -> Deadline:
    offence = next(item.offence for item in shown if item.clock is clock)
    steps = [
        step for step in clock.steps if step != clock.counted
    ]  # the days left stand beside, always fresh
    return _of_clock(
        named,
        clock,
        kind="limitation",
        label_fr="dernier jour pour agir en justice",
        label_en="last day to go to court",
        detail_fr=f"{offence.name_fr}. {' '.join(steps)}",
        detail_en=f"{offence.name_en}.",
    )


def _fallback(named: _Named, shown: Sequence[Assessed], driving: Clock) -> Iterator[Deadline]:
    """The shorter clock that remains if a protected ground fails in court: a year becomes three months."""
    found = [one for item in shown for one in item.fallbacks if one.clock.status == "open"]
    shortest = min(found, key=lambda one: one.clock.last_useful_day or date.max, default=None)
    if shortest is None or shortest.clock.last_useful_day is None or driving.last_useful_day is None:
        return
    if shortest.clock.last_useful_day >= driving.last_useful_day:
        return
    yield _of_clock(
        named,
        shortest.clock,
        kind="fallback",
        label_fr="dernier jour si le critère discriminatoire n’est pas retenu",
        label_en="last day if the protected ground is not upheld",
        detail_fr=shortest.text_fr,
        detail_en=f"{shortest.offence.replace('_', ' ')}.",
    )


def _of_clock(
    named: _Named,
    clock: Clock,
    *,
    kind: Kind,
    label_fr: str,
    label_en: str,
    detail_fr: str,
    detail_en: str,
) -> Deadline:
    """A limitation clock as a day to watch, its source and flag always with it."""
    return Deadline(
        id=f"{kind}:{named.key}",
        kind=kind,
        incident=named.incident,
        notice=None,
        on=clock.last_useful_day,
        days_left=clock.days_left,
        safety_on=clock.safety_day,
        label_fr=f"{named.fr} : {label_fr}",
        label_en=f"{named.en}: {label_en}",
        nature_fr=f"Délai fixé par un texte. {clock.source}. {flag(clock.verified, 'fr')}.",
        nature_en=f"Delay fixed by law. {clock.source}. {flag(clock.verified, 'en')}.",
        detail_fr=detail_fr,
        detail_en=detail_en,
    )


def _without_day(named: _Named, why_fr: str, why_en: str) -> Deadline:
    return Deadline(
        id=f"limitation:{named.key}",
        kind="limitation",
        incident=named.incident,
        notice=None,
        on=None,
        days_left=None,
        safety_on=None,
        label_fr=f"{named.fr} : délai à établir",
        label_en=f"{named.en}: deadline to be established",
        nature_fr="",
        nature_en="",
        detail_fr=why_fr,
        detail_en=why_en,
    )


def _terms(named: _Named, found: Assessment) -> Iterator[Deadline]:
    """The terms of decisions that a person noted; those of our notices stand with their notice, until its next step."""
    if not found.other_deadlines:
        return
    acts = named.incident.acts.filter(Q(statement=None) | Q(statement=named.statement))
    noted = set(acts.filter(kind="platform_decision").values_list("on", flat=True))
    for number, term in enumerate(found.other_deadlines, 1):
        if term.runs_from not in noted:
            continue
        yield Deadline(
            id=f"term:{term.kind}:{named.key}:{number}",
            kind="term",
            incident=named.incident,
            notice=None,
            on=term.last_useful_day,
            days_left=term.days_left,
            safety_on=None,
            label_fr=f"{named.fr} : dernier jour pour contester la plateforme",
            label_en=f"{named.en}: last day to contest the platform",
            nature_fr=f"Délai fixé par un texte. {term.article}. {flag(term.verified, 'fr')}.",
            nature_en=f"Delay fixed by law. {term.article}. {flag(term.verified, 'en')}.",
        )


# ------------------------------------------------------------------ calendar

TITLES: Final[dict[str, str]] = {
    "limitation": "Échéance, dossier {n}",
    "fallback": "Échéance prudente, dossier {n}",
    "safety": "Échéance proche, dossier {n}",
    "notice": "Rappel, dossier {n}",
    "term": "Échéance, dossier {n}",
    "procedure": "Suite d’une démarche, dossier {n}",
}


def calendar(session: Session) -> str:
    """The .ics of every day to watch. Titles are neutral, since calendars sync to clouds.

    What changed rises in sequence, what is void is cancelled: importing the file twice is harmless.
    """
    from saisine.casework import deadline_rows  # late: it asks this module

    found = deadline_rows.every(session)
    terms = [term for one in found if one.on is not None for term in _calendar_terms(one)]
    with transaction.atomic():
        before = [_kept_term(row) for row in TermRow.objects.order_by("id")]
        renewed = renew_terms(terms, before)
        for term in renewed:
            _keep_term(term)
        journal.note(session, "calendar_taken", count=len(terms))
    return write_ics(renewed, session.workspace.id, now=session.now())


def _calendar_terms(one: Deadline) -> Iterator[CalendarTerm]:
    assert one.on is not None
    yield CalendarTerm(one.id, one.on, TITLES[one.kind].format(n=one.incident.number), one.nature_fr)
    if one.safety_on is not None and one.safety_on < one.on:
        title = TITLES["safety"].format(n=one.incident.number)
        yield CalendarTerm(
            f"{one.id}:safety", one.safety_on, title, "Jour de sécurité : un conseil du projet."
        )


def _kept_term(row: TermRow) -> CalendarTerm:
    return CalendarTerm(row.term_id, row.on, row.title, row.note, row.sequence, row.is_cancelled)


def _keep_term(term: CalendarTerm) -> None:
    TermRow.objects.update_or_create(
        term_id=term.term_id,
        defaults={
            "on": term.on,
            "title": term.title,
            "note": term.note,
            "sequence": term.sequence,
            "is_cancelled": term.is_cancelled,
        },
    )
