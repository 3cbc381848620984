"""« Coffre » in a real Chromium: empty, full, busy, refused; axe at 320 and 1280 px on each state.

Asserted on the way: no violent word and no secret goes to the browser, but the officer's file; the worker goes
on after a passphrase was chosen, a killed one opens the vault with it again.
"""

import io
import os
import re
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from saisine.casework.session import open_session
from saisine.example import ExampleReport
from saisine.vault.authorities import choose_authority
from tests.e2e.running import CHROMIUM, JOB_WITHIN_MS, axe_faults, clock
from tests.e2e.test_other_ways import until
from tests.e2e.walking import Walk, sealed_sentence
from tests.e2e.walkthrough import kept
from tests.vault.authority import LocalAuthority

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]

PAGES = ("", "verifier/", "depots/", "dates/", "phrase/", "secours/", "sauvegardes/")
PHRASE = "verger brouillard sept tambours"
JUDGED, SHOWN = (320, 1280), (360, 1280)


@pytest.fixture
def workspace(workspace: Path, tmp_path: Path) -> Path:
    """The usual one, with an authority on a closed port: the worker asks it from the first deposit on."""
    authority = LocalAuthority(tmp_path / "tsa")
    with open_session(workspace, clock=clock) as session:
        choose_authority(session.vault, "maison", "http://127.0.0.1:1/", authority.root_pem)
    return workspace


def look(walk: Walk, name: str) -> None:
    """Axe and width at 320 and 1280 px; a picture of the whole page when SAISINE_SHOTS names a folder."""
    page = walk.page
    page.wait_for_load_state("networkidle")
    for width in JUDGED:
        page.set_viewport_size({"width": width, "height": 800})
        walk.faults += [f"{name} {width}: {fault}" for fault in axe_faults(page)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            walk.faults.append(f"{name} {width}: wider than the screen")
    if walk.shots:
        for width in SHOWN:
            page.set_viewport_size({"width": width, "height": 800})
            shot = Image.open(io.BytesIO(page.screenshot(full_page=True)))
            shot.convert("RGB").save(walk.shots / f"coffre-{name}-{width}.png")


def go(walk: Walk, path: str) -> None:
    walk.page.goto(f"{walk.wire.url}/coffre/{path}")


@pytest.mark.slow
def test_the_vault_in_each_of_its_states(walk: Walk, report: ExampleReport, tmp_path: Path) -> None:
    for path in PAGES:
        go(walk, path)
        look(walk, f"vide-{path.strip('/') or 'accueil'}")
    deposit(walk, report.folder)
    verify(walk)
    hold_a_deposit(walk)
    stop_asking(walk)
    choose_a_passphrase(walk)
    secret = add_an_officer(walk, tmp_path)
    make_a_backup(walk, tmp_path)
    destroy_a_picture(walk, tmp_path)
    go(walk, "")
    look(walk, "plein-accueil")
    walk.page.emulate_media(color_scheme="dark")
    look(walk, "plein-accueil-sombre")
    walk.page.emulate_media(color_scheme="light")
    kill_the_worker_and_verify(walk)
    assert walk.faults == []
    assert walk.wire.early == []
    assert {urlsplit(url).hostname for url in walk.requests if not url.startswith("data:")} == {"127.0.0.1"}
    log = walk.server.log.read_bytes()
    assert PHRASE.encode() not in log
    assert secret.encode() not in log


def deposit(walk: Walk, folder: Path) -> None:
    walk.page.goto(f"{walk.wire.url}/documenter/")
    walk.choose(folder)
    walk.button("Sceller ces fichiers")
    expect(walk.page.get_by_text(sealed_sentence())).to_be_visible(timeout=JOB_WITHIN_MS)
    walk.page.get_by_text("Fichiers scellés mais non lus comme messages").click()
    look(walk, "depot")
    go(walk, "")
    look(walk, "depose-accueil")


def verify(walk: Walk) -> None:
    walk.button("Vérifier tout le coffre")
    expect(walk.page.get_by_text(re.compile(r"^Intact\. \d+ pièces"))).to_be_visible(timeout=JOB_WITHIN_MS)
    expect(walk.page.get_by_text("0 ne correspond pas")).to_be_visible()
    look(walk, "verifie")
    walk.page.get_by_label("Code d’un reçu gardé ailleurs").fill("ABCD")
    walk.button("Vérifier tout le coffre")
    expect(walk.page.get_by_role("alert")).to_contain_text("n’est pas un code de reçu complet")
    look(walk, "verifie-refus")


def hold_a_deposit(walk: Walk) -> None:
    go(walk, "depots/")
    look(walk, "depots")
    walk.main().get_by_role("link", name=re.compile("^Dépôt du")).click()
    look(walk, "conserver")
    walk.page.get_by_label("Motif").fill("plainte déposée")
    walk.page.get_by_label("À revoir le").fill("2031-10-21")
    walk.button("Conserver pour une procédure")
    expect(walk.page.get_by_text("Ce dépôt est conservé : il ne peut pas être effacé.")).to_be_visible()
    look(walk, "conserve")


def stop_asking(walk: Walk) -> None:
    """The chosen authority is on a closed port of this computer: it is silent, and nothing leaves."""
    page = walk.page
    go(walk, "dates/")
    walk.button("Demander maintenant")
    expect(page.get_by_text("maison : sans réponse (connexion refusée).")).to_be_visible(
        timeout=JOB_WITHIN_MS
    )
    look(walk, "dates-silence")
    go(walk, "")
    expect(
        page.get_by_text(re.compile(r"^maison\s: pas encore daté. Sans réponse depuis le"))
    ).to_be_visible()
    go(walk, "dates/")
    page.get_by_role("button", name=re.compile("^Ne plus l’interroger")).click()
    expect(page.get_by_text("Aucune : rien n’est envoyé.")).to_be_visible()
    look(walk, "dates-aucune")


def choose_a_passphrase(walk: Walk) -> None:
    page = walk.page
    go(walk, "phrase/")
    page.get_by_label("Nouvelle phrase de passe").fill(PHRASE)
    page.get_by_label("Encore une fois").fill("autre chose")
    walk.button("Choisir cette phrase de passe")
    expect(page.get_by_role("alert")).to_contain_text("Les deux saisies diffèrent.")
    expect(page.get_by_label("Nouvelle phrase de passe")).to_have_value("")
    look(walk, "phrase-refus")
    page.get_by_label("Nouvelle phrase de passe").fill(PHRASE)
    page.get_by_label("Encore une fois").fill(PHRASE)
    page.get_by_role("button", name="Choisir cette phrase de passe").click()
    # the page asks again by itself, and goes to the result
    expect(page.get_by_text("La phrase de passe est en place.")).to_be_visible(timeout=JOB_WITHIN_MS)
    look(walk, "phrase-faite")


def add_an_officer(walk: Walk, folder: Path) -> str:
    page = walk.page
    go(walk, "secours/")
    look(walk, "secours")
    page.get_by_label("Nom ou fonction").first.fill("Trésorière")
    walk.button("Créer sa clé")
    look(walk, "secours-cle")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Télécharger sa clé").click()
    text = kept(taken.value, folder / "cle.txt").read_text("utf-8")
    secret = next(line for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-"))
    walk.link("Revenir à la liste")
    expect(page.get_by_text("Trésorière").first).to_be_visible()
    expect(page.get_by_text("Il faut deux personnes : une clé seule se perd.")).to_be_visible()
    page.get_by_text("Elle a déjà une clé age").click()
    look(walk, "secours-une")
    assert secret not in page.content()
    return secret


def make_a_backup(walk: Walk, folder: Path) -> None:
    go(walk, "sauvegardes/")
    walk.button("Faire une sauvegarde")
    expect(walk.page.get_by_role("link", name="Télécharger")).to_be_visible(timeout=JOB_WITHIN_MS)
    look(walk, "sauvegarde")
    walk.wire.may_show = True  # the database in it is encrypted; the listener only counts what it hears
    with walk.page.expect_download() as taken:
        walk.link("Télécharger")
    assert kept(taken.value, folder / "sauvegarde.zip").stat().st_size > 1000
    walk.wire.may_show = False
    walk.link("Supprimer")
    look(walk, "sauvegarde-supprimer")
    walk.link("Garder cette sauvegarde")


def destroy_a_picture(walk: Walk, folder: Path) -> None:
    page = walk.page
    page.goto(f"{walk.wire.url}/tri/captures/")
    look(walk, "captures")
    walk.link("Cette image ne peut pas être gardée")
    expect(page.get_by_text("Saisine ne l’affichera pas")).to_be_visible()
    look(walk, "image")
    assert page.locator("main img").count() == 0
    walk.button("Mettre à l’écart")
    expect(page.get_by_text("Elle est mise à l’écart.")).to_be_visible()
    look(walk, "image-ecartee")
    address = page.url
    go(walk, "")
    expect(page.get_by_text("Une image mise à l’écart attend d’être détruite.")).to_be_visible()
    page.goto(address)
    walk.button("Détruire maintenant")
    expect(page.get_by_text("L’image est détruite.")).to_be_visible()
    look(walk, "image-detruite")
    with page.expect_download() as taken:
        walk.link("Télécharger le certificat")
    assert kept(taken.value, folder / "certificat.txt").read_text("utf-8").startswith("CERTIFICAT")
    page.go_back()
    expect(page.get_by_text("Elle est mise à l’écart.")).to_have_count(0)


def kill_the_worker_and_verify(walk: Walk) -> None:
    """The one that starts again has to open a vault that had no passphrase when the pages were opened."""
    before = walk.server.children()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(walk.server.children()) == 1 and walk.server.children() != before)
    go(walk, "verifier/")
    walk.button("Vérifier tout le coffre")
    expect(walk.page.get_by_text(re.compile(r"^Intact\. \d+ pièces"))).to_be_visible(timeout=JOB_WITHIN_MS)
