"""« Coffre »: the passphrase and the officers, and what of them never stands in an answer."""

import pytest
from django.test import Client

from saisine.casework.models import JournalRow
from saisine.casework.session import Session, open_session
from saisine.errors import SaisineError
from saisine.vault import rotation
from saisine.vault.secret_files import identity_in
from saisine.web import current
from saisine.web.pages.vault_keys import Change, changes
from tests.web.conftest import Watch
from tests.web.reading import text_of
from tests.web.vault_pages import PHRASE, set_passphrase

pytestmark = pytest.mark.usefixtures("quick_passphrases", "no_change_left")


# ------------------------------------------------------------------ passphrase


def test_a_passphrase_is_chosen_and_opens_the_vault(filled: Session, client: Client, htmx: Client) -> None:
    assert "qui ouvre son dossier peut tout lire" in text_of(client.get("/coffre/phrase/"))
    handed: list[str] = []
    current.on_new_passphrase(handed.append)
    set_passphrase(client)
    assert htmx.get("/coffre/phrase/avancement/").headers["HX-Redirect"] == "/coffre/phrase/"
    text = text_of(client.get("/coffre/phrase/"))
    assert "La phrase de passe est en place." in text
    assert "La phrase de passe est en place." not in text_of(client.get("/coffre/phrase/")), "told once"
    assert handed == [PHRASE], "the next worker has to open the vault too"
    folder = filled.workspace.folder
    with pytest.raises(SaisineError) as told:
        open_session(folder, clock=filled.clock)
    assert told.value.code == "passphrase_needed"
    with open_session(folder, clock=filled.clock, passphrase=PHRASE) as again:
        assert again.vault.is_protected
    assert JournalRow.objects.filter(what="passphrase_set").count() == 1
    assert "Une phrase de passe protège les clés." in text_of(client.get("/coffre/"))


def test_a_change_that_runs_is_told_with_its_progress(
    filled: Session, client: Client, htmx: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_change", Change(done=400, total=1000))
    page = client.get("/coffre/phrase/").content.decode()
    assert 'max="1000" value="400"' in page
    assert 'type="password"' not in page
    assert '<meta http-equiv="refresh"' in page
    part = htmx.get("/coffre/phrase/avancement/").content.decode()
    assert 'hx-get="/coffre/phrase/avancement/"' in part
    assert "<main" not in part
    before = filled.vault.journal.size
    client.post("/coffre/phrase/", {"passphrase": "autre", "again": "autre"})
    assert filled.vault.journal.size == before, "a second one does not start beside it"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("", "", "Cette phrase de passe est vide."),
        ("   ", "   ", "Cette phrase de passe est vide."),
        ("un deux trois", "un deux quatre", "Les deux saisies diffèrent."),
        ("un\ndeux", "un\ndeux", "Ce formulaire n’a pas été compris."),
    ],
)
def test_a_passphrase_that_cannot_be_is_refused_and_not_repeated(
    first: str, second: str, said: str, filled: Session, client: Client
) -> None:
    answer = client.post("/coffre/phrase/", {"passphrase": first, "again": second})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not first.strip() or first not in answer.content.decode()
    assert not filled.vault.is_protected


def test_the_passphrase_stands_in_no_answer_row_log_or_file(
    filled: Session, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    answers = [client.post("/coffre/phrase/", {"passphrase": PHRASE, "again": PHRASE})]
    answers.append(client.get("/coffre/phrase/"))
    changes.wait()
    answers += [client.get("/coffre/phrase/"), client.get("/coffre/")]
    answers.append(client.post("/coffre/phrase/", {"passphrase": PHRASE, "again": "x"}))
    for answer in answers:
        assert PHRASE not in answer.content.decode() + str(answer.headers)
        for context in answer.context or []:
            assert PHRASE not in str(context.flatten() if hasattr(context, "flatten") else context)
    assert PHRASE not in caplog.text
    held = [path for path in filled.workspace.folder.rglob("*") if path.is_file()]
    assert not [path for path in held if PHRASE.encode() in path.read_bytes()]


def test_a_refused_change_is_told_once(
    filled: Session, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: object, **_kwargs: object) -> None:
        raise SaisineError("vault_busy", folder="coffre")

    monkeypatch.setattr(rotation, "change_passphrase", refused)
    set_passphrase(client)
    assert "Un autre programme écrit en ce moment dans ce coffre." in text_of(client.get("/coffre/phrase/"))
    assert "Un autre programme" not in text_of(client.get("/coffre/phrase/"))


# ------------------------------------------------------------------ officers


def test_without_a_passphrase_no_officer_is_let_in(filled: Session, client: Client) -> None:
    text = text_of(client.get("/coffre/secours/"))
    assert "Ce coffre n’a pas encore de phrase de passe." in text
    assert "Créer sa clé" not in text
    for path in ("creer", "ajouter"):
        answer = client.post(f"/coffre/secours/{path}/", {"name": "Trésorière", "recipient": "age1"})
        assert answer.status_code == 422
        assert "n’a pas de phrase de passe" in text_of(answer)
    assert rotation.officers(filled.vault) == []


def test_an_officer_gets_her_key_once_and_it_opens_the_vault(filled: Session, client: Client) -> None:
    set_passphrase(client)
    assert "Il faut deux personnes" in text_of(client.get("/coffre/secours/"))
    address = client.post("/coffre/secours/creer/", {"name": "Trésorière"}).headers["Location"]
    page = client.get(address)
    assert "Pour : Trésorière" in text_of(page)
    assert b"AGE-SECRET-KEY" not in page.content
    assert rotation.officers(filled.vault) == [], "let in only when her key leaves"
    answer = client.post(address)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cle-de-secours.txt"'
    assert answer.headers["Cache-Control"] == "no-store"
    secret = identity_in(answer.content.decode())
    for again in (client.post(address), client.get(address)):
        assert again.status_code == 404
        assert b"AGE-SECRET-KEY" not in again.content
    assert [one.name for one in rotation.officers(filled.vault)] == ["Trésorière"]
    with open_session(filled.workspace.folder, clock=filled.clock, recovery=secret) as opened:
        assert len(opened.vault.items()) == len(filled.vault.items())
    held = [path for path in filled.workspace.folder.rglob("*") if path.is_file()]
    assert not [path for path in held if secret.encode() in path.read_bytes()]
    assert "Trésorière" in text_of(client.get("/coffre/secours/"))


def test_a_key_that_nobody_took_is_forgotten(filled: Session, client: Client, watch: Watch) -> None:
    set_passphrase(client)
    address = client.post("/coffre/secours/creer/", {"name": "Trésorière"}).headers["Location"]
    for _ in range(2):  # a person is there all the while: the screen does not lock
        watch.advance(8 * 60)
        client.get("/")
    answer = client.post(address)
    assert answer.status_code == 404
    assert "Cette clé n’est plus disponible." in text_of(answer)
    assert rotation.officers(filled.vault) == []


def test_a_public_key_is_pasted_and_a_secret_one_never_repeated(filled: Session, client: Client) -> None:
    set_passphrase(client)
    secret, recipient = rotation.new_identity()
    for given, said in (
        ("age1abc", "n’est pas une clé publique age"),
        (secret, "n’est pas une clé publique age"),
    ):
        answer = client.post("/coffre/secours/ajouter/", {"name": "Présidente", "recipient": given})
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert secret not in answer.content.decode()
        assert 'value="Présidente"' in answer.content.decode()
    assert client.post("/coffre/secours/ajouter/", {"recipient": recipient}).status_code == 422
    sent = {"name": "Présidente", "recipient": recipient}
    assert client.post("/coffre/secours/ajouter/", sent).headers["Location"] == "/coffre/secours/"
    assert "déjà là" in text_of(client.post("/coffre/secours/ajouter/", sent))
    client.post("/coffre/secours/retirer/", {"recipient": recipient})
    assert rotation.officers(filled.vault) == []
    assert client.post("/coffre/secours/retirer/", {"recipient": recipient}).status_code == 404
