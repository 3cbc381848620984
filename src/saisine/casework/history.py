"""Who decided what on an incident, and when: read from the rows themselves, which are appended and never changed.

No word of a content, no reason: those stand on the page of the incident.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from saisine.casework import handovers, procedures
from saisine.casework.case_models import BreachRow, ProcedureEventRow, ShownRow, StatementRow
from saisine.casework.consents import ACTS, STATES
from saisine.casework.file_models import PUT, HandoverRow, HarmRow, MaskRow
from saisine.casework.incidents import line_of
from saisine.casework.models import DossierRow, Incident, Member, NoticeEventRow
from saisine.casework.rights import DECISIONS, UNDECIDED, VALUE_WORDS
from saisine.casework.session import Session
from saisine.casework.statements import numbers_words
from saisine.incidents.facts import GROUND, VOID
from saisine.notices.breaches import load_breaches
from saisine.notices.states import DECISIONS as PLATFORM_DECISIONS
from saisine.notices.states import KINDS

TAKEN_BACK: Final = ("Décision annulée", "Decision taken back")
NONE_NAMED: Final = ("plus aucune pièce désignée", "no exhibit named any more")
HERE: Final = ("Cet ordinateur", "This computer")
GONE: Final = ("Une personne partie depuis", "Somebody who left since")


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: `by` is a member's id, `who` her name here, or « Cet ordinateur » without accounts."""

    at: datetime
    by: str
    who_fr: str
    who_en: str
    text_fr: str
    text_en: str

    def text(self, language: str = "fr") -> str:
        return self.text_en if language == "en" else self.text_fr

    def who(self, language: str = "fr") -> str:
        return self.who_en if language == "en" else self.who_fr


Line = tuple[datetime, str, str, str]


def history(session: Session, incident: Incident) -> list[Decided]:
    """Every decision, the newest first."""
    known = names()
    found = [
        *_answers(session, incident),
        *_decisions(session, incident),
        *_shown(session, incident),
        *_consents(incident),
        *_statements(incident),
        *_notices(incident),
        *_procedures(incident),
        *_masks(incident),
        *_harm(incident),
        *_dossiers(incident),
    ]
    lines = [Decided(at, by, *known.get(by, GONE), fr, en) for at, by, fr, en in found]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def names() -> dict[str, tuple[str, str]]:
    """What to call each member here, in both languages, by id."""
    return {row.id: _name(row) for row in Member.objects.all()}


def _name(row: Member) -> tuple[str, str]:
    if row.label:
        return row.label, row.label
    return GONE if row.left_at else HERE


def _answers(session: Session, incident: Incident) -> Iterator[Line]:
    law = session.law
    for row in incident.facts.order_by("id"):
        if row.fact.startswith(GROUND):
            ground = law.grounds.get(row.fact.removeprefix(GROUND))
            named = (ground.label_fr, ground.label_en) if ground else None
        else:
            fact = law.facts.get(row.fact)
            named = (fact.label_fr, fact.label_en) if fact else None
        if named is not None:
            said = VALUE_WORDS.get(row.value, VALUE_WORDS[VOID])
            yield row.at, row.by, f"Réponse, {named[0]} : {said[0]}.", f"Answer, {named[1]}: {said[1]}."


def _decisions(session: Session, incident: Incident) -> Iterator[Line]:
    for row in incident.qualifications.select_related("statement").order_by("id"):
        offence = session.law.offences.get(row.offence)
        names = (offence.name_fr, offence.name_en) if offence else (row.offence, row.offence)
        about = row.statement.number if row.statement else 1
        word = DECISIONS.get(row.decision, (row.decision, row.decision))
        word = TAKEN_BACK if row.decision == UNDECIDED else word
        yield (
            row.at, row.by,
            f"{names[0]}, propos {about} : {word[0].lower()}.",
            f"{names[1]}, statement {about}: {word[1].lower()}.",
        )  # fmt: skip


def _shown(session: Session, incident: Incident) -> Iterator[Line]:
    for row in ShownRow.objects.filter(incident=incident):
        fact = session.law.facts.get(row.fact)
        named = (fact.label_fr, fact.label_en) if fact else (row.fact, row.fact)
        french, english = numbers_words(row.pieces), numbers_words(row.pieces, "en")
        said = (f"pièces {french}", f"exhibits {english}") if row.pieces else NONE_NAMED
        yield row.at, row.by, f"Élément, {named[0]} : {said[0]}.", f"Element, {named[1]}: {said[1]}."


def _consents(incident: Incident) -> Iterator[Line]:
    for row in incident.consents.select_related("person").order_by("id"):
        act, state = ACTS.get(row.act, (row.act, row.act)), STATES[row.state]
        person = line_of(row.person) if row.person else None
        by = (f", {person.label_fr}", f", {person.label_en}") if person else ("", "")
        yield (
            row.at,
            row.by,
            f"{act[0]}{by[0]} : {state[0].lower()}.",
            f"{act[1]}{by[1]}: {state[1].lower()}.",
        )


def _statements(incident: Incident) -> Iterator[Line]:
    for row in StatementRow.objects.filter(incident=incident).exclude(number=1):
        yield row.added_at, row.by, f"Propos {row.number} séparé.", f"Statement {row.number} set apart."


def _notices(incident: Incident) -> Iterator[Line]:
    rows = NoticeEventRow.objects.filter(notice__incident=incident).select_related("notice")
    for row in rows.order_by("noted_at"):
        taken_back = row.kind == NoticeEventRow.TAKEN_BACK
        words = PLATFORM_DECISIONS.get(row.decision) or KINDS.get(row.kind, (row.kind, row.kind))
        words = ("une étape retirée", "a step taken back") if taken_back else words
        number = row.notice.number
        yield (
            row.noted_at,
            row.by,
            f"Signalement {number} : {words[0].lower()}.",
            f"Notice {number}: {words[1].lower()}.",
        )
    breaches = BreachRow.objects.filter(notice__incident=incident).select_related("notice")
    for breach in breaches:
        kind = load_breaches().get(breach.kind)
        labels = (kind.label_fr, kind.label_en) if kind else (breach.kind, breach.kind)
        yield (
            breach.noted_at,
            breach.by,
            f"Manquement noté, signalement {breach.notice.number} : {labels[0].lower()}.",
            f"Breach noted, notice {breach.notice.number}: {labels[1].lower()}.",
        )


def _procedures(incident: Incident) -> Iterator[Line]:
    rows = ProcedureEventRow.objects.filter(procedure__incident=incident).select_related("procedure")
    for row in rows.order_by("noted_at"):
        number = row.procedure.number
        yield (
            row.noted_at,
            row.by,
            f"Démarche {number} : {procedures.event_words(row, 'fr')}.",
            f"Step {number}: {procedures.event_words(row, 'en')}.",
        )


def _masks(incident: Incident) -> Iterator[Line]:
    rows = MaskRow.objects.filter(exhibit__incident=incident).select_related("exhibit")
    for row in rows.order_by("id"):
        number = row.exhibit.number
        put = (f"Pièce {number} : un cadre posé.", f"Exhibit {number}: a box put.")
        gone = (f"Pièce {number} : un cadre retiré.", f"Exhibit {number}: a box taken away.")
        yield row.at, row.by, *(put if row.act == PUT else gone)


def _harm(incident: Incident) -> Iterator[Line]:
    for row in HarmRow.objects.filter(incident=incident):
        yield row.noted_at, row.by, "Préjudice noté.", "Harm noted."


def _dossiers(incident: Incident) -> Iterator[Line]:
    for row in DossierRow.objects.filter(incident=incident):
        for number, said in row.report.get("reviewed", {}).items():
            yield (
                datetime.fromisoformat(said["at"]),
                said["by"],
                f"Dossier, version {row.version} : pièce {number} relue.",
                f"Dossier, version {row.version}: exhibit {number} looked at.",
            )
    for handed in HandoverRow.objects.filter(dossier__incident=incident).select_related("dossier"):
        yield (
            handed.noted_at,
            handed.by,
            handovers.handover_words(handed, "fr"),
            handovers.handover_words(handed, "en"),
        )
