"""Screenshots: a grey tile until « Afficher », redrawn pixels, originals as attachments only."""

import hashlib
import io
import re
import time

from django.core import signing
from django.test import Client
from PIL import Image

from saisine.casework.models import Capture, JournalRow
from saisine.casework.session import Session
from saisine.web.pages.captures import SALT
from tests.web.conftest import Watch
from tests.web.reading import text_of, values_of


class Old(signing.TimestampSigner):
    """Signs as it was done eleven minutes ago."""

    def timestamp(self) -> str:
        return str(signing.b62_encode(int(time.time()) - 660))


def test_no_picture_is_in_the_page_before_it_is_asked_for(filled: Session, client: Client) -> None:
    body = client.get("/tri/captures/").content.decode()
    assert "<img" not in body
    assert "Image scellée, non affichée." in body
    assert "24 captures à compléter" in body


def test_a_picture_is_shown_drawn_again_and_journaled_once(
    filled: Session, client: Client, htmx: Client
) -> None:
    capture = Capture.objects.filter(kind="screenshot").order_by("number")[3]
    part = htmx.post("/tri/captures/afficher/", {"capture": capture.id}).content.decode()
    address = re.search(r'<img[^>]*src="([^"]+)"', part)[1]  # type: ignore[index]
    answer = client.get(address)
    assert answer.headers["Content-Type"] in ("image/png", "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    Image.open(io.BytesIO(answer.content)).verify()
    sealed = filled.vault.read_bytes(capture.item)
    assert answer.content != sealed
    assert JournalRow.objects.filter(what="capture_opened").count() == 1
    assert (
        f'value="{capture.id}"'
        in client.post("/tri/captures/afficher/", {"capture": capture.id}).content.decode()
    )


def test_the_address_of_a_picture_ends_after_ten_minutes(filled: Session, client: Client) -> None:
    capture = Capture.objects.filter(kind="screenshot").first()
    assert capture is not None
    for token in (Old(salt=SALT).sign_object(capture.id), signing.dumps(capture.id, salt="other"), "x"):
        answer = client.get(f"/tri/captures/image/{token}/")
        assert answer.status_code == 403
        assert "n’est plus affichée" in text_of(answer)


def test_what_a_person_read_is_kept_and_the_hint_is_named_as_such(
    filled: Session, client: Client, watch: Watch
) -> None:
    while "Indice du fichier" not in text_of(page := client.get("/tri/captures/")):
        client.post("/tri/captures/", {"capture": values_of(page, "capture")[0]})
    assert "Indice du fichier, à vérifier : samedi 14 mars 2026" in text_of(page).replace("\xa0", " ")
    id = values_of(page, "capture")[0]
    sent = {
        "capture": id,
        "shown_on": "2026-03-14",
        "confirmed": "yes",
        "url": "https://www.instagram.com/p/Cx/",
    }
    answer = client.post("/tri/captures/", sent | {"platform": "instagram"})
    assert "Enregistré." in text_of(client.get(answer.headers["Location"]))
    capture = Capture.objects.get(id=id)
    assert (str(capture.shown_on), capture.is_confirmed, capture.state) == ("2026-03-14", True, "done")


def test_a_day_to_come_or_an_unknown_platform_is_told_and_nothing_is_kept(
    filled: Session, client: Client
) -> None:
    id = values_of(client.get("/tri/captures/"), "capture")[0]
    for sent in ({"shown_on": "2026-04-22"}, {"platform": "nowhere"}, {"shown_on": "x"}):
        answer = client.post("/tri/captures/", {"capture": id, **sent})
        assert answer.status_code == 422
        assert "Rien n’a été modifié" in text_of(answer)
    typed = {"shown_on": "0206-03-14", "url": "https://www.instagram.com/p/x/", "platform": "instagram"}
    body = client.post("/tri/captures/", {"capture": id, **typed}).content.decode()
    assert 'name="shown_on" value="0206-03-14"' in body, "what was typed stays in the fields"
    assert 'name="url" value="https://www.instagram.com/p/x/"' in body
    assert '<option value="instagram" selected>' in body
    assert Capture.objects.get(id=id).state == "todo"


def test_the_others_can_wait_and_be_taken_up(filled: Session, client: Client) -> None:
    client.post("/tri/captures/plus-tard/")
    assert "Reprendre 24 captures laissées pour plus tard" in text_of(client.get("/tri/captures/"))
    client.post("/tri/captures/reprendre/")
    assert "24 captures à compléter" in text_of(client.get("/tri/captures/"))


def test_an_original_leaves_as_a_file_that_nothing_opens(filled: Session, client: Client) -> None:
    capture = Capture.objects.filter(kind="screenshot").first()
    assert capture is not None
    answer = client.get(f"/pieces/{capture.item}/original/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert re.fullmatch(
        r'attachment; filename="original-[0-9a-f]{12}\.png"', answer.headers["Content-Disposition"]
    )
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(body).hexdigest() == filled.vault.find(capture.item).sha256
    assert int(answer.headers["Content-Length"]) == len(body)
    assert JournalRow.objects.filter(what="original_taken").count() == 1
    assert client.get(f"/pieces/{'0' * 64}/original/").status_code == 404


def test_a_document_that_is_no_picture_offers_its_original(filled: Session, client: Client) -> None:
    document = Capture.objects.filter(kind="document").first()
    assert document is not None
    text = text_of(client.post("/tri/captures/afficher/", {"capture": document.id}))
    assert "ne peut pas être affichée" in text
    assert "Télécharger l’original" in text
