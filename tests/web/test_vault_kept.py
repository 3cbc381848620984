"""« Coffre »: backups, deposits kept for a procedure, erasures, and pictures that may not be kept."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from saisine.casework import consents, incidents, jobs, rights, triage, unkeepable
from saisine.casework.models import Capture, Deposit, DossierRow, Job, JournalRow
from saisine.casework.restoring import read_facts
from saisine.casework.session import Session, open_session
from saisine.errors import SaisineError
from saisine.vault import erasure
from tests.web.conftest import Watch
from tests.web.reading import links_of, text_of
from tests.web.test_notices import THREAT
from tests.web.vault_pages import body_of, screenshot, set_passphrase

pytestmark = pytest.mark.usefixtures("quick_passphrases", "no_change_left")


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
