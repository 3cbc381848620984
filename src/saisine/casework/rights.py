"""What the law says of each statement of an incident: answers become facts, exhibits become dated events.

Where a statement may be given and is not, the first one is meant: most incidents hold no other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast, get_args

from django.db import transaction
from django.db.models import Q, QuerySet

from saisine.casework import association, journal, statements
from saisine.casework.case_models import ALL, StatementRow
from saisine.casework.models import ActRow, FactRow, Incident, QualificationRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents.facts import GROUND, VOID, Answer, Value, asked, build_inputs, latest, require_fact
from saisine.law.ask import GROUND as GROUND_FACT
from saisine.law.ask import SORT, Question, answers_of, ask
from saisine.law.assess import Assessment, assess
from saisine.law.inputs import FIRST_YEAR, CaseInputs, Event, Precision
from saisine.law.limitation import check_order
from saisine.paris import in_paris

DECISIONS: Final[dict[str, tuple[str, str]]] = {
    "retenir": ("Retenue", "Kept"),
    "ecarter": ("Écartée", "Set aside"),
    "demander_avis": ("Avis demandé", "Advice asked"),
}
UNDECIDED: Final = ""  # a decision taken back: a row like the others, with who and when
Put = Literal["ticked", "unknown", "later"]
VALUE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "true": ("oui", "yes"),
    "false": ("non", "no"),
    "unknown": ("je ne sais pas", "I don’t know"),
    "later": ("plus tard", "later"),
    VOID: ("retirée", "taken back"),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer that holds, in words."""

    fact: str
    value: str
    text_fr: str
    text_en: str


# ------------------------------------------------------------------ facts


def record(
    session: Session, incident: Incident, values: Mapping[str, str], statement: StatementRow | None = None
) -> None:
    """Append answers, by fact; without a statement they hold for every one of the incident.

    Raises `incident_fact_unknown`, `incident_value_unknown`.
    """
    for fact, value in values.items():
        require_fact(session.law, fact)
        if value not in VALUE_WORDS:
            raise SaisineError("incident_value_unknown", value=value)
    now = session.now()
    FactRow.objects.bulk_create(
        FactRow(incident=incident, statement=statement, fact=fact, value=value, at=now, by=session.actor)
        for fact, value in values.items()
    )


def _facts(incident: Incident, statement: StatementRow) -> "QuerySet[FactRow, FactRow]":
    """The answers that hold for a statement: its own, and those common to all."""
    rows: QuerySet[FactRow, FactRow] = incident.facts.filter(
        Q(statement=None) | Q(statement=statement)
    ).order_by("id")
    return rows


def _answers(incident: Incident, statement: StatementRow) -> list[Answer]:
    rows = _facts(incident, statement).values_list("fact", "value", "at")
    return [Answer(fact, cast(Value, value), at) for fact, value, at in rows]


def next_question(
    session: Session, incident: Incident, statement: StatementRow | None = None
) -> Question | None:
    """The next screen of questions, or None when no answer would change anything."""
    about = statement or statements.first(session, incident)
    inputs = inputs_of(session, incident, about)
    seen = asked(_answers(incident, about))
    return ask(session.law, inputs, asked=seen, today=session.today(), sort=True)


def answer_screen(
    session: Session,
    incident: Incident,
    fact: str,
    put: str,
    ticked: Iterable[str] = (),
    statement: StatementRow | None = None,
) -> None:
    """Answer the screen that `next_question` gave: what is ticked is true and the rest false; or put it off.

    `put` is `ticked`, `unknown` or `later`. A screen that is no longer the current one changes nothing else
    than its own fact. Raises `incident_value_unknown`, `incident_fact_unknown`.
    """
    if put not in get_args(Put):
        raise SaisineError("incident_value_unknown", value=put)
    about = statement or statements.first(session, incident)
    question = next_question(session, incident, about)
    if question is None or question.fact != fact:
        # answered twice (two tabs, the Back button): the first answer stands
        return
    with transaction.atomic():
        inputs = inputs_of(session, incident, about)
        record(session, incident, _values(session, inputs, question, put, frozenset(ticked)), about)
        journal.note(session, "fact_answered", subject=incident.id)


def _values(
    session: Session, inputs: CaseInputs, question: Question, put: str, ticked: frozenset[str]
) -> dict[str, str]:
    if question.fact == SORT:
        settled = answers_of(session.law, inputs, question, ticked)
        values = {} if put != "ticked" else dict.fromkeys(settled, "false")
        return {SORT: "true" if put == "ticked" else put} | values
    if put != "ticked":
        return {choice.id: put for choice in question.group} | {question.fact: put}
    if question.fact == GROUND_FACT:
        known = {choice.id for choice in question.choices}
        chosen = {f"{GROUND}{name}": "true" for name in sorted(ticked & known)}
        return chosen | {GROUND_FACT: "true" if chosen else "false"}
    settled = answers_of(session.law, inputs, question, ticked)
    return {name: "true" if value else "false" for name, value in settled.items()}


def answer(
    session: Session, incident: Incident, fact: str, value: str, statement: StatementRow | None = None
) -> None:
    """Answer one fact alone, at any time: the command line, or a change of mind."""
    about = statement or statements.first(session, incident)
    values = {fact: value}
    if fact.startswith(GROUND) and value == "true":
        values[GROUND_FACT] = "true"
    record(session, incident, values, about)
    journal.note(session, "fact_answered", subject=incident.id)


def withdraw_answer(
    session: Session, incident: Incident, fact: str, statement: StatementRow | None = None
) -> bool:
    """Take an answer back: the fact is unknown again and may be asked again. Whether there was one.

    What was said stays in the rows, with who and when; it counts no more. With a ground, the whole question of
    grounds opens again.

    An answer common to all statements is taken back for all: the page says whom it concerns.
    """
    about = statement or statements.first(session, incident)
    held = latest(_answers(incident, about))
    back = [fact, *([GROUND_FACT] if fact.startswith(GROUND) else [])]
    values = {name: VOID for name in back if name in held and held[name].value != VOID}
    if fact not in values:
        return False
    is_common = not _facts(incident, about).filter(fact=fact, statement=about).exists()
    with transaction.atomic():
        record(session, incident, values, None if is_common else about)
        journal.note(session, "answer_withdrawn", subject=incident.id)
    return True


def answers(session: Session, incident: Incident, statement: StatementRow | None = None) -> list[Answered]:
    """The answers that hold, in the order of the vocabulary's questions asked."""
    found = []
    about = statement or statements.first(session, incident)
    for fact, one in latest(_answers(incident, about)).items():
        text = _text_of(session, fact)
        if text is not None and one.value != VOID:
            found.append(Answered(fact, one.value, *text))
    return found


def _text_of(session: Session, fact: str) -> tuple[str, str] | None:
    law = session.law
    if fact.startswith(GROUND):
        ground = law.grounds.get(fact.removeprefix(GROUND))
        return (ground.label_fr, ground.label_en) if ground else None
    known = law.facts.get(fact)
    return (known.question_fr, known.question_en) if known and fact != GROUND_FACT else None


def questions_again(session: Session, incident: Incident, statement: StatementRow | None = None) -> int:
    """Bring back the questions put off or not known: their rows are replaced by nothing."""
    about = statement or statements.first(session, incident)
    held = latest(_answers(incident, about))
    again = [fact for fact, one in held.items() if one.value in ("later", "unknown")]
    rows = _facts(incident, about).filter(fact__in=again, value__in=("later", "unknown"))
    FactRow.objects.filter(id__in=rows.values("id")).delete()
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
    statement: StatementRow | None = None,
) -> ActRow:
    """Note a dated act: a publication, a summons…

    Raises `law_inputs_invalid`, `law_events_order`, `date_too_old`, and `date_in_future`: a summons that is only
    planned would lengthen a clock. The end of a suspension alone may be known ahead.
    """
    if not session.law.limitation.role(kind):
        raise SaisineError(
            "law_inputs_invalid", key=kind, reason_fr="genre d’acte inconnu", reason_en="unknown event kind"
        )
    if on is not None and on > session.today() and kind != "suspension_end":
        raise SaisineError("date_in_future", day=on.isoformat())
    if on is not None and on.year < FIRST_YEAR:
        raise SaisineError("date_too_old", day=on.isoformat(), first=FIRST_YEAR)
    new = Event(kind, on, _precision(precision), source="person")
    about = statement or statements.first(session, incident)
    check_order(session.law.limitation, [*events_of(about), new])
    row = ActRow.objects.create(
        incident=incident,
        statement=about,
        kind=kind,
        on=on,
        precision=precision,
        note=note,
        at=session.now(),
        by=session.actor,
    )
    journal.note(session, "act_noted", subject=incident.id)
    return row


def withdraw_act(
    session: Session, incident: Incident, kind: str, on: date | None, statement: StatementRow | None = None
) -> None:
    """Take back an act noted by mistake, which would hold a clock for ever; the journal keeps that it was.

    Raises `act_unknown` when none of that kind stands on that day for the statement.
    """
    about = statement or statements.first(session, incident)
    rows = incident.acts.filter(Q(statement=None) | Q(statement=about), kind=kind, on=on)
    last = rows.order_by("-at", "-id").first()
    if last is None:
        raise SaisineError("act_unknown")
    last.delete()
    journal.note(session, "act_withdrawn", subject=incident.id)


def events_of(statement: StatementRow) -> list[Event]:
    """One publication per day on which an exhibit of the statement was published, and every act noted on it.

    Messages of one day share their clock, so a wave of hundreds costs one event. The day that a person gives
    for the statement counts as a publication too: the earliest starts the clock.
    """
    incident = statement.incident
    days: dict[tuple[date, str], None] = {}
    rows = statements.exhibits_of(statement).exclude(kind__in=("document", "original"))
    for at, on, precision in rows.values_list("at", "on", "precision"):
        day = in_paris(at).date() if at else on
        if day is not None:
            days[day, "month" if precision == "month" else "day"] = None
    published = [
        Event("publication", day, _precision(precision), source="field") for day, precision in sorted(days)
    ]
    if statement.published_on is not None:
        published.insert(0, Event("publication", statement.published_on, "day", source="person"))
    noted = [
        Event(row.kind, row.on, _precision(row.precision if row.on else "none"), source=row.source)
        for row in incident.acts.filter(Q(statement=None) | Q(statement=statement)).order_by("id")
    ]
    is_dated = published or any(event.kind in ("publication", "act") for event in noted)
    if not is_dated and statement.number == 1 and incident.since:
        published = [Event("publication", incident.since, "day", source="person")]
    return [*published, *noted, *_platform_decisions(statement)]


def _platform_decisions(statement: StatementRow) -> list[Event]:
    """Decisions of platforms on our notices open six months to contest them (DSA art. 20)."""
    mine = set(statements.exhibits_of(statement).values_list("id", flat=True))
    found = []
    for notice in statement.incident.notices.all():
        if notice.exhibit_id not in mine and not (notice.exhibit_id is None and statement.number == 1):
            continue
        for row in (one for one in notice.standing() if one.decision in ("kept", "restricted")):
            day = in_paris(row.at).date() if row.at else row.on
            found.append(Event("platform_decision", day, "day", source="field"))
    return found


def _precision(text: str) -> Precision:
    known: Mapping[str, Precision] = {p: p for p in get_args(Precision)}
    return known.get(text, "none")


# ------------------------------------------------------------------ the answer of the law


def inputs_of(session: Session, incident: Incident, statement: StatementRow | None = None) -> CaseInputs:
    """One statement as it stands, ready for the law engine."""
    about = statement or statements.first(session, incident)
    return build_inputs(
        _answers(incident, about),
        events_of(about),
        platform=_platform(incident, about),
        association=association.as_party(session, incident),
        reference_date=session.today(),
    )


def _platform(incident: Incident, statement: StatementRow) -> str:
    """Where a statement was made: the platform that its exhibits share, else that of the incident."""
    if statement.number == 1:
        return incident.platform
    found = set(statements.exhibits_of(statement).exclude(platform="").values_list("platform", flat=True))
    return found.pop() if len(found) == 1 else incident.platform


def assessment(session: Session, incident: Incident, statement: StatementRow | None = None) -> Assessment:
    """Qualifications, clocks, standing and routes of one statement today. Raises `law_events_order`."""
    return assess(session.law, inputs_of(session, incident, statement), session.today())


def assessments(session: Session, incident: Incident) -> list[tuple[StatementRow, Assessment]]:
    """The same for each statement of the incident, in their order. Raises `law_events_order`."""
    return [
        (about, assessment(session, incident, about)) for about in statements.statements(session, incident)
    ]


def lawful_exhibits(
    session: Session, incident: Incident, found: Sequence[tuple[StatementRow, Assessment]]
) -> frozenset[int]:
    """The numbers of exhibits whose own statement holds nothing unlawful: found so, or set aside by a person."""
    numbers: set[int] = set()
    for about, assessed in found:
        decided = decisions(session, incident, about)
        left = [
            one for one in assessed.main if one.id not in decided or decided[one.id].decision != "ecarter"
        ]
        if about.span != ALL and not left:
            numbers.update(statements.exhibits_of(about).values_list("number", flat=True))
    return frozenset(numbers)


def decide(
    session: Session,
    incident: Incident,
    offence: str,
    decision: str,
    reason: str = "",
    statement: StatementRow | None = None,
) -> None:
    """Keep, set aside or ask advice on one qualification of a statement. Raises `incident_offence_unknown`,
    `incident_decision_unknown`, `press_qualified_already`."""
    if offence not in session.law.offences:
        raise SaisineError("incident_offence_unknown", offence=offence)
    if decision not in DECISIONS:
        raise SaisineError("incident_decision_unknown", decision=decision)
    about = statement or statements.first(session, incident)
    if decision == "retenir":
        _require_one_press(session, about, offence)
    _write_decision(session, about, offence, decision, reason)


def undecide(session: Session, about: StatementRow, offence: str) -> None:
    """Go back to « not decided »; without a decision nothing changes."""
    if offence in decisions(session, about.incident, about):
        _write_decision(session, about, offence, UNDECIDED, "")


def _write_decision(session: Session, about: StatementRow, offence: str, decision: str, reason: str) -> None:
    with transaction.atomic():
        QualificationRow.objects.create(
            incident=about.incident,
            statement=about,
            offence=offence,
            decision=decision,
            reason=reason.strip()[:2000],
            law_digest=session.law.digest,
            at=session.now(),
            by=session.actor,
        )
        Incident.objects.filter(id=about.incident_id).update(law_digest=session.law.digest)
        journal.note(session, "qualification_decided", subject=about.incident_id)


def _require_one_press(session: Session, statement: StatementRow, offence: str) -> None:
    """One passage takes one qualification of the law of 1881: two of them make the act void.

    Raises `press_qualified_already`, which names the other one and its statement.
    """
    law = session.law
    if not law.offences[offence].is_press:
        return
    for other in statements.statements(session, statement.incident):
        if other.id != statement.id and not statements.overlap(statement, other):
            continue
        for held, row in decisions(session, statement.incident, other).items():
            same = held == offence and other.id == statement.id
            if (
                row.decision == "retenir"
                and not same
                and held in law.offences
                and law.offences[held].is_press
            ):
                named = law.offences[held]
                raise SaisineError(
                    "press_qualified_already", number=other.number, held=named.name_fr, held_en=named.name_en
                )


def decisions(
    session: Session, incident: Incident, statement: StatementRow | None = None
) -> dict[str, QualificationRow]:
    """The latest decision on each offence, for one statement; none where it was taken back."""
    about = statement or statements.first(session, incident)
    rows = incident.qualifications.filter(Q(statement=None) | Q(statement=about))
    latest_rows = {row.offence: row for row in rows.order_by("id")}
    return {offence: row for offence, row in latest_rows.items() if row.decision != UNDECIDED}


def law_has_changed(session: Session, incident: Incident) -> bool:
    """Whether the law read today is another than the one this incident was last assessed with."""
    return bool(incident.law_digest) and incident.law_digest != session.law.digest
