"""What the law says of an incident: answers become facts, exhibits become dated events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast, get_args

from django.db import transaction

from saisine.casework import association, journal
from saisine.casework.models import ActRow, FactRow, Incident, QualificationRow
from saisine.casework.session import PARIS, Session
from saisine.errors import SaisineError
from saisine.incidents.facts import GROUND, Answer, Value, asked, build_inputs, latest, require_fact
from saisine.law.ask import GROUND as GROUND_FACT
from saisine.law.ask import SORT, Question, answers_of, ask
from saisine.law.assess import Assessment, assess
from saisine.law.inputs import CaseInputs, Event, Precision
from saisine.law.limitation import check_order

DECISIONS: Final[dict[str, tuple[str, str]]] = {
    "retenir": ("Retenue", "Kept"),
    "ecarter": ("Écartée", "Set aside"),
    "demander_avis": ("Avis demandé", "Advice asked"),
}
Put = Literal["ticked", "unknown", "later"]
VALUE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "true": ("oui", "yes"),
    "false": ("non", "no"),
    "unknown": ("je ne sais pas", "I don’t know"),
    "later": ("plus tard", "later"),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer that holds, in words."""

    fact: str
    value: str
    text_fr: str
    text_en: str


# ------------------------------------------------------------------ facts


def record(session: Session, incident: Incident, values: Mapping[str, str]) -> None:
    """Append answers, by fact. Raises `incident_fact_unknown`, `incident_value_unknown`."""
    for fact, value in values.items():
        require_fact(session.law, fact)
        if value not in VALUE_WORDS:
            raise SaisineError("incident_value_unknown", value=value)
    now = session.now()
    FactRow.objects.bulk_create(
        FactRow(incident=incident, fact=fact, value=value, at=now, by=session.actor)
        for fact, value in values.items()
    )


def _answers(incident: Incident) -> list[Answer]:
    rows = incident.facts.order_by("id").values_list("fact", "value", "at")
    return [Answer(fact, cast(Value, value), at) for fact, value, at in rows]


def next_question(session: Session, incident: Incident) -> Question | None:
    """The next screen of questions, or None when no answer would change anything."""
    inputs = inputs_of(session, incident)
    return ask(session.law, inputs, asked=asked(_answers(incident)), today=session.today(), sort=True)


def answer_screen(
    session: Session, incident: Incident, fact: str, put: str, ticked: Iterable[str] = ()
) -> None:
    """Answer the screen that `next_question` gave: what is ticked is true and the rest false; or put it off.

    `put` is `ticked`, `unknown` or `later`. A screen that is no longer the current one changes nothing else
    than its own fact. Raises `incident_value_unknown`, `incident_fact_unknown`.
    """
    if put not in get_args(Put):
        raise SaisineError("incident_value_unknown", value=put)
    question = next_question(session, incident)
    if question is None or question.fact != fact:
        # answered twice (two tabs, the Back button): the first answer stands
        return
    with transaction.atomic():
        record(session, incident, _values(session, incident, question, put, frozenset(ticked)))
        journal.note(session, "fact_answered", subject=incident.id)


def _values(
    session: Session, incident: Incident, question: Question, put: str, ticked: frozenset[str]
) -> dict[str, str]:
    if question.fact == SORT:
        settled = answers_of(session.law, inputs_of(session, incident), question, ticked)
        values = {} if put != "ticked" else dict.fromkeys(settled, "false")
        return {SORT: "true" if put == "ticked" else put} | values
    if put != "ticked":
        return {choice.id: put for choice in question.group} | {question.fact: put}
    if question.fact == GROUND_FACT:
        known = {choice.id for choice in question.choices}
        chosen = {f"{GROUND}{name}": "true" for name in sorted(ticked & known)}
        return chosen | {GROUND_FACT: "true" if chosen else "false"}
    settled = answers_of(session.law, inputs_of(session, incident), question, ticked)
    return {name: "true" if value else "false" for name, value in settled.items()}


def answer(session: Session, incident: Incident, fact: str, value: str) -> None:
    """Answer one fact alone, at any time: the command line, or a change of mind."""
    values = {fact: value}
    if fact.startswith(GROUND) and value == "true":
        values[GROUND_FACT] = "true"
    record(session, incident, values)
    journal.note(session, "fact_answered", subject=incident.id)


def answers(session: Session, incident: Incident) -> list[Answered]:
    """The answers that hold, in the order of the vocabulary's questions asked."""
    found = []
    for fact, one in latest(_answers(incident)).items():
        text = _text_of(session, fact)
        if text is not None:
            found.append(Answered(fact, one.value, *text))
    return found


def _text_of(session: Session, fact: str) -> tuple[str, str] | None:
    law = session.law
    if fact.startswith(GROUND):
        ground = law.grounds.get(fact.removeprefix(GROUND))
        return (ground.label_fr, ground.label_en) if ground else None
    known = law.facts.get(fact)
    return (known.question_fr, known.question_en) if known and fact != GROUND_FACT else None


def questions_again(session: Session, incident: Incident) -> int:
    """Bring back the questions put off or not known: their rows are replaced by nothing."""
    held = latest(_answers(incident))
    again = [fact for fact, one in held.items() if one.value in ("later", "unknown")]
    incident.facts.filter(fact__in=again, value__in=("later", "unknown")).delete()
    return len(again)


# ------------------------------------------------------------------ events


def add_act(
    session: Session,
    incident: Incident,
    kind: str,
    on: date | None,
    *,
    precision: str = "day",
    note: str = "",
) -> ActRow:
    """Note a dated act: a publication, a summons… Raises `law_inputs_invalid`, `law_events_order`."""
    if not session.law.limitation.role(kind):
        raise SaisineError(
            "law_inputs_invalid", key=kind, reason_fr="genre d’acte inconnu", reason_en="unknown event kind"
        )
    new = Event(kind, on, _precision(precision), source="person")
    check_order(session.law.limitation, [*events_of(incident), new])
    row = ActRow.objects.create(
        incident=incident,
        kind=kind,
        on=on,
        precision=precision,
        note=note,
        at=session.now(),
        by=session.actor,
    )
    journal.note(session, "act_noted", subject=incident.id)
    return row


def events_of(incident: Incident) -> list[Event]:
    """One publication per day on which an exhibit was published, and every act noted by a person.

    Messages of one day share their clock, so a wave of hundreds costs one event.
    """
    days: dict[tuple[date, str], None] = {}
    rows = incident.exhibits.filter(withdrawn_at__isnull=True).exclude(kind__in=("document", "original"))
    for at, on, precision in rows.values_list("at", "on", "precision"):
        day = at.astimezone(PARIS).date() if at else on
        if day is not None:
            days[day, "month" if precision == "month" else "day"] = None
    published = [
        Event("publication", day, _precision(precision), source="field") for day, precision in sorted(days)
    ]
    noted = [
        Event(row.kind, row.on, _precision(row.precision if row.on else "none"), source=row.source)
        for row in incident.acts.order_by("id")
    ]
    if not published and not any(event.kind in ("publication", "act") for event in noted) and incident.since:
        published = [Event("publication", incident.since, "day", source="person")]
    return [*published, *noted, *_platform_decisions(incident)]


def _platform_decisions(incident: Incident) -> list[Event]:
    """Decisions of platforms on our notices open six months to contest them (DSA art. 20)."""
    found = []
    for notice in incident.notices.all():
        for row in notice.events.filter(kind="decided", decision__in=("kept", "restricted")):
            day = row.at.astimezone(PARIS).date() if row.at else row.on
            found.append(Event("platform_decision", day, "day", source="field"))
    return found


def _precision(text: str) -> Precision:
    known: Mapping[str, Precision] = {p: p for p in get_args(Precision)}
    return known.get(text, "none")


# ------------------------------------------------------------------ the answer of the law


def inputs_of(session: Session, incident: Incident) -> CaseInputs:
    """The case as it stands, ready for the law engine."""
    return build_inputs(
        _answers(incident),
        events_of(incident),
        platform=incident.platform,
        association=association.as_party(session, incident),
        reference_date=session.today(),
    )


def assessment(session: Session, incident: Incident) -> Assessment:
    """Qualifications, clocks, standing and routes today. Raises `law_events_order`."""
    return assess(session.law, inputs_of(session, incident), session.today())


def decide(session: Session, incident: Incident, offence: str, decision: str, reason: str = "") -> None:
    """Keep, set aside or ask advice on one qualification. Raises `incident_offence_unknown`,
    `incident_decision_unknown`."""
    if offence not in session.law.offences:
        raise SaisineError("incident_offence_unknown", offence=offence)
    if decision not in DECISIONS:
        raise SaisineError("incident_decision_unknown", decision=decision)
    with transaction.atomic():
        QualificationRow.objects.create(
            incident=incident,
            offence=offence,
            decision=decision,
            reason=reason.strip()[:2000],
            law_digest=session.law.digest,
            at=session.now(),
            by=session.actor,
        )
        Incident.objects.filter(id=incident.id).update(law_digest=session.law.digest)
        journal.note(session, "qualification_decided", subject=incident.id)


def decisions(session: Session, incident: Incident) -> dict[str, QualificationRow]:
    """The latest decision on each offence."""
    return {row.offence: row for row in incident.qualifications.order_by("id")}


def law_has_changed(session: Session, incident: Incident) -> bool:
    """Whether the law read today is another than the one this incident was last assessed with."""
    return bool(incident.law_digest) and incident.law_digest != session.law.digest
