"""Letters from an incident's rows: consent first, what somebody kept, what the notices show, nothing invented."""

from datetime import date
from pathlib import Path

import pytest
from docx import Document

from saisine.casework import (
    consents,
    dossier_data,
    exhibits,
    incidents,
    journal,
    letters,
    notices,
    rights,
    statements,
    triage,
)
from saisine.casework.models import DossierRow, Incident
from saisine.casework.session import Session
from saisine.dossiers.recipients import RECIPIENTS, received
from saisine.errors import SaisineError
from saisine.notices import NoticeEvent
from saisine.vault.erasure import erase_items
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


def test_the_letter_names_the_address_of_the_notice(filled: Session, incident: Incident) -> None:
    answer_all(filled, incident, INSULT)
    row = exhibits.exhibits(filled, incident)[0]
    exact, other = "https://exemple.invalid/exact", "https://exemple.invalid/sans-piece"
    wrong = notices.draft(filled, incident, exhibit=row, url="https://exemple.invalid/faux")
    assert [one.url for one in letters.gather(filled, incident).contents] == [wrong.url]
    notices.note_event(filled, wrong, NoticeEvent("abandoned", filled.now()))
    notices.draft(filled, incident, exhibit=row, url=exact)
    notices.draft(filled, incident, url=other)
    found = letters.gather(filled, incident).contents
    assert [(one.url, one.exhibit) for one in found] == [(exact, row.number), (other, None)]


def test_a_friend_who_quotes_to_denounce_is_in_no_complaint(filled: Session) -> None:
    for card in triage.cards(filled, "others", limit=2).items:
        triage.decide(filled, "others", card.ref, "keep")
    incident = incidents.open_incident(filled, "Une injure, et qui la dénonce", from_triage=True)
    attack, answer = (row.number for row in exhibits.exhibits(filled, incident))
    about = statements.add_statement(filled, incident, [answer])
    answer_all(filled, incident, INSULT)
    answer_all(filled, incident, {"counter_speech_or_quote": "true", "is_public": "true"}, about)
    data = letters.gather(filled, incident)
    (only,) = data.offences
    assert only.exhibits == (attack,)
    assert only.complaint == "required_victim"  # law of 1881, art. 48, 6°
    assert only.standing.startswith("non. Aucun texte connu n’habilite une association")
    assert only.standing.endswith(("érifié", "juriste"))
    assert {one.exhibit: one.is_lawful for one in data.contents} == {attack: False, answer: True}


def test_pharos_is_told_of_no_friend_and_no_birthday_leaves_with_names_hidden(
    filled: Session, tmp_path: Path
) -> None:
    for card in triage.cards(filled, "others", limit=2).items:
        triage.decide(filled, "others", card.ref, "keep")
    incident = incidents.open_incident(filled, "Une injure, et qui la dénonce", from_triage=True)
    attack, answer = (row.number for row in exhibits.exhibits(filled, incident))
    about = statements.add_statement(filled, incident, [answer])
    answer_all(filled, incident, INSULT)
    answer_all(filled, incident, {"counter_speech_or_quote": "true", "is_public": "true"}, about)
    rights.add_act(filled, incident, "birth_of_victim", date(2011, 3, 1))
    row = DossierRow.objects.create(incident=incident, version=1, created_at=filled.now())
    data = dossier_data.gather(filled, row, filled.now())
    assert [one.role for one in data.people if one.handles] == ["temoin", "auteur_presume"]
    for name, recipient in RECIPIENTS.items():
        shown = received(data, recipient)
        born = any("Naissance" in line.text for line in shown.chronology)
        assert born == (name in ("avocat", "procureur")), name
        assert (answer in {one.number for one in shown.exhibits}) == (name != "pharos"), name
        assert name == "pharos" or attack in {one.number for one in shown.exhibits}


def test_a_dossier_says_what_is_met_and_the_first_day_not_all_that_is_not_ruled_out(
    filled: Session, incident: Incident
) -> None:
    row = DossierRow.objects.create(incident=incident, version=1, created_at=filled.now())
    bare = dossier_data.gather(filled, row, filled.now())
    assert len(bare.qualifications) == 1  # nothing was answered: the clock that ends first stands alone
    assert bare.driving_clock is not None
    assert bare.left_open == len(rights.assessment(filled, incident).main) - 1 > 30
    rights.record(filled, incident, INSULT)
    near = dossier_data.gather(filled, row, filled.now()).qualifications
    assert ("Injure publique envers un particulier", "possible") in {
        (one.name_fr, one.status) for one in near
    }
    rights.record(filled, incident, {"prior_provocation": "false"})
    said = dossier_data.gather(filled, row, filled.now())
    first = rights.assessment(filled, incident).driving_clock
    assert "injure_publique" in {one.id for one in rights.assessment(filled, incident).met}
    assert said.driving_clock is not None
    assert first is not None
    assert said.driving_clock[1].last_useful_day == first.last_useful_day
    assert len(said.qualifications) <= 2
    rights.decide(filled, incident, "menace_mort", "demander_avis")
    rights.decide(filled, incident, "doxxing", "ecarter")
    assert {"demander_avis", "ecarter"} <= {
        one.decision for one in dossier_data.gather(filled, row, filled.now()).qualifications
    }


def test_an_exhibit_erased_or_damaged_stops_no_letter(filled: Session, tmp_path: Path) -> None:
    for card in triage.cards(filled, "others", limit=3).items:
        triage.decide(filled, "others", card.ref, "keep")
    incident = incidents.open_incident(filled, "Trois messages", from_triage=True)
    answer_all(filled, incident, INSULT)
    give(filled, incident, "saisir_autorite", "notifier_plateforme")
    erased, damaged, whole = exhibits.exhibits(filled, incident)
    notice = notices.draft(filled, incident, exhibit=erased, url="https://exemple.invalid/1")
    erase_items(filled.vault, [filled.vault.find(erased.frozen)], "mistake")
    name = str(filled.vault.journal.entries[filled.vault.find(damaged.frozen).seq].object)
    (filled.vault.folder / "objects" / name[:2] / name).write_bytes(b"abime")
    contents = {one.exhibit: one for one in letters.gather(filled, incident, quote=True).contents}
    assert [contents[row.number].quoted is None for row in (erased, damaged, whole)] == [True, True, False]
    assert letters.list_letters(filled, incident)
    assert letters.make(filled, incident, "plainte", tmp_path / "a.docx", quote=True).size
    assert notices.text_of(filled, notice, quote=True).text
    with pytest.raises(SaisineError) as told:
        notices.draft(filled, incident, exhibit=erased)
    assert told.value.code == "item_erased"
    assert notices.list_notices(filled, incident) == [notice]
