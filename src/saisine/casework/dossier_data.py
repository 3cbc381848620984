"""Everything a dossier says of an incident, gathered from its rows, the vault and the law."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal, cast

from saisine.casework import (
    association,
    breaches,
    chronology,
    consents,
    elements,
    exhibits,
    harm,
    masks,
    notices,
    procedures,
    rights,
    statements,
)
from saisine.casework.case_models import StatementRow
from saisine.casework.dossier_people import people_of
from saisine.casework.models import DossierRow, ExhibitRow, Incident, NoticeRow, QualificationRow
from saisine.casework.session import Session
from saisine.dossiers import (
    ChronologyLine,
    CopyRow,
    DossierData,
    Exhibit,
    MissingPiece,
    QualificationSheet,
    StepLine,
    When,
)
from saisine.dossiers.build import BROKEN
from saisine.dossiers.data import HarmLine, Precision
from saisine.errors import SaisineError
from saisine.incidents.chronology import Dated
from saisine.incidents.procedures import load_procedures
from saisine.law.assess import Assessed, Assessment
from saisine.law.dates import day_fr
from saisine.messages.schema import Message
from saisine.notices.states import DECISIONS, KINDS, STATES, NoticeEvent

NEAR_FACTS: Final = 2  # what lacks more is a question still to ask, not a proposal


@dataclass(frozen=True, slots=True)
class Missing:
    """What would help and is not there; it never blocks."""

    text_fr: str
    text_en: str
    who_fr: str = ""

    def text(self, language: str = "fr") -> str:
        return self.text_en if language == "en" else self.text_fr


def gather(session: Session, dossier: DossierRow, built_at: datetime) -> DossierData:
    """The data of one version. Reads the frozen copies, never the corpora."""
    incident = dossier.incident
    found = rights.assessments(session, incident)
    rows = exhibits.exhibits(session, incident)
    card = association.get_association(session)
    accounts: dict[str, int] = {}
    witnesses: dict[
        str, int
    ] = {}  # accounts of lawful contents alone: who answers a hatred is no author of it
    boxes = masks.boxes_by_exhibit(incident)
    lawful = rights.lawful_exhibits(session, incident, found)
    pieces = tuple(
        replace(
            _exhibit(session, row, witnesses if row.number in lawful else accounts),
            boxes=boxes.get(row.number, ()),
            is_lawful=row.number in lawful,
        )
        for row in rows
    )
    for about, _assessment in found:
        if about.author:  # a person typed it: it is masked where the accounts of exhibits are
            shown = set(statements.exhibits_of(about).values_list("number", flat=True))
            known = witnesses if shown and shown <= lawful else accounts
            known.setdefault(about.author, len(known) + 1)
    return DossierData(
        number=incident.number,
        version=dossier.version,
        title=incident.title,
        association=card.name,
        built_at=built_at,
        summary=incident.summary,
        opened_on=incident.opened_at.astimezone().date(),
        law_digest=session.law.digest,
        people=people_of(incident, accounts, witnesses),
        chronology=tuple(
            ChronologyLine(_when(line.when), line.text("fr"), line.exhibits, line.is_birth)
            for line in chronology.chronology(session, incident)
        ),
        qualifications=tuple(_qualifications(session, incident, found)),
        left_open=_left_open(session, incident, found),
        harm=tuple(_harm(session, incident)),
        steps=tuple(_steps(session, incident)),
        requests=tuple(_requests(found)),
        exhibits=pieces,
        missing=tuple(MissingPiece(one.text_fr, "", one.who_fr) for one in missing(session, incident, found)),
    )


# ------------------------------------------------------------------ exhibits


def _exhibit(session: Session, row: ExhibitRow, accounts: dict[str, int]) -> Exhibit:
    try:
        messages = exhibits.exhibit_messages(session, row)
    except SaisineError as error:
        if error.code not in BROKEN:
            raise
        return replace(_of_item(row), item=row.frozen)  # the build names it among those it leaves out
    return _of_messages(session, row, messages, accounts) if messages else _of_item(row)


def _of_item(row: ExhibitRow) -> Exhibit:
    kind = "document" if row.kind == "original" else row.kind
    return Exhibit(
        number=row.number,
        title=exhibits.exhibit_title(row),
        kind=kind,
        when=_when(chronology.dated(row), row.source),
        url=row.url,
        platform=exhibits.PLATFORM_NAMES.get(row.platform, "") if row.platform else "",
        item=row.item,
    )


def _of_messages(
    session: Session, row: ExhibitRow, messages: Sequence[Message], accounts: dict[str, int]
) -> Exhibit:
    """A message, or a group of copies with one line per account. The sealed frozen copy is what travels."""
    first = exhibits.earliest(messages)
    for message in messages:
        accounts.setdefault(_account(message), len(accounts) + 1)
    return Exhibit(
        number=row.number,
        title=exhibits.exhibit_title(row),
        kind=row.kind,
        when=_when(chronology.dated(row), row.source),
        url=first.url or "",
        platform=exhibits.PLATFORM_NAMES.get(first.platform, first.platform),
        account=_account(first),
        item=row.frozen,
        record_sha256=first.record_sha256,
        locator=_locator(session, row, first),
        text=first.text,
        copies=tuple(_copy(message) for message in messages) if len(messages) > 1 else (),
        variants=row.variants,
    )


def _account(message: Message) -> str:
    """The account as the platform shows it: handle, name, identifier; never a guess about a person."""
    shown = (
        f"@{message.author_handle.removeprefix('@')}" if message.author_handle else message.author_name or ""
    )
    identifier = f" (identifiant {message.author_id})" if message.author_id else ""
    return (shown + identifier).strip() or "compte non indiqué par l’export"


def _copy(message: Message) -> CopyRow:
    precision = cast(Precision, exhibits.precision_of(message))
    when = When(message.created_at, precision, "field" if message.created_at else "")
    return CopyRow(when, _account(message), message.url or "", message.record_sha256)


def _locator(session: Session, row: ExhibitRow, message: Message) -> str:
    """Where the record lies: the log line of its sealed source, then the place in it."""
    if not row.item:
        return message.locator
    try:
        source = session.vault.find(row.item)
    except SaisineError as error:
        if error.code != "item_erased":
            raise
        return f"source effacée depuis, {message.locator}"
    return f"source scellée n° {source.seq} ({source.sha256[:16]}…), {message.locator}"


# ------------------------------------------------------------------ chronology, steps


def _when(dated: Dated, source: str = "") -> When:
    known = source if source in ("field", "id", "file", "person") else ""
    return When(dated.at, dated.precision, cast(Literal["field", "id", "file", "person", ""], known))


def _harm(session: Session, incident: Incident) -> Iterator[HarmLine]:
    """Under the neutral label of the person when there are several; a withdrawn exhibit is no longer named."""
    for line in harm.harms(session, incident):
        shown = (line.piece,) if line.piece is not None else ()
        kind = f"{line.kind()}, {line.who_fr}" if line.who_fr else line.kind()
        yield HarmLine(kind, line.words(), line.period(), shown)


Found = Sequence[tuple[StatementRow, Assessment]]


def proposed(assessment: Assessment, decided: Mapping[str, QualificationRow]) -> list[Assessed]:
    """What a file says of one statement: what was decided, what is met, what shows more facts than it lacks.

    Nobody described the rest: forty offences that are only not ruled out yet would bury the file, and accuse.
    Among them the one whose clock ends first stays, since it may hold the first day.
    """
    settled = [one for one in assessment.qualifications if one.id in decided or one.status == "met"]
    others = [one for one in assessment.main if one not in settled]
    near = [] if settled else [one for one in others if _is_near(one)]
    aside = {id for id, row in decided.items() if row.decision == "ecarter"}
    running = [
        one for one in assessment.main if one.clock and one.clock.status == "open" and one.id not in aside
    ]
    first = min(running, key=lambda one: (one.clock and one.clock.last_useful_day) or date.max, default=None)
    kept = {one.id for one in (*settled, *near)} | ({first.id} if first else set())
    return [one for one in assessment.qualifications if one.id in kept]


def _is_near(item: Assessed) -> bool:
    shown = sum(bool(one.value) for one in item.qualification.pleaded)
    return shown > len(item.qualification.missing) <= NEAR_FACTS


def _left_open(session: Session, incident: Incident, found: Found) -> int:
    """How many qualifications are neither ruled out nor in the file, over the statements."""
    held = ((assessment, rights.decisions(session, incident, about)) for about, assessment in found)
    return sum(
        sum(one.id not in decided for one in assessment.main)
        - sum(one.id not in decided for one in proposed(assessment, decided))
        for assessment, decided in held
    )


def _qualifications(session: Session, incident: Incident, found: Found) -> Iterator[QualificationSheet]:
    """Statement by statement, each with its own decisions."""
    for about, assessment in found:
        decided, shown = rights.decisions(session, incident, about), elements.shown(about)
        for item in proposed(assessment, decided):
            row = decided.get(item.id)
            decision = cast(Literal["", "retenir", "ecarter", "demander_avis"], row.decision if row else "")
            yield QualificationSheet.of(
                item,
                decision=decision,
                reason=row.reason if row else "",
                statement=about.number if len(found) > 1 else 0,
                about_fr=about_words(about) if len(found) > 1 else "",
                exhibits=shown,
            )


def about_words(about: StatementRow) -> str:
    """« Pièces 1 à 3, publié le 14 mars 2026, @compte »: what a statement is, without a word of it."""
    numbers = list(statements.exhibits_of(about).values_list("number", flat=True))
    day = f"publié le {day_fr(about.published_on)}" if about.published_on else ""
    shown = f"pièce{'s' if len(numbers) > 1 else ''} {statements.numbers_words(numbers)}" if numbers else ""
    words = ", ".join(part for part in (shown or "sans pièce", day, about.author) if part)
    return words[:1].upper() + words[1:]


def _steps(session: Session, incident: Incident) -> Iterator[StepLine]:
    for notice in reversed(notices.list_notices(session, incident)):
        numbers = (notice.exhibit.number,) if notice.exhibit else ()
        for event in notices.events_of(notice):
            when = When(event.at, "min" if event.has_time else "day", "person")
            yield StepLine(
                when,
                _step_words(notice, event.kind),
                _state_words(notice),
                event.reference,
                exhibits=numbers,
                note=_decision_words(event),
            )
        for breach in breaches.breaches_of(session, notice):
            yield _breach_line(notice, breach)
    yield from _procedure_lines(session, incident)


def _procedure_lines(session: Session, incident: Incident) -> Iterator[StepLine]:
    """Complaints and what came of them: the number an authority gave travels with each line."""
    for one in procedures.procedures(session, incident):
        authority = f" ({one.row.authority})" if one.row.authority else ""
        for event in one.events:
            word = load_procedures().event(event.kind)
            yield StepLine(
                When(event.on, "day", "person"),
                f"{one.kind()}{authority}.",
                f"{word.label('fr') if word else event.kind}.",
                event.reference,
                note=event.note,
            )


def _breach_line(notice: NoticeRow, breach: breaches.Breach) -> StepLine:
    """A breach beside the steps, with its rule and its flag, the clicks counted and the exhibit that shows it."""
    row = breach.row
    clicks = f" {row.clicks} clic{'s' if row.clicks > 1 else ''} comptés." if row.clicks else ""
    against = f" À décharge : {row.counter_evidence}" if row.counter_evidence else ""
    return StepLine(
        When(row.observed_on, "day", "person"),
        f"Parcours de signalement {notice.number} : {breach.kind.label_fr}.{clicks}{against}",
        "Confirmé par une personne" if breach.is_confirmed else "",
        "",
        breach.kind.rule(),
        (row.exhibit.number,) if row.exhibit else (),
    )


def _step_words(notice: NoticeRow, kind: str) -> str:
    platform = exhibits.PLATFORM_NAMES.get(notice.platform, notice.platform)
    return f"{KINDS[kind][0]} : {platform} (article 16 du règlement (UE) 2022/2065)."


def _state_words(notice: NoticeRow) -> str:
    state = notices.state_of(notice)
    return STATES[state.id][0] if state.id in STATES else state.id


def _decision_words(event: NoticeEvent) -> str:
    """« Contenu maintenu (refus), sans motifs. »: what the platform decided, empty for another event."""
    if not event.decision:
        return ""
    reasons = {"no": ", sans motifs", "partial": ", avec des motifs incomplets"}.get(event.reasons, "")
    return f"{DECISIONS[event.decision][0]}{reasons}."


def _requests(found: Found) -> Iterator[str]:
    """What is asked, when the law lets it be asked."""
    main = [item for _, assessment in found for item in assessment.main]
    if not main:
        return
    if any(i.identification and i.identification.status == "allowed" for i in main):
        yield "Identifier les titulaires des comptes, tant que leurs données de connexion sont conservées."
    yield "Demander la conservation et le retrait des contenus, s’ils sont toujours en ligne."
    yield "Examiner les qualifications proposées, qu’aucune ou aucun juge n’a encore retenues."


# ------------------------------------------------------------------ what is missing


def missing(session: Session, incident: Incident, found: Found | None = None) -> list[Missing]:
    """What a reader of the file will look for and not find."""
    found = found or rights.assessments(session, incident)
    rows = exhibits.exhibits(session, incident)
    return [
        *_missing_pieces(incident, rows),
        *_missing_representative(incident),
        *_missing_harm(session, incident),
        *_missing_answers(session, found),
        *_missing_dates(session, rows),
    ]


def _missing_pieces(incident: Incident, rows: Sequence[ExhibitRow]) -> Iterator[Missing]:
    if not incident.summary:
        yield Missing("Le récit en trois phrases.", "The account in three sentences.", "L’association")
    without = sum(1 for row in rows if not row.url and row.kind in ("message", "screenshot", "group"))
    if without:
        yield Missing(
            f"Le lien exact {_of_pieces(without)}.",
            f"The exact link of {_exhibits(without)}.",
            "L’association",
        )


def _missing_representative(incident: Incident) -> Iterator[Missing]:
    if consents.lacks_representative(incident):
        yield Missing(
            "L’accord de la représentante ou du représentant légal : la personne visée est mineure.",
            "The consent of the legal representative: the person targeted is under 18.",
            "L’association",
        )


def _missing_harm(session: Session, incident: Incident) -> Iterator[Missing]:
    """Nothing said of harm, or days that no certificate shows."""
    lines = harm.harms(session, incident)
    if not lines:
        yield Missing(
            "Le préjudice, et un certificat médical ou un justificatif, s’il y en a.",
            "The harm, and a medical certificate or another proof, if there is one.",
            "La personne visée",
        )
    elif any(line.row.days is not None and line.piece is None for line in lines):
        yield Missing(
            "Le certificat médical qui donne les jours d’incapacité.",
            "The medical certificate that gives the days of incapacity.",
            "La personne visée",
        )


def _missing_answers(session: Session, found: Found) -> Iterator[Missing]:
    n = sum(len(assessment.missing_facts) for _, assessment in found)
    if n:
        yield Missing(
            f"Des réponses aux questions ({n} {'reste' if n == 1 else 'restent'} sans réponse).",
            f"Answers to the questions ({n} {'remains' if n == 1 else 'remain'} open).",
            "L’association",
        )


def _missing_dates(session: Session, rows: Sequence[ExhibitRow]) -> Iterator[Missing]:
    undated = sum(1 for row in rows if row.at is None and row.on is None and row.kind != "document")
    if undated:
        yield Missing(
            f"La date {_of_pieces(undated)}.", f"The date of {_exhibits(undated)}.", "L’association"
        )
    sealed = next((one for row in rows if (one := exhibits.sealed_of(session, row))), None)
    if sealed is not None and session.vault.state_of(sealed.seq) != "dated":
        yield Missing(
            "Un horodatage par un tiers : les pièces sont scellées, pas encore datées.",
            "A time stamp by a third party: the exhibits are sealed, not yet dated.",
            "L’association",
        )


def _of_pieces(count: int) -> str:
    """« d’une pièce », « de 3 pièces »."""
    return "d’une pièce" if count == 1 else f"de {count} pièces"


def _exhibits(count: int) -> str:
    return "one exhibit" if count == 1 else f"{count} exhibits"
