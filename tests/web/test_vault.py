"""« Coffre »: what each page says in each of its states, what it changes, and what never leaves in an answer."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from saisine.casework import consents, incidents, jobs, rights, triage, unkeepable, vault_jobs
from saisine.casework.models import Capture, Deposit, DossierRow, Job, JournalRow
from saisine.casework.restoring import read_facts
from saisine.casework.session import Session, open_session
from saisine.errors import SaisineError
from saisine.vault import erasure, rotation
from saisine.vault.authorities import choose_authority, load_authorities, load_presets
from saisine.vault.objects import object_path
from saisine.vault.secret_files import identity_in
from saisine.web import current
from saisine.web.pages.vault_keys import Change, changes
from tests.vault.authority import LocalAuthority
from tests.web.conftest import Watch
from tests.web.reading import links_of, text_of, values_of
from tests.web.test_notices import THREAT

pytestmark = pytest.mark.usefixtures("quick_passphrases")

PHRASE = "verger brouillard sept tambours"
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


@pytest.fixture(autouse=True)
def _no_change_left() -> Iterator[None]:
    yield
    changes.wait()
    changes.take_ended()


def set_passphrase(client: Client, phrase: str = PHRASE) -> None:
    assert client.post("/coffre/phrase/", {"passphrase": phrase, "again": phrase}).status_code == 302
    changes.wait()


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def screenshot() -> Capture:
    found = Capture.objects.filter(kind="screenshot").order_by("number").first()
    assert found is not None
    return found


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
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
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


# ------------------------------------------------------------------ backups


def test_a_backup_is_made_listed_taken_and_deleted(filled: Session, client: Client) -> None:
    text = text_of(client.get("/coffre/sauvegardes/"))
    assert "Sans phrase de passe, une sauvegarde est lisible par qui la trouve." in text
    assert "Aucune pour l’instant." in text
    assert (
        client.post("/coffre/sauvegardes/", {"until": "2026-07-20"}).headers["Location"]
        == "/coffre/sauvegardes/"
    )
    assert "La sauvegarde est en cours" in text_of(client.get("/coffre/sauvegardes/"))
    assert jobs.run_waiting(filled) == 1
    page = client.get("/coffre/sauvegardes/")
    assert "À détruire le lundi 20 juillet 2026." in text_of(page)
    assert "lisible sans phrase de passe" in text_of(page)
    assert "À détruire le lundi 20 juillet 2026." in text_of(client.get("/coffre/"))
    address = "/coffre/sauvegardes/sauvegarde-20260421T080000.zip/"
    answer = client.get(address)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sauvegarde-20260421T080000.zip"'
    assert body_of(answer).startswith(b"PK")
    assert "Rien ne la ramène." in text_of(client.get(f"{address}supprimer/"))
    assert client.post(f"{address}supprimer/").headers["Location"] == "/coffre/sauvegardes/"
    assert list(filled.workspace.backups.iterdir()) == []
    for gone in (client.get(address), client.post(f"{address}supprimer/")):
        assert gone.status_code == 404


def test_a_backup_made_after_the_passphrase_by_another_process_says_so(
    filled: Session, client: Client
) -> None:
    """The worker opened the vault before the passphrase was chosen."""
    with open_session(filled.workspace.folder, clock=filled.clock) as worker:
        set_passphrase(client)
        client.post("/coffre/sauvegardes/")
        assert jobs.run_waiting(worker) == 1
    (made,) = filled.workspace.backups.iterdir()
    assert read_facts(made).is_protected
    text = text_of(client.get("/coffre/sauvegardes/"))
    assert "lisible" not in text


@pytest.mark.parametrize("until", ["2026-04-20", "hier"])
def test_a_day_that_is_past_or_no_day_makes_no_backup(until: str, filled: Session, client: Client) -> None:
    answer = client.post("/coffre/sauvegardes/", {"until": until})
    assert answer.status_code == 422
    assert jobs.run_waiting(filled) == 0


def test_a_cancelled_backup_leaves_no_file_and_is_no_fault(
    filled: Session, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post("/coffre/sauvegardes/")
    Job.objects.update(cancel_asked=True)
    jobs.run_waiting(filled)
    assert Job.objects.get().state == Job.CANCELLED
    assert list(filled.workspace.backups.iterdir()) == []


def test_a_backup_past_its_day_asks_to_be_destroyed(filled: Session, client: Client, watch: Watch) -> None:
    client.post("/coffre/sauvegardes/", {"until": "2026-04-22"})
    jobs.run_waiting(filled)
    assert "à détruire maintenant" not in text_of(client.get("/coffre/sauvegardes/"))
    watch.at += timedelta(days=3)
    assert "à détruire maintenant" in text_of(client.get("/coffre/sauvegardes/"))
    assert "à détruire maintenant" in text_of(client.get("/coffre/"))


def test_other_files_of_the_folder_are_not_offered(filled: Session, client: Client) -> None:
    for name in ("format-0-20260101T000000.zip", "sauvegarde-20260101T000000.zip", "notes.txt"):
        (filled.workspace.backups / name).write_bytes(b"PK\x03\x04")
        assert client.get(f"/coffre/sauvegardes/{name}/").status_code == 404
    assert "Aucune pour l’instant." in text_of(client.get("/coffre/sauvegardes/"))


# ------------------------------------------------------------------ holds, erasures


def test_a_deposit_is_kept_for_a_procedure_then_released(filled: Session, client: Client) -> None:
    unit = Deposit.objects.get(state=Deposit.SEALED).unit
    address = f"/coffre/depots/{unit}/conserver/"
    assert address in links_of(client.get("/coffre/depots/"))
    assert "Dépôt du mardi 21 avril 2026" in text_of(client.get(address))
    sent = {"act": "hold", "reason": "plainte déposée", "until": "2026-10-21"}
    assert client.post(address, sent).headers["Location"] == address
    assert "À revoir le mercredi 21 octobre 2026." in text_of(client.get(address))
    client.post(address, sent)  # sent twice
    assert len(erasure.holds(filled.vault)) == 1
    assert "plainte déposée" in text_of(client.get("/coffre/"))
    assert "conservé" in text_of(client.get("/coffre/depots/"))
    with pytest.raises(SaisineError) as told:
        filled.vault.erase(unit, "mistake")
    assert told.value.code == "unit_held"
    client.post(address, {"act": "release", "reason": "procédure terminée"})
    assert erasure.holds(filled.vault) == []
    assert client.post(address, {"act": "release", "reason": "encore"}).status_code == 400


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "hold", "reason": " "}, "Le motif est vide."),
        ({"act": "hold", "reason": "plainte", "until": "2026-04-20"}, "est déjà passée"),
        ({"act": "hold", "reason": "plainte", "until": "x"}, "n’a pas été comprise"),
    ],
)
def test_a_hold_without_reason_or_with_a_past_day_is_refused(
    sent: dict[str, str], said: str, filled: Session, client: Client
) -> None:
    address = f"/coffre/depots/{Deposit.objects.get(state=Deposit.SEALED).unit}/conserver/"
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert f'name="reason" value="{sent["reason"].strip()}"' in answer.content.decode()
    assert erasure.holds(filled.vault) == []
    assert client.post(address, {"act": "burn", "reason": "x"}).status_code == 422


def test_a_review_that_is_due_is_said(filled: Session, client: Client, watch: Watch) -> None:
    unit = Deposit.objects.get(state=Deposit.SEALED).unit
    sent = {"act": "hold", "reason": "plainte", "until": "2026-04-22"}
    client.post(f"/coffre/depots/{unit}/conserver/", sent)
    assert "à revoir maintenant" not in text_of(client.get("/coffre/"))
    watch.at += timedelta(days=1)
    assert "à revoir maintenant" in text_of(client.get("/coffre/"))


def test_an_erased_deposit_leaves_a_certificate_and_no_page_of_its_own(
    filled: Session, client: Client
) -> None:
    from saisine.casework import erasures

    deposit = Deposit.objects.get(state=Deposit.SEALED)
    (made,) = erasures.erase(filled, erasures.target_of(filled, deposit.unit), "mistake")
    answer = client.get("/coffre/")
    assert "Motif : erreur de dépôt." in text_of(answer)
    path = f"/coffre/certificats/{made.erasure.seq}/"
    assert path in links_of(answer)
    certificate = client.get(path)
    assert certificate.content.decode().startswith("CERTIFICAT D’EFFACEMENT")
    assert "attachment" in certificate.headers["Content-Disposition"]
    assert client.get("/coffre/certificats/0/").status_code == 404
    assert client.get(f"/documenter/{deposit.id}/").headers["Location"] == "/coffre/"
    assert client.get(f"/coffre/depots/{deposit.unit}/conserver/").status_code == 403


# ------------------------------------------------------------------ what may not be kept


def test_a_picture_is_set_aside_and_destroyed_without_being_shown(filled: Session, client: Client) -> None:
    capture = screenshot()
    sealed = filled.vault.find(capture.item)
    address = f"/coffre/images/{capture.item}/"
    assert address in links_of(client.get("/tri/captures/"))
    page = client.get(address)
    assert "La loi interdit de garder" in text_of(page)
    assert b"<img" not in page.content
    assert client.post(f"{address}detruire/").status_code == 400, "set aside first"
    assert client.post(f"{address}ecarter/").headers["Location"] == address
    text = text_of(client.get(address))
    for said in (
        "Elle est mise à l’écart.",
        "PHAROS",
        "3018",
        "119",
        "Détruire maintenant",
        "Quoi faire maintenant",
    ):
        assert said in text
    client.post(f"{address}ecarter/")  # sent twice
    assert JournalRow.objects.filter(what="item_barred").count() == 1
    assert "attend d’être détruite" in text_of(client.get("/coffre/"))
    assert client.post(f"{address}detruire/").headers["Location"] == address
    page = client.get(address)
    assert "L’image est détruite." in text_of(page)
    assert client.post(f"{address}detruire/").headers["Location"] == address
    (link,) = [one for one in links_of(page) if one.startswith("/coffre/certificats/")]
    certificate = client.get(link).content.decode()
    assert sealed.sha256 in certificate
    assert "PHAROS" in certificate
    assert "attend d’être détruite" not in text_of(client.get("/coffre/"))
    assert not JournalRow.objects.filter(what__in=("capture_opened", "original_taken")).exists()


@pytest.mark.parametrize("destroyed", [False, True])
def test_once_barred_no_page_shows_names_or_gives_it(
    destroyed: bool, filled: Session, client: Client
) -> None:
    capture = screenshot()
    sealed = filled.vault.find(capture.item)
    name = sealed.name.rsplit("/", 1)[-1]
    deposit = Deposit.objects.get(state=Deposit.SEALED)
    shown = client.post("/tri/captures/afficher/", {"capture": capture.id}).content.decode()
    token = re.search(r'src="([^"]+)"', shown.split('id="picture"')[1])[1]  # type: ignore[index]
    assert name in client.get(f"/documenter/{deposit.id}/").content.decode()
    unkeepable.bar(filled, capture.item)
    if destroyed:
        unkeepable.destroy(filled, capture.item)
    original = client.get(f"/pieces/{capture.item}/original/")
    assert 400 <= original.status_code < 500
    assert "mise à l’écart" in text_of(original) or destroyed
    assert "Content-Disposition" not in original.headers
    assert 400 <= client.get(token).status_code < 500
    assert client.post("/tri/captures/afficher/", {"capture": capture.id}).status_code == 404
    pages = [
        "/", "/tri/", "/tri/captures/", f"/documenter/{deposit.id}/", "/documenter/", "/journal/", "/coffre/",
        "/coffre/verifier/", "/coffre/depots/", f"/coffre/images/{capture.item}/", f"/pieces/{capture.item}/original/",
    ]  # fmt: skip
    client.post("/coffre/verifier/")
    jobs.run_waiting(filled)
    for page in pages:
        assert name not in client.get(page).content.decode(), page
    assert capture.item not in client.get("/tri/captures/").content.decode()


def test_the_deposit_offers_it_for_each_file_and_comes_by_pages(filled: Session, client: Client) -> None:
    deposit = Deposit.objects.get(state=Deposit.SEALED)
    links = links_of(client.get(f"/documenter/{deposit.id}/"))
    offered = {link.split("/")[3] for link in links if link.startswith("/coffre/images/")}
    assert offered >= set(Capture.objects.values_list("item", flat=True))
    later = client.get(f"/documenter/{deposit.id}/?fichiers=2")
    assert '<details id="unread" open>' in later.content.decode()
    assert len([link for link in links_of(later) if link.startswith("/coffre/images/")]) == len(offered) - 2
    assert client.get(f"/documenter/{deposit.id}/?fichiers=²").status_code == 200


def test_a_dossier_that_holds_it_is_given_no_more_and_destroyed_with_it(
    filled: Session, client: Client
) -> None:
    client.post("/tri/captures/", {"capture": screenshot().id})
    capture = Capture.objects.get(state="done")
    for card in triage.cards(filled, "urgent").items:
        triage.decide(filled, "urgent", card.ref, "keep")
    incident = incidents.open_incident(filled, "Vague de mars", from_triage=True)
    rights.record(filled, incident, THREAT)
    consents.set_consent(filled, incident, "agir_en_justice", "given")
    page = client.get(f"/incidents/{incident.id}/")
    assert f"/coffre/images/{capture.item}/" in links_of(page)
    address = client.post(f"/incidents/{incident.id}/dossier/").headers["Location"]
    client.post(f"{address}sceller/", {"recipient": "avocat", "mask_third_parties": "yes"})
    jobs.run_waiting(filled)
    assert client.get(f"{address}zip/").status_code == 200
    client.post(f"/coffre/images/{capture.item}/ecarter/")
    for kind in ("pdf", "zip"):
        answer = client.get(f"{address}{kind}/")
        assert answer.status_code == 403
        assert "contient une image mise à l’écart" in text_of(answer)
    assert f"/pieces/{capture.item}/original/" not in links_of(client.get(f"/incidents/{incident.id}/"))
    client.post(f"/coffre/images/{capture.item}/detruire/")
    assert [path.name for path in (filled.workspace.folder / "dossiers").iterdir()] == []
    assert not DossierRow.objects.get().is_built
    assert client.get(f"{address}zip/").status_code == 404
    client.post(f"{address}sceller/", {"recipient": "avocat", "mask_third_parties": "yes"})
    jobs.run_waiting(filled)
    assert client.get(f"{address}zip/").status_code == 200, "built again, without it"


def test_backups_made_before_it_was_set_aside_are_told_until_they_are_deleted(
    filled: Session, client: Client, watch: Watch
) -> None:
    client.post("/coffre/sauvegardes/")
    jobs.run_waiting(filled)
    watch.advance(60)
    address = f"/coffre/images/{screenshot().item}/"
    client.post(f"{address}ecarter/")
    watch.advance(60)
    client.post("/coffre/sauvegardes/")
    jobs.run_waiting(filled)
    assert "1 sauvegarde faite avant la contient encore." in text_of(client.get(address))
    client.post(f"{address}detruire/")
    page = client.get(address)
    assert "1 sauvegarde faite avant la contient encore." in text_of(page)
    assert "/coffre/sauvegardes/" in links_of(page)
    client.post("/coffre/sauvegardes/sauvegarde-20260421T080000.zip/supprimer/")
    assert "contient encore" not in text_of(client.get(address))


def test_an_unknown_picture_is_told(empty: Session, client: Client) -> None:
    assert client.get(f"/coffre/images/{'0' * 64}/").status_code == 404
