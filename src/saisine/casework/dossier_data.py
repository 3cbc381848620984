"""Everything a dossier says of an incident, gathered from its rows, the vault and the law."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from saisine.casework import association, chronology, exhibits, incidents, notices, rights
from saisine.casework.models import DossierRow, ExhibitRow, Incident, NoticeRow
from saisine.casework.session import Session
from saisine.dossiers import (
    ChronologyLine,
    CopyRow,
    DossierData,
    Exhibit,
    MissingPiece,
    Person,
    QualificationSheet,
    StepLine,
    When,
)
from saisine.dossiers.data import Precision, Role
from saisine.incidents.chronology import Dated
from saisine.law.assess import Assessment
from saisine.messages.schema import Message
from saisine.notices.states import KINDS, STATES


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
    found = rights.assessment(session, incident)
    rows = exhibits.exhibits(session, incident)
    card = association.get_association(session)
    accounts: dict[str, int] = {}
    pieces = tuple(_exhibit(session, row, accounts) for row in rows)
    return DossierData(
        number=incident.number,
        version=dossier.version,
        title=incident.title,
        association=card.name,
        built_at=built_at,
        summary=incident.summary,
        opened_on=incident.opened_at.astimezone().date(),
        law_digest=found.law_digest,
        people=(*_people(incident), *_accounts(accounts)),
        chronology=tuple(
            ChronologyLine(_when(line.when), line.text("fr"), line.exhibits)
            for line in chronology.chronology(session, incident)
        ),
        qualifications=tuple(_qualifications(session, incident, found)),
        steps=tuple(_steps(session, incident)),
        requests=tuple(_requests(found)),
        exhibits=pieces,
        missing=tuple(MissingPiece(one.text_fr, "", one.who_fr) for one in missing(session, incident, found)),
    )


# ------------------------------------------------------------------ exhibits


def _exhibit(session: Session, row: ExhibitRow, accounts: dict[str, int]) -> Exhibit:
    messages = exhibits.exhibit_messages(session, row)
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
    source = session.vault.find(row.item)
    return f"source scellée n° {source.seq} ({source.sha256[:16]}…), {message.locator}"


# ------------------------------------------------------------------ people, chronology, steps


def _people(incident: Incident) -> Iterator[Person]:
    for line in incidents.people(incident):
        yield Person(line.label_fr, cast(Role, line.row.role), names=tuple(line.row.names))


def _accounts(accounts: dict[str, int]) -> Iterator[Person]:
    """The accounts behind the exhibits: handles as shown, no person is named."""
    for account, number in accounts.items():
        yield Person(f"compte {number}", "auteur_presume", handles=(account,))


def _when(dated: Dated, source: str = "") -> When:
    known = source if source in ("field", "id", "file", "person") else ""
    return When(dated.at, dated.precision, cast(Literal["field", "id", "file", "person", ""], known))


def _qualifications(session: Session, incident: Incident, found: Assessment) -> Iterator[QualificationSheet]:
    decided = rights.decisions(session, incident)
    for item in found.qualifications:
        row = decided.get(item.id)
        if item.status == "excluded" and row is None:
            continue
        decision = cast(Literal["", "retenir", "ecarter", "demander_avis"], row.decision if row else "")
        yield QualificationSheet.of(item, decision=decision, reason=row.reason if row else "")


def _steps(session: Session, incident: Incident) -> Iterator[StepLine]:
    for notice in reversed(notices.list_notices(session, incident)):
        numbers = (notice.exhibit.number,) if notice.exhibit else ()
        for event in notices.events_of(notice):
            when = When(event.at, "min" if event.has_time else "day", "person")
            yield StepLine(
                when, _step_words(notice, event.kind), _state_words(notice), event.reference, "", numbers
            )


def _step_words(notice: NoticeRow, kind: str) -> str:
    platform = exhibits.PLATFORM_NAMES.get(notice.platform, notice.platform)
    return f"{KINDS[kind][0]} : {platform} (article 16 du règlement (UE) 2022/2065)."


def _state_words(notice: NoticeRow) -> str:
    state = notices.state_of(notice)
    return STATES[state.id][0] if state.id in STATES else state.id


def _requests(found: Assessment) -> Iterator[str]:
    """What is asked, when the law lets it be asked."""
    if not found.main:
        return
    if any(i.identification and i.identification.status == "allowed" for i in found.main):
        yield "Identifier les titulaires des comptes, tant que leurs données de connexion sont conservées."
    yield "Demander la conservation et le retrait des contenus, s’ils sont toujours en ligne."
    yield "Examiner les qualifications proposées, qu’aucune ou aucun juge n’a encore retenues."


# ------------------------------------------------------------------ what is missing


def missing(session: Session, incident: Incident, found: Assessment | None = None) -> list[Missing]:
    """What a reader of the file will look for and not find."""
    found = found or rights.assessment(session, incident)
    rows = exhibits.exhibits(session, incident)
    return [
        *_missing_pieces(incident, rows),
        *_missing_answers(session, found),
        *_missing_dates(session, rows),
    ]


def _missing_pieces(incident: Incident, rows: Sequence[ExhibitRow]) -> Iterator[Missing]:
    if not incident.summary:
        yield Missing("Le récit en trois phrases.", "The account in three sentences.", "L’association")
    if not any(row.kind in ("document", "original") for row in rows):
        yield Missing(
            "Un certificat médical ou un justificatif du préjudice, s’il y en a.",
            "A medical certificate or proof of harm, if there is one.",
            "La personne visée",
        )
    without = sum(1 for row in rows if not row.url and row.kind in ("message", "screenshot", "group"))
    if without:
        yield Missing(
            f"Le lien exact {_of_pieces(without)}.",
            f"The exact link of {_exhibits(without)}.",
            "L’association",
        )


def _missing_answers(session: Session, found: Assessment) -> Iterator[Missing]:
    if found.missing_facts:
        n = len(found.missing_facts)
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
    if rows and session.vault.state_of(session.vault.find(rows[0].frozen or rows[0].item).seq) != "dated":
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
