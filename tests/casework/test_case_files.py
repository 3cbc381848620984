"""Several people in one incident, harm, private notes, what left and to whom, who decided what."""

from datetime import date

import pytest

from saisine.casework import (
    association,
    chronology,
    consents,
    deadlines,
    dossier_data,
    dossiers,
    exhibits,
    handovers,
    harm,
    history,
    incidents,
    letters,
    private_notes,
    procedures,
)
from saisine.casework.models import Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import SealItem

ACT = "saisir_autorite"


@pytest.fixture
def incident(session: Session) -> Incident:
    return incidents.open_incident(session, "Vague")


def refusal(session: Session, incident: Incident) -> str:
    with pytest.raises(SaisineError) as told:
        consents.require_consent(session, incident, ACT)
    assert told.value.code == "incident_consent_missing"
    return str(told.value.facts["reason_fr"])


def test_each_targeted_person_keeps_her_own_word(session: Session, incident: Incident) -> None:
    one, two = (incidents.add_person(session, incident, "visee") for _ in range(2))
    consents.set_consent(session, incident, ACT, "given", one)
    assert refusal(session, incident) == "Il manque celui de : personne visée 2."
    consents.set_consent(session, incident, ACT, "given", two)
    consents.require_consent(session, incident, ACT)
    assert association.as_party(session, incident).victim_consent is None  # another act
    consents.set_consent(session, incident, ACT, "withdrawn", two)
    assert refusal(session, incident) == "Il a été refusé ou retiré : personne visée 2."
    assert consents.is_withdrawn(incident)
    assert [line.state for line in consents.consents(session, incident, one) if line.act == ACT] == ["given"]


def test_one_refusal_stops_what_was_agreed_for_all(session: Session, incident: Incident) -> None:
    consents.set_consent(session, incident, ACT, "given")
    one = incidents.add_person(session, incident, "visee")
    consents.require_consent(session, incident, ACT)  # nobody asked her apart
    consents.set_consent(session, incident, ACT, "refused", one)
    assert "personne visée 1" in refusal(session, incident)
    for code, who in (
        ("incident_consent_state", one),
        ("person_unknown", incidents.add_person(session, incident, "tiers")),
    ):
        with pytest.raises(SaisineError) as told:
            consents.set_consent(session, incident, ACT, "withdrawn", who)
        assert told.value.code == code


def test_harm_with_its_certificate_reaches_dossier_and_letter(session: Session, incident: Incident) -> None:
    one = incidents.add_person(session, incident, "visee")
    assert any("certificat" in line.text_fr for line in dossier_data.missing(session, incident))
    row = harm.add_harm(session, incident, "sante", "Insomnies", person=one, days=10, since=date(2026, 3, 14))
    assert "certificat" in " ".join(line.text_fr for line in dossier_data.missing(session, incident))
    assert not harm.is_certified_over(session, incident)
    item = session.vault.seal(SealItem("certificat.txt", b"dix jours", kind="document")).item
    harm.withdraw(session, incident, row.id)
    piece = exhibits.add_item(session, incident, item)
    harm.add_harm(
        session, incident, "sante", "Insomnies", person=one, days=10, exhibit=piece, since=date(2026, 3, 14)
    )
    harm.add_harm(session, incident, "materiel", amount_eur=1200)
    assert harm.is_certified_over(session, incident)
    data = dossier_data.gather(session, dossiers.new(session, incident), session.now())
    # Noted at the same second of this clock: in any order.
    assert {(line.kind_fr, line.text, line.period, line.exhibits) for line in data.harm} == {
        ("Santé, personne visée 1",
         "Insomnies. 10 jours d’incapacité totale de travail d’après un certificat (pièce 1).",
         "depuis le 14 mars 2026", (1,)),
        ("Frais et pertes", "1\u202f200 euros.", "", ()),
    }  # fmt: skip
    assert "certificat (pièce 1)" in letters.gather(session, incident).harm
    assert letters.gather(session, incident, given={"harm": "Autre"}).given["harm"] == "Autre"
    assert not any("certificat" in line.text_fr for line in dossier_data.missing(session, incident))


def test_harm_that_says_nothing_is_refused(session: Session, incident: Incident) -> None:
    for code, act in {
        "harm_empty": lambda: harm.add_harm(session, incident, "sante"),
        "harm_kind_unknown": lambda: harm.add_harm(session, incident, "autre", "Texte"),
        "harm_number_wrong": lambda: harm.add_harm(session, incident, "sante", days=0),
        "harm_days_order": lambda: harm.add_harm(
            session, incident, "sante", "x", since=date(2026, 4, 2), until=date(2026, 4, 1)
        ),
        "harm_unknown": lambda: harm.withdraw(session, incident, "0" * 32),
    }.items():
        with pytest.raises(SaisineError) as told:
            act()
        assert told.value.code == code


def test_a_private_note_is_in_no_dossier_and_no_letter(session: Session, incident: Incident) -> None:
    row = private_notes.add_note(session, incident, "Rappeler la permanence jeudi")
    data = dossier_data.gather(session, dossiers.new(session, incident), session.now())
    assert "permanence" not in repr(data)
    assert "permanence" not in repr(letters.gather(session, incident))
    assert "permanence" not in repr(history.history(session, incident))
    private_notes.remove(session, incident, row.id)
    assert private_notes.notes(session, incident) == []
    row.refresh_from_db()
    assert row.text == ""


def test_what_left_is_told_with_its_recipient(session: Session, incident: Incident) -> None:
    session.vault.seal(SealItem("note.txt", b"une ligne", kind="text"))
    consents.set_consent(session, incident, ACT, "given")
    version = dossiers.new(session, incident)
    with pytest.raises(SaisineError) as told:
        handovers.note_handover(session, version, "parquet", "post")
    assert told.value.code == "dossier_not_built"
    dossiers.build_now(session, version, recipient="procureur")
    row = handovers.note_handover(session, version, "parquet", "post", date(2026, 4, 20), reference="1A 2B")
    procedures.add_procedure(session, incident, "plainte_simple", date(2026, 4, 19))
    assert [one.text_fr for one in handovers.departures(session, incident)] == [
        "Plainte simple.",
        "Dossier, version 1, remis à : parquet (par courrier recommandé, 1A 2B).",
    ]
    handovers.withdraw(session, version, row.id)
    assert len(handovers.departures(session, incident)) == 1
    lines = [line.text_fr for line in chronology.chronology(session, incident)]
    assert "Plainte simple : déposée ou envoyée." in lines


def test_who_decided_what_holds_no_reason(session: Session, incident: Incident) -> None:
    consents.set_consent(session, incident, ACT, "given")
    (line,) = history.history(session, incident)
    assert (line.by, line.who_fr) == (session.actor, "Cet ordinateur")
    assert line.text_fr == "Saisir une autorité : accord donné."
    assert line.text_en == "Refer to an authority: consent given."


def test_a_closed_incident_leaves_the_deadlines_and_comes_back(session: Session, incident: Incident) -> None:
    procedures.add_procedure(session, incident, "plainte_simple", date(2026, 4, 19))
    assert "procedure" in [one.kind for one in deadlines.deadlines(session)]
    incidents.set_state(session, incident, "closed")
    assert deadlines.deadlines(session) == []
    incidents.set_state(session, incident, "open")
    assert "procedure" in [one.kind for one in deadlines.deadlines(session)]
    with pytest.raises(SaisineError) as told:
        incidents.set_state(session, incident, "fini")
    assert told.value.code == "incident_state_unknown"


def test_an_incident_is_collective_as_long_as_two_people_are_targeted(
    session: Session, incident: Incident
) -> None:
    incidents.add_person(session, incident, "visee")
    assert not incidents.is_collective(incident)
    second = incidents.add_person(session, incident, "visee")
    assert incidents.is_collective(incident)
    incidents.remove_person(session, incident, second)
    assert not incidents.is_collective(incident)
