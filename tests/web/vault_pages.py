"""What the tests of the vault's pages share: a passphrase, a screenshot, the bytes of an answer."""

from django.http import HttpResponse
from django.test import Client

from saisine.casework.models import Capture
from saisine.web.pages.vault_keys import changes

PHRASE = "verger brouillard sept tambours"


def set_passphrase(client: Client, phrase: str = PHRASE) -> None:
    assert client.post("/coffre/phrase/", {"passphrase": phrase, "again": phrase}).status_code == 302
    changes.wait()


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def screenshot() -> Capture:
    found = Capture.objects.filter(kind="screenshot").order_by("number").first()
    assert found is not None
    return found
