"""Boxes drawn on an exhibit's picture: nothing is shown before it is asked for, every box is kept at once."""

import io
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from saisine.casework import exhibits, incidents, masks
from saisine.casework.models import ExhibitRow, JournalRow
from saisine.casework.personal_models import PersonSettings
from saisine.casework.session import Session
from saisine.vault import SealItem
from tests.dossiers.test_pages import document
from tests.web.reading import text_of

BOX = {"do": "put", "left": "10", "top": "20,5", "width": "30", "height": "12.5", "hides": "face"}


def seal(session: Session, size: tuple[int, int]) -> str:
    out = io.BytesIO()
    Image.new("RGB", size, (255, 255, 255)).save(out, "PNG")
    body = SealItem("capture.png", out.getvalue(), kind="screenshot", media_type="image/png")
    return session.vault.seal(body).item


@pytest.fixture
def picture(empty: Session) -> ExhibitRow:
    return exhibits.add_item(empty, incidents.open_incident(empty, "Vague"), seal(empty, (200, 400)))


def address(picture: ExhibitRow) -> str:
    return f"/incidents/{picture.incident_id}/pieces/{picture.number}/masquer/"


def images(answer: HttpResponse) -> list[str]:
    return re.findall(r'(?:src|href)="(/images/[^"]+)"', answer.content.decode())


def opened(picture: ExhibitRow, client: Client, way: str = "dessin") -> HttpResponse:
    asked = client.post(f"{address(picture)}afficher/", {"comme": way})
    return client.get(asked.headers["Location"].partition("#")[0])


def test_the_picture_is_not_there_before_somebody_asks(picture: ExhibitRow, client: Client) -> None:
    page = client.get(address(picture))
    assert "Image scellée, non affichée." in text_of(page)
    assert images(page) == []
    assert not JournalRow.objects.filter(what="capture_opened").exists()
    shown = opened(picture, client)
    (url,) = images(shown)
    assert client.get(url).headers["Content-Type"] == "image/jpeg"
    assert JournalRow.objects.filter(what="capture_opened", subject=picture.id).count() == 1
    assert "style=" not in shown.content.decode()


def test_a_box_is_put_in_per_cent_moved_and_undone_without_a_script(
    picture: ExhibitRow, client: Client
) -> None:
    seen = re.search(r'name="vu" value="([^"]+)"', opened(picture, client).content.decode())
    assert seen is not None
    answer = client.post(address(picture), BOX | {"vu": seen[1]})
    (one,) = masks.masks_of(picture)
    assert (one.left, one.top, one.width, one.height, one.hides) == (1000, 2050, 3000, 1250, "face")
    shown = client.get(answer.headers["Location"].partition("#")[0])
    assert len(images(shown)) == 1  # nobody has to ask again
    assert '<rect class="masks-box" x="20.0" y="82.0" width="60.0" height="50.0"/>' in shown.content.decode()
    assert "Cadre 1 : Un visage" in text_of(shown)
    client.post(address(picture), BOX | {"mark": one.mark, "left": "50"})
    assert [mask.left for mask in masks.masks_of(picture)] == [5000]
    client.post(address(picture), {"do": "undo"})
    client.post(address(picture), {"do": "remove", "mark": one.mark})
    assert masks.masks_of(picture) == []
    page = text_of(client.get(address(picture)))
    assert "Cet ordinateur : un cadre retiré" in page
    assert "un cadre posé (annulation)" in page


def test_the_preview_is_what_the_dossier_prints(picture: ExhibitRow, client: Client) -> None:
    client.post(address(picture), BOX)
    (url,) = images(opened(picture, client, "dossier"))
    drawn = Image.open(io.BytesIO(client.get(url).content)).convert("L")
    assert drawn.getpixel((40, 100)) < 70
    assert drawn.getpixel((150, 300)) > 240


def test_each_page_of_a_document_is_shown_by_its_number_and_covered(
    empty: Session, picture: ExhibitRow, client: Client
) -> None:
    body = SealItem("note.pdf", document(2), kind="document", media_type="application/pdf")
    paper = exhibits.add_item(empty, picture.incident, empty.vault.seal(body).item)
    client.post(address(paper), BOX | {"page": "2"})
    assert [(mask.page, mask.top) for mask in masks.masks_of(paper)] == [(2, 2050)]
    asked = client.post(f"{address(paper)}afficher/", {"comme": "dessin", "page": "2"})
    page = client.get(asked.headers["Location"].partition("#")[0])
    assert "Cadre 1, page 2 : Un visage" in text_of(page)
    assert 'aria-label="Page 2 de la pièce 2, 1 cadre"' in page.content.decode()
    assert page.content.decode().count('class="masks-box"') == 1
    assert client.get(images(page)[0]).headers["Content-Type"] in ("image/png", "image/jpeg")
    assert client.post(f"{address(paper)}afficher/", {"page": "3"}).status_code == 422


def test_what_covers_nothing_is_told_and_kept_in_the_fields(picture: ExhibitRow, client: Client) -> None:
    answer = client.post(address(picture), BOX | {"width": "0.1"})
    assert answer.status_code == 422
    assert "Ce cadre ne couvre rien de l’image." in text_of(answer)
    assert 'name="left" value="10"' in answer.content.decode()
    assert client.post(address(picture), BOX | {"left": "milieu"}).status_code == 422
    assert masks.masks_of(picture) == []


def test_an_opening_is_of_one_exhibit_alone(empty: Session, picture: ExhibitRow, client: Client) -> None:
    (url,) = images(opened(picture, client))
    assert client.get("/images/faux/").status_code == 403
    other = exhibits.add_item(empty, picture.incident, seal(empty, (120, 80)))
    token = url.split("/")[2]
    page = client.get(f"/incidents/{picture.incident_id}/pieces/{other.number}/masquer/?vu={token}")
    assert images(page) == []


def test_who_asked_never_to_be_shown_anything_sees_no_picture(
    empty: Session, picture: ExhibitRow, client: Client
) -> None:
    (url,) = images(opened(picture, client))
    PersonSettings.objects.update_or_create(person=empty.actor, defaults={"never_show": True})
    assert client.get(url).status_code == 403
    assert client.post(f"{address(picture)}afficher/").status_code == 403
    assert "Afficher" not in text_of(client.get(address(picture)))
