"""Letters from an incident's rows: consent first, what somebody kept, what the notices show, nothing invented."""

from datetime import date
from pathlib import Path

import pytest
from docx import Document

from saisine.casework import consents, exhibits, incidents, journal, letters, notices, rights, triage
from saisine.casework.models import Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from tests.casework.march import INSULT, answer_all, give
from tests.casework.world import Clock


@pytest.fixture
def incident(filled: Session) -> Incident:
    """One message kept, in an incident."""
    card = triage.cards(filled, "others", limit=1).items[0]
    triage.decide(filled, "others", card.ref, "keep")
    return incidents.open_incident(filled, "Messages de mars", from_triage=True)


def text_of(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def told(session: Session, incident: Incident, kind: str, out: Path) -> str:
    with pytest.raises(SaisineError) as caught:
        letters.make(session, incident, kind, out)
    return caught.value.code


def test_no_letter_leaves_without_its_consent(filled: Session, incident: Incident, tmp_path: Path) -> None:
    out = tmp_path / "a.docx"
    assert told(filled, incident, "plainte", out) == "incident_consent_missing"
    give(filled, incident, "notifier_plateforme")
    assert told(filled, incident, "plainte", out) == "incident_consent_missing"
    give(filled, incident, "saisir_autorite")
    assert letters.make(filled, incident, "plainte", out).is_draft
    consents.set_consent(filled, incident, "saisir_autorite", "withdrawn")
    assert told(filled, incident, "plainte", tmp_path / "b.docx") == "incident_consent_missing"
    assert not (tmp_path / "b.docx").exists()


def test_a_letter_says_what_was_found_and_quotes_only_when_asked(
    filled: Session,
    incident: Incident,
    tmp_path: Path,
) -> None:
    answer_all(filled, incident, INSULT)
    give(filled, incident, "saisir_autorite")
    (words,) = {
        exhibits.exhibit_messages(filled, row)[0].text for row in exhibits.exhibits(filled, incident)[:1]
    }
    assert words
    given = {"court": "Paris", "suspect": "X"}
    report = letters.make(filled, incident, "plainte", tmp_path / "a.docx", given=given)
    text = text_of(tmp_path / "a.docx")
    assert "Injure publique envers un particulier" in text
    assert "Tribunal judiciaire de Paris" in text
    assert words not in text
    assert "récit des faits en trois phrases" in report.unmet
    size = filled.vault.log.size if hasattr(filled.vault, "log") else None
    letters.make(filled, incident, "plainte", tmp_path / "b.docx", given=given, quote=True)
    assert " ".join(words.split()) in text_of(tmp_path / "b.docx")
    done = [row.what for row in journal.JournalRow.objects.order_by("id")]
    assert done.count("letter_made") == 2
    assert "message_opened" in done[done.index("letter_made") :]
    assert size is None or filled.vault.log.size > size


def test_a_qualification_set_aside_is_in_no_letter(filled: Session, incident: Incident) -> None:
    answer_all(filled, incident, INSULT)
    assert [one.id for one in letters.gather(filled, incident).offences] == ["injure_publique"]
    rights.decide(filled, incident, "injure_publique", "ecarter")
    assert letters.gather(filled, incident).offences == ()


def test_a_refusal_fills_the_complaint_and_its_last_day(
    filled: Session,
    incident: Incident,
    clock: Clock,
    tmp_path: Path,
) -> None:
    answer_all(filled, incident, INSULT)
    give(filled, incident, "notifier_plateforme")
    row = exhibits.exhibits(filled, incident)[0]
    notice = notices.draft(
        filled,
        incident,
        exhibit=row,
        url="https://exemple.invalid/p/1",
        name="Les Voix du Verger",
        email="a@b.invalid",
    )
    assert letters.gather(filled, incident).notices == ()
    notices.mark_sent(filled, notice, reference="R-31")
    clock.pass_s(40 * 86400)
    assert [one.article for one in letters.gather(filled, incident).observed] == [
        "Article 16, paragraphe 4",
        "Article 16, paragraphe 5",
    ]
    notices.note_answer(filled, notice, "kept", date(2026, 5, 31), reasons="no")
    data = letters.gather(filled, incident)
    assert data.notices[0].complaint_until == date(2026, 11, 30)  # 31 mai + 6 mois : pas de 31 novembre
    assert [one.text for one in data.observed] == ["Signalement 1 : décision reçue sans motifs."]
    report = letters.make(filled, incident, "art20", tmp_path / "a.docx")
    assert not report.is_draft
    text = text_of(tmp_path / "a.docx")
    assert "30 novembre 2026" in text
    assert "R-31" in text


def test_the_list_says_what_each_letter_lacks(filled: Session, incident: Incident) -> None:
    lines = {line.letter.id: line for line in letters.list_letters(filled, incident)}
    assert "Saisir une autorité" in lines["plainte"].consent_fr
    assert lines["mandat86"].consent_fr == ""
    assert "prénom et nom de la personne visée" in lines["mandat86"].unmet
    incidents.set_summary(filled, incident, "Trois messages.")
    again = {line.letter.id: line for line in letters.list_letters(filled, incident)}
    assert "récit des faits en trois phrases" not in again["plainte"].unmet


def test_a_letter_edited_by_hand_is_never_overwritten(
    filled: Session, incident: Incident, tmp_path: Path
) -> None:
    out = tmp_path / "mandat.docx"
    out.write_bytes(b"a la main")
    assert told(filled, incident, "mandat86", out) == "letter_exists"
    assert out.read_bytes() == b"a la main"
