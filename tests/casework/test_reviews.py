"""A dossier never leaves while a picture in it waits for somebody to look at it."""

import io

import pytest
from PIL import Image

from saisine.casework import consents, dossiers, exhibits, incidents, reviews
from saisine.casework.models import DossierRow, Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import SealItem


@pytest.fixture
def incident(session: Session) -> Incident:
    """One picture, one person who is neither targeted nor accused."""
    opened = incidents.open_incident(session, "Vague")
    out = io.BytesIO()
    Image.new("RGB", (60, 90), (200, 210, 220)).save(out, "PNG")
    item = session.vault.seal(
        SealItem("capture.png", out.getvalue(), kind="screenshot", media_type="image/png")
    )
    exhibits.add_item(session, opened, item.item)
    incidents.add_person(session, opened, "tiers", ("Dominique Inventé",))
    consents.set_consent(session, opened, "agir_en_justice", "given")
    return opened


def build(session: Session, incident: Incident) -> DossierRow:
    row = dossiers.new(session, incident)
    dossiers.build_now(session, row, recipient="avocat")
    return row


def test_it_stays_until_each_picture_was_looked_at(session: Session, incident: Incident) -> None:
    row = build(session, incident)
    assert reviews.left(row) == (1,)
    with pytest.raises(SaisineError) as told:
        reviews.require_reviewed(row)
    assert told.value.code == "dossier_to_review"
    assert "il reste 1 à relire (pièces 1)" in told.value.sentence("fr")
    reviews.mark(session, row, [7])
    assert reviews.left(row) == (1,), "another number is no look at this one"
    reviews.mark(session, row, [1])
    reviews.require_reviewed(DossierRow.objects.get(id=row.id))


def test_looking_once_holds_while_the_same_words_are_hidden(session: Session, incident: Incident) -> None:
    reviews.mark(session, build(session, incident), [1])
    assert reviews.left(build(session, incident)) == ()
    incidents.add_person(session, incident, "tiers", ("Camille Inventée",))
    assert reviews.left(build(session, incident)) == (1,), "somebody else may be in the picture"


def test_an_exhibit_taken_out_leaves_its_number_and_its_seal(session: Session, incident: Incident) -> None:
    (row,) = exhibits.exhibits(session, incident)
    exhibits.withdraw(session, incident, 1)
    assert exhibits.exhibits(session, incident) == []
    assert session.vault.read_bytes(row.item)
    with pytest.raises(SaisineError) as told:
        exhibits.withdraw(session, incident, 1)
    assert told.value.code == "exhibit_unknown"
    assert exhibits.add_item(session, incident, row.item).number == 2
