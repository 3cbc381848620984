"""The main path in a real Chromium: a folder is dropped, sealed, sorted, qualified, reported, made a dossier.

Asserted on the way: nothing leaves loopback, no violent word goes to the browser or stands in its
accessibility tree before « Afficher », axe finds nothing on the pages crossed, at two sizes. Screenshots go
to the folder that SAISINE_SHOTS names.
"""

import hashlib
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import icalendar
import pikepdf
import pytest
from playwright.sync_api import Download, expect

from saisine.example import ExampleReport
from saisine.law.load import load_law
from saisine.vault.verify import verify_bundle
from saisine.web import words
from tests.e2e.running import CHROMIUM, JOB_WITHIN_MS
from tests.e2e.walking import Walk, sealed_sentence

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]

LOOPBACK = {"127.0.0.1", "localhost"}
NOTHING_SEES = re.compile("Plus de question pour l’instant")


def test_from_a_folder_to_a_verified_dossier(walk: Walk, report: ExampleReport, tmp_path: Path) -> None:
    wave_day = words.say_date(report.wave_on)
    deposit(walk, report.folder)
    sort(walk, wave_day)
    complete_two_captures(walk)
    open_incident(walk, wave_day)
    answer_questions(walk)
    keep_a_qualification(walk)
    report_to_the_platform(walk, report.folder / "accuse-de-reception.pdf")
    check_deadlines(walk, tmp_path)
    bundle, pdf = build_dossier(walk, tmp_path)
    check_pdf(pdf)
    check_bundle(walk, bundle, report, tmp_path)
    assert walk.early == []
    assert walk.wire.early == []
    assert walk.wire.asked > 0, "the listener hears the words once they are asked for"
    assert walk.faults == []
    assert {urlsplit(url).hostname for url in walk.requests if not url.startswith("data:")} <= LOOPBACK


# ------------------------------------------------------------------ deposit


def deposit(walk: Walk, folder: Path) -> None:
    page = walk.page
    page.goto(walk.wire.url)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Documenter la haine en ligne, faire valoir vos droits"
    )
    walk.stop("home")
    walk.dark("home")
    walk.link("Documenter")
    expect(page.get_by_text("Rien n’est envoyé hors de cet ordinateur.").first).to_be_visible()
    walk.stop("deposit")
    walk.choose(folder)
    walk.stop("deposit-confirm")
    walk.button("Sceller ces fichiers")
    expect(page.get_by_text(sealed_sentence())).to_be_visible(timeout=JOB_WITHIN_MS)
    walk.stop("deposit-result")
    with page.expect_download() as taken:
        walk.link("Télécharger le reçu")
    assert taken.value.suggested_filename.startswith("recu-")
    page.get_by_label("Une association", exact=True).check()
    expect(page.get_by_label(re.compile("J’agis en son nom"))).to_be_checked()
    walk.button("Continuer")
    walk.link("Voir le tri proposé")


# ------------------------------------------------------------------ triage


def sort(walk: Walk, wave_day: str) -> None:
    page = walk.page
    for title in ("Urgent (2)", f"Vague du {wave_day}", "Autres (678)", "Captures à compléter (24)"):
        expect(walk.main().get_by_role("link", name=re.compile(re.escape(title)))).to_be_visible()
    expect(walk.main().get_by_text("1\u202f120, dont 720 en 37 groupes de copies")).to_be_visible()
    walk.stop("triage")
    walk.dark("triage")
    keep_the_urgent(walk)
    walk.link("Revenir à la boîte de tri")
    walk.link(f"Vague du {wave_day}")
    walk.stop("wave")
    for _ in range(3):
        walk.button("Garder tout le groupe")
    walk.button("Écarter le reste de la vague")
    expect(page.get_by_role("button", name="Annuler").first).to_be_visible()
    walk.link("Boîte de tri")


def keep_the_urgent(walk: Walk) -> None:
    page = walk.page
    walk.link("Urgent (2)")
    expect(page.get_by_role("heading", name=re.compile("Signe de danger")).first).to_be_visible()
    walk.stop("urgent")
    walk.wire.may_show = True
    walk.button("Afficher")
    expect(page.get_by_text("Un danger semble possible.")).to_be_visible()
    assert (
        sum(threat in (page.locator("blockquote").first.text_content() or "") for threat in walk.forbidden)
        == 1
    )
    walk.stop("urgent-shown", shown=True)
    walk.button("Garder")
    expect(page.locator("blockquote")).to_have_count(0)
    expect(page.get_by_role("button", name="Annuler").first).to_be_visible()
    walk.wire.may_show = False
    walk.button("Garder")


def complete_two_captures(walk: Walk) -> None:
    page = walk.page
    walk.link("Captures à compléter")
    walk.stop("captures")
    for number in range(2):
        walk.button("Afficher")
        expect(page.locator("#picture img, #picture [role=alert]")).to_be_visible()
        date_shown = page.get_by_label("Date affichée")
        if not date_shown.input_value():
            date_shown.fill((datetime.now(UTC) - timedelta(days=38)).date().isoformat())
        page.get_by_label("Confirmer la date").check()
        page.get_by_label("Coller le lien").fill(f"https://www.instagram.com/p/Cexemple{number}/")
        walk.button("Enregistrer")
        expect(page.get_by_text("Enregistré.")).to_be_visible()
    walk.button("Laisser les autres pour plus tard")


# ------------------------------------------------------------------ incident


def open_incident(walk: Walk, wave_day: str) -> None:
    expect(walk.page.get_by_label("Titre de l’incident")).to_have_value(f"Vague du {wave_day}")
    walk.button("Créer un incident")
    expect(walk.page.get_by_role("heading", level=1)).to_have_text(f"Vague du {wave_day}")
    walk.stop("incident-new")


# what a person would say of the example: public insults, a threat of death, many authors
TRUE_FACTS = (
    "credible_imminent_threat", "is_public", "target_person", "target_legal_person", "outrageous_expression",
    "harms_honour", "several_authors", "threat_offence", "threat_attempt_punishable", "threat_death",
    "threat_written_or_repeated",
)  # fmt: skip
TRUE_THEMES = ("menaces", "repetition")
TRUE_GROUND = "sexe"


def true_labels() -> set[str]:
    """The words of the boxes to tick, as the page prints them."""
    law = load_law()
    facts = {law.facts[fact].question_fr for fact in TRUE_FACTS}
    return facts | {law.themes[theme].sort_fr for theme in TRUE_THEMES} | {law.grounds[TRUE_GROUND].label_fr}


def answer_questions(walk: Walk) -> None:
    """Screen after screen, until the page has nothing more to ask."""
    card, true = walk.page.locator("#question"), true_labels()
    for _screen in range(40):
        if card.get_by_text(NOTHING_SEES).count():
            break
        boxes = card.get_by_role("checkbox")
        for index in range(boxes.count()):
            label = boxes.nth(index).locator("xpath=../span").inner_text().split("\n")[0]
            boxes.nth(index).set_checked(label.strip() in true)
        if boxes.count():
            walk.button("Enregistrer ces réponses")
        else:
            walk.button("Oui" if card.get_by_role("heading").first.inner_text().strip() in true else "Non")
    expect(card.get_by_text(NOTHING_SEES)).to_be_visible()


def keep_a_qualification(walk: Walk) -> None:
    page = walk.page
    section = page.locator("#qualification")
    expect(section.get_by_role("article").first).to_be_visible()
    expect(page.get_by_text(re.compile("Délai le plus court")).first).to_be_visible()
    expect(page.get_by_text(re.compile("il reste \\d+ jours, dernier jour utile : ")).first).to_be_visible()
    walk.button("Retenir")
    expect(section.get_by_text("Retenue").first).to_be_visible()
    walk.stop("incident", at="#qualification")
    walk.dark("incident")


# ------------------------------------------------------------------ notice and deadlines


def report_to_the_platform(walk: Walk, acknowledgement: Path) -> None:
    page = walk.page
    walk.link("Préparer le signalement")
    walk.stop("notice-new")
    walk.button("Écrire le texte")
    expect(page.get_by_text("Ce texte cite le contenu signalé.")).to_be_visible()
    walk.stop("notice")
    walk.wire.may_show = True
    walk.button("Afficher")
    body = page.get_by_role("textbox", name="Texte du signalement").input_value()
    walk.button("Copier le texte")
    expect(page.get_by_text("Texte copié.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == body
    assert any(threat in body for threat in walk.forbidden), (
        "the first exhibit is the threat, quoted on demand"
    )
    walk.wire.may_show = False
    walk.button("Marquer comme envoyé")
    expect(page.get_by_text("Envoi noté.")).to_be_visible()
    page.get_by_label("Capture ou courrier de la plateforme").set_input_files(acknowledgement)
    walk.button("Joindre l’accusé de réception")
    expect(page.get_by_text("Accusé de réception scellé")).to_be_visible()
    walk.stop("notice-sent")


def check_deadlines(walk: Walk, folder: Path) -> None:
    page = walk.page
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Échéances").click()
    expect(page.get_by_text("dernier jour pour agir en justice").first).to_be_visible()
    walk.stop("deadlines")
    with page.expect_download() as taken:
        walk.link("Exporter le calendrier")
    text = kept(taken.value, folder / "echeances.ics").read_text("utf-8")
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert events
    assert not [
        event for event in events if any(threat in str(event.get("summary")) for threat in walk.forbidden)
    ]


def kept(download: Download, target: Path) -> Path:
    download.save_as(target)
    return target


# ------------------------------------------------------------------ dossier and verification


def build_dossier(walk: Walk, folder: Path) -> tuple[Path, Path]:
    page = walk.page
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Incidents").click()
    walk.stop("incidents")
    walk.main().get_by_role("link", name=re.compile("Vague du")).click()
    walk.link("Courriers")
    walk.stop("letters")
    page.go_back()
    walk.button("Constituer le dossier")
    expect(page.get_by_label(re.compile("Avocate ou avocat"))).to_be_checked()
    expect(page.get_by_label(re.compile("Masquer les tiers"))).to_be_checked()
    walk.stop("dossier")
    walk.button("Sceller et exporter")
    expect(page.get_by_text("Dossier scellé le")).to_be_visible(timeout=JOB_WITHIN_MS)
    walk.stop("dossier-built")
    walk.wire.may_show = True  # the files hold the exhibits: that is what was asked for
    with page.expect_download() as pdf:
        walk.link("Télécharger le PDF")
    with page.expect_download() as bundle:
        walk.link("Télécharger le ZIP")
    pdf.value.path(), bundle.value.path()
    walk.wire.may_show = False
    assert re.fullmatch(r"dossier-\d+-v1\.zip", bundle.value.suggested_filename)
    return kept(bundle.value, folder / "dossier.zip"), kept(pdf.value, folder / "dossier.pdf")


def check_pdf(path: Path) -> None:
    """Tagged, in French, titled: read by a library that did not write it."""
    with pikepdf.open(path) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("fr")
        assert "/StructTreeRoot" in pdf.Root
        assert len(pdf.pages) > 3
        assert pdf.docinfo.get("/Title") or pdf.open_metadata().get("dc:title")


def check_bundle(walk: Walk, bundle: Path, report: ExampleReport, folder: Path) -> None:
    page = walk.page
    assert verify_bundle(bundle, now=datetime.now(UTC)).verdict == "verified"
    with zipfile.ZipFile(bundle) as archive:
        found = {hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    originals = {hashlib.sha256(path.read_bytes()).hexdigest() for path in report.files}
    assert len(found & originals) >= 2, "the completed screenshots leave as they were received"
    walk.link("Vérifier un dossier")
    walk.stop("verify-empty")
    page.get_by_label("Dossier à vérifier (ZIP)").set_input_files(bundle)
    walk.button("Lancer la vérification")
    expect(page.get_by_text(re.compile(r"^Intact\. \d+ pièces"))).to_be_visible(timeout=30_000)
    walk.stop("verify")
    page.get_by_label("Dossier à vérifier (ZIP)").set_input_files(flipped(bundle, folder / "change.zip"))
    walk.button("Lancer la vérification")
    expect(page.get_by_text("Modifié.")).to_be_visible(timeout=30_000)
    walk.stop("verify-modified")


def flipped(bundle: Path, target: Path) -> Path:
    """The same ZIP with one bit of its PDF turned, its own checksums made right again."""
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as changed:
        for info in source.infolist():
            body = source.read(info)
            if info.filename.endswith(".pdf"):
                body = bytes([body[0] ^ 1]) + body[1:]
            changed.writestr(info, body)
    return target
