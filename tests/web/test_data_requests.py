"""A request about one's own data: asked by the person, answered within a month by whoever leads, nobody else's."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.casework import data_requests
from saisine.casework.models import JournalRow
from saisine.casework.request_models import DataRequest
from saisine.errors import SaisineError
from saisine.incidents.data_requests import answer_by, load_data_requests
from tests.web.members_world import LEAD, World, world
from tests.web.reading import text_of

PAGE = "/donnees/demandes/"


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("demandes") / "espace") as found:
        yield found


@pytest.mark.parametrize(
    ("received", "due"),
    [("2026-04-21", "2026-05-21"), ("2026-01-31", "2026-02-28"), ("2026-12-15", "2027-01-15")],
)
def test_a_month_ends_on_the_same_day_number_and_never_later(received: str, due: str) -> None:
    assert answer_by(date.fromisoformat(received)) == date.fromisoformat(due)


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)))
@settings(max_examples=30)
def test_no_request_has_more_than_31_days(received: date) -> None:
    assert 28 <= (answer_by(received) - received).days <= 31


def test_the_month_is_data_with_its_article_and_its_flag() -> None:
    term = load_data_requests().answer
    assert (term.months, term.days, term.nature) == (1, 0, "law")
    assert "art. 12" in term.article
    assert "Non vérifié" in term.nature_words() or term.verified


def test_the_person_asks_and_the_lead_has_a_month_then_says_what_was_done(team: World) -> None:
    person, lead = team.client("personne_visee"), team.client(LEAD)
    assert "Faire ou suivre une demande" in text_of(person.get("/donnees/"))
    sent = {"kind": "erasure", "incident": team.mine.incident, "text": "Mon nom d’abord."}
    assert person.post(PAGE, sent).status_code == 302
    row = DataRequest.objects.get(by=team.ids["personne_visee"], kind="erasure")
    assert row.received_on == team.session.today()
    assert row.due_on == answer_by(row.received_on)
    shown = text_of(lead.get(PAGE))
    assert "Faire effacer mes données" in shown
    assert "Mon nom d’abord." in shown
    assert "Demande sur des données personnelles" in text_of(lead.get("/"))
    assert f"portee=incident&amp;cible={team.mine.incident}" in lead.get(PAGE).content.decode()

    answer = f"{PAGE}{row.id}/reponse/"
    assert person.post(answer, {"state": "answered", "answer": "x"}).status_code == 404
    assert lead.post(answer, {"state": "answered", "answer": " "}).status_code == 422
    assert lead.post(answer, {"state": "refused", "answer": "Une procédure est en cours."}).status_code == 302
    assert "Une procédure est en cours." in text_of(person.get(PAGE))
    assert lead.post(answer, {"state": "answered", "answer": "encore"}).status_code == 403, "closed"
    assert person.post(f"{PAGE}{row.id}/rouvrir/").status_code == 403, "an answer is the association's"
    assert lead.post(f"{PAGE}{row.id}/rouvrir/").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answer, row.ended_at) == (DataRequest.OPEN, "", None)
    noted = JournalRow.objects.filter(subject=row.id).order_by("id").values_list("what", flat=True)
    assert list(noted) == ["data_request_asked", "data_request_answered", "data_request_reopened"]


def test_a_request_is_taken_back_and_the_withdrawal_undone(team: World) -> None:
    person = team.client("personne_visee")
    person.post(PAGE, {"kind": "access", "incident": team.mine.incident})
    row = DataRequest.objects.get(by=team.ids["personne_visee"], kind="access")
    for path, state in (("retirer", DataRequest.WITHDRAWN), ("rouvrir", DataRequest.OPEN)):
        assert person.post(f"{PAGE}{row.id}/{path}/").status_code == 302
        row.refresh_from_db()
        assert row.state == state


def test_nobody_reads_or_asks_in_an_incident_that_is_not_hers(team: World) -> None:
    other = data_requests.ask(team.session, "access", "ailleurs", incident=team.incident(team.other))
    person = team.client("personne_visee")
    before = DataRequest.objects.count()
    assert "ailleurs" not in text_of(person.get(PAGE))
    for path in ("retirer", "rouvrir"):
        assert person.post(f"{PAGE}{other.id}/{path}/").status_code == 404
    for incident in (team.other.incident, "", "0" * 32):
        assert person.post(PAGE, {"kind": "access", "incident": incident}).status_code in (404, 422)
    assert DataRequest.objects.count() == before
    for role in ("documentaliste", "juriste", "personne_confiance", "enquete", "lecture"):
        assert team.client(role).get(PAGE).status_code == 404, role


def test_what_does_not_fit_is_told_and_noted_nowhere(team: World) -> None:
    before = DataRequest.objects.count()
    lead = team.client(LEAD)
    for sent in (
        {"kind": "autre"},
        {},
        {"kind": "access", "received_on": "2100-01-01"},
        {"kind": "access", "received_on": "hier"},
    ):
        answer = lead.post(PAGE, sent)
        assert answer.status_code == 422, sent
        assert "pas été" in text_of(answer) or "jour" in text_of(answer)
    assert DataRequest.objects.count() == before
    with pytest.raises(SaisineError) as told:
        data_requests.get_request(team.session, "0" * 32)
    assert told.value.code == "data_request_unknown"
