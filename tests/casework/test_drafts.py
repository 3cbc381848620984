"""What was typed and not sent: one row per field, of one person, gone once its form was taken."""

import pytest

from saisine.casework import drafts
from saisine.casework.personal_models import Draft
from saisine.casework.session import Session
from tests.casework.world import Clock

PAGE, ACTION = "/incidents/x/", "/incidents/x/recit/"


def test_the_last_words_of_each_field_are_given_back(session: Session) -> None:
    for text in ("Le", "Le 14", "Le 14 mars"):
        drafts.keep(session, PAGE, ACTION, "summary", text)
    drafts.keep(session, PAGE, "/incidents/x/accord/", "note", "à relire")
    assert [(one.field, one.text) for one in drafts.kept(session, PAGE)] == [
        ("summary", "Le 14 mars"),
        ("note", "à relire"),
    ]
    assert drafts.kept(session, "/incidents/y/") == []


def test_a_form_that_was_taken_leaves_its_own_fields_alone(session: Session) -> None:
    drafts.keep(session, PAGE, ACTION, "summary", "un récit")
    drafts.keep(session, PAGE, "/incidents/x/accord/", "note", "à relire")
    drafts.taken(session, ACTION)
    assert [one.field for one in drafts.kept(session, PAGE)] == ["note"]


def test_an_emptied_field_and_an_old_one_are_forgotten(session: Session, clock: Clock) -> None:
    drafts.keep(session, PAGE, ACTION, "summary", "un récit")
    drafts.keep(session, PAGE, ACTION, "summary", "  ")
    assert drafts.kept(session, PAGE) == []
    drafts.keep(session, PAGE, ACTION, "summary", "un récit")
    clock.pass_s(14 * 24 * 3600 + 1)
    assert drafts.kept(session, PAGE) == []
    assert not Draft.objects.exists()


def test_drafts_are_of_one_person_and_bounded(
    session: Session, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_ROWS", 3)
    for number in range(drafts.MOST_ROWS + 2):
        clock.pass_s(1)
        drafts.keep(session, PAGE, ACTION, f"f{number}", "x" * (drafts.MOST_SIGNS + 1))
    kept = drafts.kept(session, PAGE)
    assert len(kept) == drafts.MOST_ROWS
    assert kept[0].field == "f2", "the oldest went"
    assert {len(one.text) for one in kept} == {drafts.MOST_SIGNS}
    assert drafts.kept(session.acting("y" * 26), PAGE) == []
    assert drafts.forget(session, PAGE) == drafts.MOST_ROWS
