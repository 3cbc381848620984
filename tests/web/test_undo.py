"""Going back: each act of an incident has a way back on its page, and the invented example leaves whole."""

from datetime import date

import pytest
from django.test import Client

from saisine.casework import (
    consents,
    exhibits,
    history,
    incidents,
    invented,
    jobs,
    notice_steps,
    notices,
    private_notes,
    procedures,
    reviews,
    rights,
    statements,
)
from saisine.casework.deposits import deposit_paths
from saisine.casework.models import Capture, Deposit, DossierRow, Incident
from saisine.casework.session import Session
from saisine.messages.corpus import Query
from saisine.notices.states import live_events
from saisine.vault import SealItem
from tests.web.conftest import Example
from tests.web.reading import text_of
from tests.web.test_incidents import INSULT, address


@pytest.fixture
def incident(empty: Session) -> Incident:
    return incidents.open_incident(empty, "Vague de mars")


def test_a_person_noted_by_mistake_is_taken_out_and_her_number_stays_hers(
    empty: Session, incident: Incident, client: Client
) -> None:
    first, second = (incidents.add_person(empty, incident, "visee") for _ in range(2))
    client.post(address(incident, "personne/"), {"remove": first.id})
    assert list(incident.people.values_list("id", flat=True)) == [second.id]
    assert incidents.add_person(empty, incident, "visee").number == 3


def test_a_person_who_said_something_is_not_taken_out(
    empty: Session, incident: Incident, client: Client
) -> None:
    person = incidents.add_person(empty, incident, "visee")
    consents.set_consent(empty, incident, "notifier_plateforme", "refused", person)
    answer = client.post(address(incident, "personne/"), {"remove": person.id})
    assert answer.status_code >= 400
    assert "ne peut pas être retirée" in text_of(answer)
    assert incident.people.exists()


def test_a_qualification_goes_back_to_undecided_and_the_history_keeps_it(
    empty: Session, incident: Incident, client: Client
) -> None:
    rights.record(empty, incident, INSULT)
    offence = next(item.id for item in rights.assessment(empty, incident).main if item.status == "met")
    where = address(incident, "decision/")
    client.post(where, {"offence": offence, "decision": "ecarter"})
    assert b'value="revenir"' in client.get(address(incident)).content
    client.post(where, {"offence": offence, "decision": "revenir"})
    assert rights.decisions(empty, incident) == {}
    assert b'value="revenir"' not in client.get(address(incident)).content
    said = [one.text() for one in history.history(empty, incident)]
    assert sum("décision annulée" in line for line in said) == 1
    assert sum("écartée" in line for line in said) == 1


def test_a_step_of_a_complaint_is_taken_back_then_the_complaint(
    empty: Session, incident: Incident, client: Client
) -> None:
    row = procedures.add_procedure(empty, incident, "plainte_simple", empty.today())
    procedures.note_event(empty, row, "registered", empty.today(), reference="2026/1")
    client.post(address(incident, "suites/"), {"back": row.number})
    assert [event.kind for event in row.events.all()] == ["filed"]
    client.post(address(incident, "suites/"), {"back": row.number})
    assert procedures.procedures(empty, incident) == []


def test_a_deposit_is_asked_its_questions_again(empty: Session, example: Example, client: Client) -> None:
    deposit_paths(empty, [example.files / "accuse-de-reception.pdf"])
    where = f"/documenter/{Deposit.objects.get().id}/"
    client.post(f"{where}questions/", {"target": "person"})
    assert "Trois questions" not in text_of(client.get(where))
    again = client.get(f"{where}?questions=1").content.decode()
    assert 'value="person" checked' in again
    client.post(f"{where}questions/", {"target": "group"})
    assert Deposit.objects.get().target == "group"


def test_an_exhibit_taken_out_is_put_back_under_its_number(
    empty: Session, example: Example, incident: Incident, client: Client
) -> None:
    deposit_paths(empty, [example.files / "accuse-de-reception.pdf"])
    piece = exhibits.add_item(empty, incident, empty.vault.items()[0].item)
    where = address(incident, "pieces/retirer/")
    client.post(where, {"number": piece.number})
    assert exhibits.exhibits(empty, incident) == []
    assert f"Remettre la pièce {piece.number}" in client.get(address(incident)).content.decode()
    client.post(where, {"number": piece.number, "do": "back"})
    assert [row.number for row in exhibits.exhibits(empty, incident)] == [piece.number]
    assert client.post(where, {"number": piece.number, "do": "back"}).status_code == 404


def test_a_wrong_answer_of_a_platform_is_corrected(
    empty: Session, incident: Incident, client: Client
) -> None:
    rights.record(empty, incident, INSULT)
    notice = notices.draft(empty, incident, url="https://www.youtube.com/watch?v=abcdefghijk")
    notices.note_event(empty, notice, notices.NoticeEvent("sent", empty.now()))
    where = f"/signalements/{notice.id}/"
    client.post(f"{where}reponse/", {"decision": "removed"})
    wrong = live_events(notices.events_of(notice))[-1]
    assert "Corriger la réponse" in text_of(client.get(where))
    client.post(f"{where}reponse/", {"decision": "kept", "replaces": wrong.id})
    notice.refresh_from_db()
    assert [event.decision for event in live_events(notices.events_of(notice)) if event.decision] == ["kept"]
    step = {"kind": "abandoned", "replaces": live_events(notices.events_of(notice))[-1].id}
    assert client.post(f"{where}etape/", step).status_code == 302


def test_an_acknowledgement_then_a_sending_are_taken_back_step_by_step(
    empty: Session, incident: Incident, client: Client
) -> None:
    rights.record(empty, incident, INSULT)
    notice = notices.draft(empty, incident, url="https://www.youtube.com/watch?v=abcdefghijk")
    for kind in ("sent", "acknowledged"):
        notices.note_event(empty, notice, notices.NoticeEvent(kind, empty.now()))
    where = f"/signalements/{notice.id}/"
    for state in ("sent", "draft"):
        last = notice_steps.last_step(notice)
        assert last is not None
        answer = client.post(f"{where}etape/", {"undo": last.id}, follow=True)
        assert "Étape retirée" in text_of(answer)
        assert notices.state_of(notice).id == state
        assert client.post(f"{where}etape/", {"undo": last.id}).status_code == 404
    said = [one.text() for one in history.history(empty, incident)]
    assert sum("une étape retirée" in line for line in said) == 2
    assert sum("accusé de réception" in line for line in said) == 1


def test_an_answer_taken_back_opens_no_clock_and_what_it_replaced_stands_again(
    empty: Session, incident: Incident
) -> None:
    rights.record(empty, incident, INSULT)
    notice = notices.draft(empty, incident, url="https://www.youtube.com/watch?v=abcdefghijk")
    notices.note_event(empty, notice, notices.NoticeEvent("sent", empty.now()))
    refusal = notices.note_answer(empty, notice, "kept")
    removal = notices.note_answer(empty, notice, "removed", replaces=refusal.id)

    def clocks() -> int:
        about = statements.first(empty, incident)
        return sum(event.kind == "platform_decision" for event in rights.events_of(about))

    assert clocks() == 0, "an answer that another replaced is no refusal any more"
    notice_steps.take_back(empty, notice, removal.id)
    assert (notices.state_of(notice).decision, clocks()) == ("kept", 1)


def test_a_title_changes_and_the_one_before_comes_back(
    empty: Session, incident: Incident, client: Client
) -> None:
    where = address(incident, "suivi/")
    client.post(f"{where}etat/", {"title": "Vague  d’avril"})
    incident.refresh_from_db()
    assert incident.title == "Vague d’avril"
    assert 'value="Vague de mars"' in client.get(where).content.decode()
    client.post(f"{where}etat/", {"title": "Vague de mars"})
    incident.refresh_from_db()
    assert (incident.title, incidents.earlier_titles(incident)) == ("Vague de mars", ["Vague d’avril"])
    assert client.post(f"{where}etat/", {"title": " "}).status_code in (400, 422)


def test_a_private_note_is_put_back_until_it_is_erased_for_good(
    empty: Session, incident: Incident, client: Client
) -> None:
    where = address(incident, "suivi/note/")
    client.post(where, {"do": "note", "text": "Rappeler jeudi"})
    note = incident.private_notes.get().id
    client.post(where, {"do": "withdraw", "note": note})
    assert private_notes.notes(empty, incident) == []
    client.post(where, {"do": "back", "note": note})
    assert [row.text for row in private_notes.notes(empty, incident)] == ["Rappeler jeudi"]
    client.post(where, {"do": "withdraw", "note": note})
    client.post(where, {"do": "remove", "note": note})
    assert "Rappeler jeudi" not in text_of(client.get(address(incident, "suivi/")))
    assert incident.private_notes.get().text == ""
    assert client.post(where, {"do": "back", "note": note}).status_code == 422


def test_a_screenshot_is_completed_again_and_its_exhibit_follows(
    empty: Session, incident: Incident, client: Client
) -> None:
    sealed = empty.vault.seal(SealItem("capture.png", b"abc", kind="screenshot"))
    capture = Capture.objects.create(item=sealed.item, kind="screenshot", media_type="image/png", number=1)
    said = {"capture": capture.id, "shown_on": "2026-03-14", "confirmed": "yes", "platform": "x"}
    client.post("/tri/captures/", said)
    piece = exhibits.add_item(empty, incident, sealed.item)
    page = client.post("/tri/captures/reprendre/", {"capture": capture.id}, follow=True).content.decode()
    assert 'value="2026-03-14"' in page
    client.post("/tri/captures/", said | {"shown_on": "2026-03-15"})
    piece.refresh_from_db()
    assert (piece.on, piece.source) == (date(2026, 3, 15), "person")
    assert [row.said["shown_on"] for row in capture.earlier.all()] == ["2026-03-14"]
    assert client.post("/tri/captures/reprendre/", {"capture": "0" * 32}).status_code == 404


def test_an_exhibit_looked_at_waits_again_in_every_version_with_the_same_masks(
    empty: Session, incident: Incident, client: Client
) -> None:
    built = {"to_review": [3, 7], "reviewed": {}, "masks": "m", "pieces": 2, "size": 1}
    first, second, other = (
        DossierRow.objects.create(
            incident=incident, version=number, created_at=empty.now(), built_at=empty.now(), report=report
        )
        for number, report in enumerate((built, built, built | {"masks": "autre"}), 1)
    )
    for row in (first, second, other):
        reviews.mark(empty, row, [3, 7])
    where = f"/dossiers/{second.id}/"
    assert "Pièces relues" in text_of(client.get(where))
    client.post(f"{where}relu/", {"do": "back", "reviewed": "7"})
    for row, waiting in ((first, (7,)), (second, (7,)), (other, ())):
        row.refresh_from_db()
        assert reviews.left(row) == waiting
    assert [line["piece"] for line in second.report["reviews_taken_back"]] == ["7"]


def test_the_invented_example_is_asked_for_once_in_an_empty_workspace(empty: Session, client: Client) -> None:
    assert "Essayer avec un exemple inventé" in text_of(client.get("/"))
    where = client.post("/documenter/exemple/").headers["Location"]
    assert Deposit.objects.get().is_invented
    assert "Exemple inventé" in text_of(client.get(where))
    assert "Essayer avec" not in text_of(client.get("/"))
    assert client.post("/documenter/exemple/").status_code >= 400
    assert Deposit.objects.count() == 1


@pytest.mark.slow
def test_the_invented_example_comes_by_the_ordinary_job(empty: Session, client: Client) -> None:
    where = client.post("/documenter/exemple/").headers["Location"]
    assert jobs.run_waiting(empty) == 1
    deposit = Deposit.objects.get()
    assert (deposit.state, deposit.is_invented, deposit.files) == (Deposit.SEALED, True, 28)
    text = text_of(client.get(where))
    assert "28 fichiers scellés" in text
    assert "Retirer l’exemple inventé" in text
    assert list(empty.workspace.inbox.iterdir()) == []


def test_the_invented_example_leaves_whole_with_the_incidents_that_say_it(
    filled: Session, client: Client
) -> None:
    deposit = Deposit.objects.get()
    Deposit.objects.update(report=deposit.report | {"invented": True})  # as `try_example` marks it
    assert "Exemple inventé du" in text_of(client.get("/coffre/depots/"))
    made = incidents.open_incident(filled, "Essai")
    _join_one(filled, made)
    assert made.title == "Exemple inventé : Essai"
    where = f"/documenter/{deposit.id}/exemple/retirer/"
    other = exhibits.add_item(filled, made, filled.vault.seal(SealItem("note.txt", b"abc")).item)
    assert "contiennent aussi d’autres pièces : 1" in text_of(client.post(where))
    assert Incident.objects.exists()
    other.delete()
    assert client.post(where).headers["Location"] == "/"
    deposit.refresh_from_db()
    assert deposit.state == Deposit.ERASED
    assert not Incident.objects.exists()
    assert filled.corpora.list() == []
    assert "Essayer avec un exemple inventé" in text_of(client.get("/"))


def _join_one(session: Session, incident: Incident) -> None:
    found = session.corpora.search(Query(), limit=1).items[0]
    exhibits.add_messages(session, incident, [found.ref or ""])
    invented.mark(session, incident)


def test_a_real_deposit_is_never_removed_as_an_example(
    empty: Session, example: Example, client: Client
) -> None:
    deposit_paths(empty, [example.files / "accuse-de-reception.pdf"])
    deposit = Deposit.objects.get()
    assert "Essayer avec" not in text_of(client.get("/"))
    assert client.post(f"/documenter/{deposit.id}/exemple/retirer/").status_code == 404
    deposit.refresh_from_db()
    assert deposit.state == Deposit.SEALED
