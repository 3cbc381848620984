"""Boxes over pictures: put, moved, taken away, undone; the original untouched, the dossier covered."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from saisine.casework import consents, dossier_data, dossiers, exhibits, history, incidents, masks, reviews
from saisine.casework.file_models import MaskRow
from saisine.casework.models import ExhibitRow, JournalRow
from saisine.casework.session import Session
from saisine.dossiers.data import Box
from saisine.errors import SaisineError
from saisine.vault import SealItem
from tests.dossiers.test_pages import document

WHITE, DARK = 240, 70


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 400), (255, 255, 255)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def picture(session: Session) -> ExhibitRow:
    incident = incidents.open_incident(session, "Vague")
    item = session.vault.seal(SealItem("capture.png", png(), kind="screenshot", media_type="image/png")).item
    return exhibits.add_item(session, incident, item)


def test_what_is_covered_is_dark_and_the_rest_is_as_it_was(session: Session, picture: ExhibitRow) -> None:
    before = session.vault.read_bytes(picture.item)
    masks.put(session, picture, 2500, 5000, 5000, 2500, hides="face")
    shown = Image.open(io.BytesIO(masks.burnt(session, picture))).convert("L")
    assert shown.size == (200, 400)
    assert all(shown.getpixel(at) < DARK for at in ((50, 200), (100, 250), (149, 299)))
    assert all(shown.getpixel(at) > WHITE for at in ((10, 10), (100, 150), (190, 250), (100, 350)))
    assert session.vault.read_bytes(picture.item) == before


def test_each_act_is_undone_in_turn_and_stays_in_the_history(session: Session, picture: ExhibitRow) -> None:
    first = masks.put(session, picture, 0, 0, 1000, 1000, hides="name")
    masks.put(session, picture, 500, 500, 1000, 1000, mark=first.mark)
    masks.remove(session, picture, first.mark)
    assert masks.masks_of(picture) == []
    masks.undo(session, picture)
    assert [(one.left, one.hides) for one in masks.masks_of(picture)] == [(500, "other")]
    masks.undo(session, picture)
    assert [(one.left, one.hides) for one in masks.masks_of(picture)] == [(0, "name")]
    masks.undo(session, picture)
    assert masks.masks_of(picture) == []
    with pytest.raises(SaisineError) as told:
        masks.undo(session, picture)
    assert told.value.code == "mask_nothing_to_undo"
    assert len(masks.history(picture)) == 6
    told_of = [line.text_fr for line in history.history(session, picture.incident)]
    assert told_of.count("Pièce 1 : un cadre posé.") == 4
    assert told_of.count("Pièce 1 : un cadre retiré.") == 2
    assert JournalRow.objects.filter(what="mask_put", subject=picture.id).count() == 4


acts = st.lists(
    st.tuples(st.sampled_from(["put", "move", "remove", "undo"]), st.integers(0, 8000)), max_size=12
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_undoing_everything_leaves_nothing(
    session: Session, picture: ExhibitRow, some: list[tuple[str, int]]
) -> None:
    MaskRow.objects.filter(exhibit=picture).delete()
    for act, place in some:
        standing = masks.masks_of(picture)
        if act == "undo":
            if masks.can_undo(picture):
                masks.undo(session, picture)
        elif act == "put" or not standing:
            masks.put(session, picture, place, place, 500, 500)
        elif act == "move":
            masks.put(session, picture, place, 0, 500, 500, mark=standing[0].mark)
        else:
            masks.remove(session, picture, standing[-1].mark)
    while masks.can_undo(picture):
        masks.undo(session, picture)
    assert masks.masks_of(picture) == []


@pytest.mark.parametrize(
    ("sides", "kept"),
    [((-500, 9500, 1000, 1000), (0, 9500, 500, 500)), ((0, 0, 20_000, 20_000), (0, 0, 10_000, 10_000))],
)
def test_a_box_is_cut_at_the_edges(
    session: Session, picture: ExhibitRow, sides: tuple[int, int, int, int], kept: tuple[int, int, int, int]
) -> None:
    row = masks.put(session, picture, *sides)
    assert (row.left, row.top, row.width, row.height) == kept


def test_what_is_no_box_is_refused(session: Session, picture: ExhibitRow) -> None:
    text = session.vault.seal(SealItem("note.txt", b"une ligne", kind="text", media_type="text/plain")).item
    other = exhibits.add_item(session, picture.incident, text)
    for code, act in {
        "mask_outside": lambda: masks.put(session, picture, 10_000, 0, 500, 500),
        "mask_unknown": lambda: masks.put(session, picture, 0, 0, 500, 500, mark="0" * 32),
        "mask_word_unknown": lambda: masks.put(session, picture, 0, 0, 500, 500, hides="Camille"),
        "mask_no_picture": lambda: masks.put(session, other, 0, 0, 500, 500),
    }.items():
        with pytest.raises(SaisineError) as told:
            act()
        assert told.value.code == code
    assert masks.hundredths(float("nan")) == -masks.WHOLE


def test_a_box_on_a_page_of_a_document_is_moved_undone_and_burnt_on_that_page_alone(
    session: Session, picture: ExhibitRow
) -> None:
    body = SealItem("note.pdf", document(2), kind="document", media_type="application/pdf")
    paper = exhibits.add_item(session, picture.incident, session.vault.seal(body).item)
    row = masks.put(session, paper, 0, 9000, 10_000, 5000, hides="name", page=2)
    assert (row.top, row.height) == (19_000, 1000)
    assert masks.boxes_of(paper) == (Box(0, 0.9, 1, 1, page=2),)
    masks.put(session, paper, 0, 0, 10_000, 1000, page=1, mark=row.mark)
    masks.undo(session, paper)
    masks.remove(session, paper, row.mark)
    masks.undo(session, paper)
    assert [(one.page, one.top, one.hides) for one in masks.masks_of(paper)] == [(2, 9000, "name")]
    for page in (0, 3):
        with pytest.raises(SaisineError) as told:
            masks.put(session, paper, 0, 0, 5000, 5000, page=page)
        assert told.value.code == "mask_outside"
    covered = Image.open(io.BytesIO(masks.burnt(session, paper, 2))).convert("L")
    assert covered.getpixel((10, 1700)) < DARK
    assert covered.getpixel((10, 1000)) > WHITE
    assert masks.digest_of([Box(0, 0, 1, 1)]) != masks.digest_of([Box(0, 0, 1, 1, page=2)])
    assert list(session.workspace.folder.glob(".pages-*")) == []


def test_the_dossier_takes_the_boxes_and_keeps_the_original_at_home(
    session: Session, picture: ExhibitRow
) -> None:
    incident = picture.incident
    consents.set_consent(session, incident, "saisir_autorite", "given")
    incidents.add_person(session, incident, "tiers", names=("Camille Exemple",))
    open_one = dossiers.new(session, incident)
    report = dossiers.build_now(session, open_one, recipient="procureur")
    assert report.to_review == (1,)
    reviews.mark(session, open_one, [1])
    masks.put(session, picture, 0, 0, 5000, 5000)
    covered = dossiers.new(session, incident)
    assert dossier_data.gather(session, covered, session.now()).exhibits[0].boxes == (Box(0, 0, 0.5, 0.5),)
    report = dossiers.build_now(session, covered, recipient="procureur")
    assert (report.withheld, report.to_review) == ((1,), ())
    with zipfile.ZipFile(report.bundle) as bundle:
        assert not [name for name in bundle.namelist() if "/items/" in name]
    # what somebody looked at holds for the picture as it was then
    again, key = dossiers.new(session, incident), open_one.report["masks"]
    assert set(reviews.carried(again, key, {})) == {"1"}
    assert reviews.carried(again, key, covered.report["boxes"]) == {}
