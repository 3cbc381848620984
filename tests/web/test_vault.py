"""« Coffre »: what each page says in each of its states; the state at a glance, the verification, the dates."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from saisine.casework import jobs, vault_jobs
from saisine.casework.models import Job, JournalRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault.authorities import choose_authority, load_authorities, load_presets
from saisine.vault.objects import object_path
from tests.vault.authority import LocalAuthority
from tests.web.conftest import Watch
from tests.web.reading import links_of, text_of, values_of
from tests.web.vault_pages import screenshot, set_passphrase

pytestmark = pytest.mark.usefixtures("quick_passphrases", "no_change_left")

PAGES = (
    "vault",
    "vault_verify",
    "vault_deposits",
    "vault_dates",
    "vault_passphrase",
    "vault_officers",
    "vault_backups",
)
LARGEST = 200_000  # bytes of a page
LONGEST = 20  # words of a sentence


# ------------------------------------------------------------------ every page


@pytest.mark.parametrize("name", PAGES)
def test_each_page_answers_empty_and_full_with_one_title(name: str, empty: Session, client: Client) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert answer.content.count(b"<h1") == 1
    assert answer.content.count(b"button-primary") <= 1
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", PAGES)
def test_sentences_are_short_and_pages_light(name: str, filled: Session, client: Client) -> None:
    answer = client.get(reverse(name))
    assert len(answer.content) < LARGEST
    for sentence in sentences(answer):
        assert len(sentence.split()) <= LONGEST, sentence


def sentences(answer: HttpResponse) -> list[str]:
    main = re.search(r"<main[^>]*>(.*)</main>", answer.content.decode(), re.S)
    assert main is not None
    blocks = re.split(r"</?(?:p|h1|h2|h3|li|button|a|label|div|span|td|summary|legend)\b[^>]*>", main[1])
    plain = (re.sub(r"<[^>]+>", " ", block) for block in blocks)
    return [part for block in plain for part in re.split(r"(?<=[.:;?])\s", " ".join(block.split()))]


def test_no_violent_word_stands_on_any_page(filled: Session, client: Client, example: object) -> None:
    for name in PAGES:
        body = client.get(reverse(name)).content.decode()
        assert not any(word in body for word in example.sentinels), name  # type: ignore[attr-defined]


def test_the_navigation_leads_to_the_vault(empty: Session, client: Client) -> None:
    body = client.get("/coffre/phrase/").content.decode()
    assert '<a href="/coffre/" aria-current="page">' in body


# ------------------------------------------------------------------ at a glance


def test_an_empty_vault_says_so_and_offers_the_first_deposit(empty: Session, client: Client) -> None:
    answer = client.get("/coffre/")
    text = text_of(answer)
    assert "Le coffre est vide pour l’instant." in text
    assert "/documenter/" in links_of(answer)
    assert "Vérifier tout le coffre" not in text
    assert client.get("/coffre/recu/").status_code == 404 or "encore rien" in text_of(
        client.get("/coffre/recu/")
    )


def test_the_state_is_told_in_plain_sentences(filled: Session, client: Client) -> None:
    text = text_of(client.get("/coffre/"))
    n = len(filled.vault.items()) - 1  # the record of the import is told apart
    assert f"{n} pièces scellées, depuis le mardi 21 avril 2026." in text
    assert "Aucune phrase de passe : qui ouvre ce dossier peut tout lire." in text
    assert "les dates viennent de l’horloge de cet ordinateur" in text
    assert "Aucune sauvegarde sur cet ordinateur." in text
    assert "Rien n’a été effacé." in text
    code = filled.vault.receipt().code
    assert code in text
    receipt = client.get("/coffre/recu/")
    assert receipt.headers["Content-Disposition"] == f'attachment; filename="recu-{code}.txt"'
    assert receipt.content.decode() == filled.vault.receipt().to_text()


def test_an_authority_that_does_not_answer_is_told_since_when(
    filled: Session, client: Client, watch: Watch, tmp_path: Path
) -> None:
    authority = LocalAuthority(tmp_path / "tsa")
    choose_authority(filled.vault, "maison", "http://127.0.0.1:1/", authority.root_pem)
    assert "maison : pas encore daté. Une demande attend depuis le mardi 21 avril 2026" in text_of(
        client.get("/coffre/")
    )
    watch.advance(3600)
    client.post("/coffre/dates/demander/")
    assert jobs.run_waiting(filled) == 1
    text = text_of(client.get("/coffre/"))
    assert "maison : pas encore daté. Sans réponse depuis le mardi 21 avril 2026, 11 h 00." in text
    assert "maison : sans réponse (connexion refusée). La demande repartira seule." in text_of(
        client.get("/coffre/dates/")
    )


# ------------------------------------------------------------------ verification


def test_the_whole_vault_is_verified_by_a_job(filled: Session, client: Client, htmx: Client) -> None:
    assert client.post("/coffre/verifier/").headers["Location"] == "/coffre/verifier/"
    assert "En attente." in text_of(client.get("/coffre/verifier/"))
    job = Job.objects.get(kind="verify")
    assert jobs.run_waiting(filled) == 1
    assert htmx.get(f"/travaux/{job.id}/").headers["HX-Redirect"] == "/coffre/verifier/"
    text = text_of(client.get("/coffre/verifier/"))
    assert f"Intact. {len(filled.vault.items()) - 1} pièces (et 1 relevé d’import)" in text
    assert "0 ne correspond pas" in text
    assert "contrôles réussis" in text
    assert "Un contrôle non fait n’est pas un contrôle réussi." in text
    assert "Dernière vérification : mardi 21 avril 2026" in text_of(client.get("/coffre/"))


def test_failures_come_first_and_name_no_file(filled: Session, client: Client) -> None:
    capture = screenshot()
    sealed = filled.vault.find(capture.item)
    entry = filled.vault.journal.entries[sealed.seq]
    path = object_path(filled.vault.folder / "objects", str(entry.object))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    client.post("/coffre/verifier/")
    jobs.run_waiting(filled)
    text = text_of(client.get("/coffre/verifier/"))
    assert text.index("Ce qui ne correspond pas") < text.index("contrôles réussis")
    assert "Ne changez rien dans ce dossier." in text
    names = {row.name.rsplit("/", 1)[-1] for row in filled.vault.items() if row.kind == "screenshot"}
    row = str(Job.objects.get(kind="verify").result)
    assert not [name for name in names if name in text or name in row]


def test_a_protected_vault_is_verified_to_its_contents(filled: Session, client: Client) -> None:
    set_passphrase(client)
    client.post("/coffre/verifier/")
    jobs.run_waiting(filled)
    result = Job.objects.get(kind="verify").result
    assert result["verdict"] == "verified"
    states = {check["id"]: check["state"] for check in result["checks"]}
    assert (states["V22"], states["V23"]) == ("verified", "verified")


def test_a_receipt_kept_elsewhere_is_checked_and_a_slip_is_told(filled: Session, client: Client) -> None:
    answer = client.post("/coffre/verifier/", {"receipt": "ABCD-EFG"})
    assert answer.status_code == 422
    assert "n’est pas un code de reçu complet" in text_of(answer)
    assert 'value="ABCD-EFG"' in answer.content.decode()
    client.post("/coffre/verifier/", {"receipt": filled.vault.receipt().code.lower()})
    jobs.run_waiting(filled)
    states = {check["id"]: check["state"] for check in Job.objects.get(kind="verify").result["checks"]}
    assert states["V25"] == "verified"


def test_a_cancelled_or_failed_verification_is_told(filled: Session, client: Client) -> None:
    client.post("/coffre/verifier/")
    client.post(f"/travaux/{Job.objects.get().id}/interrompre/")
    assert "Vérification interrompue." in text_of(client.get("/coffre/verifier/"))
    error = SaisineError("job_gave_up", attempts=3)
    Job.objects.update(state=Job.FAILED, error_code=error.code, error_facts=error.facts)
    assert error.what("fr") in text_of(client.get("/coffre/verifier/"))


def test_a_report_of_thousands_of_faults_stays_a_light_page(filled: Session, client: Client) -> None:
    from saisine.vault.report import Check, Report

    faults = [
        Check.failed("V19", f"ligne {n} « nom-{n}.png » : " + "é" * 400, "x" * 400) for n in range(5000)
    ]
    row = vault_jobs.report_as_row(Report.of(faults, ["V19"], ("Ne correspond pas.", "Does not match.")))
    now = filled.now()
    Job.objects.create(
        kind="verify", subject=vault_jobs.VERIFY, state=Job.DONE, result=row, created_at=now, changed_at=now
    )
    answer = client.get("/coffre/verifier/")
    assert len(answer.content) < LARGEST
    assert "nom-1.png" not in answer.content.decode()
    assert "5\u202f000 ne correspondent pas" in answer.content.decode()


# ------------------------------------------------------------------ dates


def test_nothing_is_chosen_until_a_person_chooses(filled: Session, client: Client) -> None:
    text = text_of(client.get("/coffre/dates/"))
    assert "envoie une empreinte de 32 octets à l’autorité choisie, jamais un contenu." in text
    assert "Aucune : rien n’est envoyé." in text
    assert text.count("Jamais essayée depuis ce logiciel.") == len(load_presets())
    assert text.count("Qualifiée au sens européen : inconnu.") == len(load_presets())
    assert "Demander maintenant" not in text
    answer = client.post("/coffre/dates/demander/")
    assert answer.status_code == 400
    assert "Aucun tiers n’est choisi" in text_of(answer)


def test_an_authority_is_chosen_once_removed_and_chosen_again(filled: Session, client: Client) -> None:
    for _ in range(2):
        assert (
            client.post("/coffre/dates/ajouter/", {"preset": "digicert"}).headers["Location"]
            == "/coffre/dates/"
        )
    assert [one.name for one in load_authorities(filled.vault.folder)] == ["digicert"]
    page = client.get("/coffre/dates/")
    assert "DigiCert : pas encore daté." in text_of(page)
    assert "digicert" not in values_of(page, "preset")
    client.post("/coffre/dates/retirer/", {"name": "digicert"})
    assert "digicert" in values_of(client.get("/coffre/dates/"), "preset")
    assert client.post("/coffre/dates/retirer/", {"name": "digicert"}).status_code == 404
    client.post("/coffre/dates/ajouter/", {"preset": "digicert"})
    assert {one.name: one.is_retired for one in load_authorities(filled.vault.folder)} == {
        "digicert": True,
        "digicert-2": False,
    }
    assert client.post("/coffre/dates/ajouter/", {"preset": "nobody"}).status_code == 404
    assert [row.what for row in JournalRow.objects.filter(what__startswith="authority").order_by("id")] == [
        "authority_chosen", "authority_retired", "authority_chosen",
    ]  # fmt: skip


def test_a_local_authority_dates_the_vault_now(
    filled: Session, client: Client, watch: Watch, tmp_path: Path
) -> None:
    watch.at = datetime.now(UTC)  # openssl dates by the real clock
    authority = LocalAuthority(tmp_path / "tsa")
    with authority.serve() as url:
        choose_authority(filled.vault, "maison", url, authority.root_pem)
        assert "Demander maintenant" in text_of(client.get("/coffre/dates/"))
        client.post("/coffre/dates/demander/")
        assert "La demande de date est en route" in text_of(client.get("/coffre/dates/"))
        assert jobs.run_waiting(filled) == 1
    text = text_of(client.get("/coffre/dates/"))
    assert re.search(r"maison : daté le \w+ \d+", text)
    assert "Sans réponse" not in text_of(client.get("/coffre/"))
    assert JournalRow.objects.filter(what="stamp_dated").count() == 1
