"""The rows of the ten-minute walkthrough (product.md, section 7), one function each, in the visit's language."""

import hashlib
import re
import sqlite3
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

from django.utils import translation
from playwright.sync_api import Download, Locator, expect

from saisine.casework.deposits import COLLECTORS, TARGETS
from saisine.casework.rights import DECISIONS
from saisine.dossiers.recipients import RECIPIENTS
from saisine.example import ExampleReport
from tests.e2e.running import JOB_WITHIN_MS, Running
from tests.e2e.said import as_said, filled, in_language, said, true_labels
from tests.e2e.walking import Walk, plain

SCREENS = 40  # of questions: the walk ends before


# ------------------------------------------------------------------ 0:20 to 2:00: deposit


def open_deposit(walk: Walk) -> None:
    """0:20"""
    page = walk.page
    page.goto(walk.wire.url)
    if walk.language != "fr":
        with translation.override("fr"):
            walk.press(page.get_by_role("button", name="English"))
        expect(page.get_by_role("button", name="Français")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(said(walk)["home"])
    walk.stop("home")
    walk.link(re.compile(f"^{walk.say('Documenter')} "), inside=walk.main())
    expect(page.get_by_role("heading", level=1)).to_have_text(walk.say("Déposer des fichiers"))
    walk.sees("Rien n’est envoyé hors de cet ordinateur.")
    walk.stop("deposit")


def choose_and_seal(walk: Walk, report: ExampleReport) -> None:
    """0:50 and 1:20"""
    page = walk.page
    walk.choose(report.folder)
    walk.stop("deposit-confirm")
    before = walk.machine_s()
    walk.button("Sceller ces fichiers")
    expect(page.get_by_text(said(walk)["sealed"])).to_be_visible(timeout=JOB_WITHIN_MS)
    walk.sealing_s = walk.machine_s() - before
    walk.stop("deposit-result")
    with page.expect_download() as taken:
        walk.link("Télécharger le reçu")
    assert taken.value.suggested_filename.startswith("recu-")


def answer_three_questions(walk: Walk) -> None:
    """2:00"""
    page = walk.page
    for name in ("Qui est visé ?", "Qui documente ?"):
        expect(page.get_by_role("group", name=walk.say(name))).to_be_visible()
    targets = {value: in_language(walk, fr, en) for value, fr, en in TARGETS}
    collectors = {value: in_language(walk, fr, en) for value, fr, en in COLLECTORS}
    choose_radio(walk, page.get_by_role("radio", name=targets["association"], exact=True))
    choose_radio(walk, page.get_by_role("radio", name=collectors["target"], exact=True))
    expect(page.get_by_role("checkbox", name=re.compile(f"^{walk.say('J’agis en son nom')}"))).to_be_checked()
    expect(walk.field("Depuis quand ?")).to_be_visible()
    walk.button("Continuer")


def choose_radio(walk: Walk, radio: Locator) -> None:
    """With the keyboard a group is entered by Tab, and its choices by the arrows."""
    if not walk.keyboard:
        walk.tick(radio)
        return
    walk.pace.actions += 1
    group = radio.locator("xpath=ancestor::fieldset").get_by_role("radio")
    walk.reach(group.first)
    walk.page.keyboard.press("Space")
    for _ in range(group.count()):
        if radio.is_checked():
            return
        walk.page.keyboard.press("ArrowDown")
    expect(radio).to_be_checked()


# ------------------------------------------------------------------ 2:30 to 5:10: sorting


def see_the_sorting(walk: Walk) -> None:
    """2:30"""
    walk.link("Voir le tri proposé")
    main = walk.main()
    for name in (
        filled(walk, "Urgent (%(n)s)", n=2),
        said(walk)["wave"],
        filled(walk, "Autres (%(n)s)", n=678),
        filled(walk, "Captures à compléter (%(n)s)", n=24),
    ):
        expect(main.get_by_role("link", name=re.compile(re.escape(name)))).to_be_visible()
    expect(main.get_by_role("link", name=said(walk)["copies"])).to_be_visible()
    walk.stop("triage")


def keep_the_urgent(walk: Walk) -> None:
    """3:10"""
    page, texts = walk.page, walk.main().get_by_role("blockquote")
    walk.link(as_said(filled(walk, "Urgent (%(n)s)", n=2)))
    expect(texts).to_have_count(0)
    walk.stop("urgent")
    before = journal_rows(walk.server)
    walk.wire.may_show = True
    walk.button("Afficher")
    walk.sees("Un danger semble possible.")
    assert journal_rows(walk.server) == before + 1, "one opening, one line of the journal"
    shown = texts.first.text_content() or ""
    assert sum(threat in shown for threat in walk.forbidden) == 1
    walk.stop("urgent-shown", shown=True)
    walk.button("Garder")
    expect(texts).to_have_count(0)
    expect(page.get_by_role("button", name=walk.say("Annuler")).first).to_be_visible()
    walk.wire.may_show = False
    with walk.apart():  # the second one: the table of the walkthrough has one
        walk.button("Garder")
    walk.link("Revenir à la boîte de tri")


def journal_rows(server: Running) -> int:
    with closing(sqlite3.connect(f"file:{server.workspace}/saisine.sqlite3?mode=ro", uri=True)) as base:
        return int(base.execute("SELECT count(*) FROM casework_journalrow").fetchone()[0])


def sort_the_wave(walk: Walk) -> None:
    """4:10"""
    walk.link(as_said(said(walk)["wave"]))
    walk.stop("wave")
    for _ in range(3):
        walk.button("Garder tout le groupe")
    walk.button("Écarter le reste de la vague")
    expect(walk.page.get_by_role("button", name=walk.say("Annuler")).first).to_be_visible()
    walk.link("Boîte de tri")


def complete_two_captures(walk: Walk) -> None:
    """5:10"""
    page = walk.page
    walk.link(as_said(filled(walk, "Captures à compléter (%(n)s)", n=24)))
    walk.stop("captures")
    hint = filled(walk, "Indice du fichier, à vérifier : %(hint)s", hint="").strip()
    for number in range(2):
        walk.button("Afficher")
        expect(page.get_by_role("alert").or_(page.get_by_role("img", name=_opened(walk)))).to_be_visible()
        day = walk.field("Date affichée")
        if day.input_value():
            expect(walk.main().get_by_text(hint)).to_be_visible()
        else:
            walk.write(day, date(2026, 3, 14).isoformat())
        walk.tick(walk.field("Confirmer la date"))
        walk.write(walk.field("Coller le lien"), f"https://www.instagram.com/p/Cexemple{number}/")
        walk.button("Enregistrer")
        walk.sees("Enregistré.")
    walk.button("Laisser les autres pour plus tard")


def _opened(walk: Walk) -> str:
    return walk.say("Capture ouverte à votre demande. Son contenu n’est pas décrit.")


# ------------------------------------------------------------------ 5:40 to 6:30: incident


def open_incident(walk: Walk) -> None:
    """5:40"""
    expect(walk.field("Titre de l’incident")).to_have_value(said(walk)["wave"])
    walk.button("Créer un incident")
    expect(walk.page.get_by_role("heading", level=1)).to_have_text(said(walk)["wave"])
    drawn = walk.region("Chronologie").get_by_role("listitem").first
    expect(drawn).to_be_visible()
    expect(drawn).not_to_have_text(walk.say("Rien de daté pour l’instant."))
    walk.stop("incident-new")


def answer_questions(walk: Walk) -> None:
    """Screen after screen, until the page has nothing more to ask."""
    card, true = walk.region("Questions"), true_labels(walk.language)
    for _screen in range(SCREENS):
        if card.get_by_text(walk.say("Plus de question pour l’instant.")).count():
            break
        before = card.text_content() or ""
        boxes = card.get_by_role("checkbox")
        for box in boxes.all():
            label = box.locator("xpath=../span").inner_text().split("\n")[0]
            walk.tick(box, wanted=plain(label) in true)
        if boxes.count():
            walk.button("Enregistrer ces réponses", inside=card)
        else:
            asked = plain(card.get_by_role("heading", level=3).inner_text())
            walk.button("Oui" if asked in true else "Non", inside=card)
        expect(card).not_to_have_text(before)  # the next screen is there: its boxes are not those just left
    expect(card.get_by_text(walk.say("Plus de question pour l’instant."))).to_be_visible()


def decide_qualifications(walk: Walk) -> None:
    """6:30"""
    cards = walk.region("Qualification proposée").get_by_role("article")
    expect(cards.nth(2)).to_be_visible()
    expect(walk.page.get_by_text(said(walk)["clock"]).first).to_be_visible()
    names = [cards.nth(number).get_by_role("heading").inner_text() for number in range(3)]
    for name, decision, state in (
        (names[0], "Retenir", "retenir"),
        (names[2], "Retenir", "retenir"),
        (names[1], "Demander un avis", "demander_avis"),
    ):
        card = walk.page.get_by_role("article", name=name, exact=True)
        walk.button(decision, inside=card)
        expect(card.get_by_text(in_language(walk, *DECISIONS[state]), exact=True)).to_be_visible()
    walk.stop("incident", at="#qualification")


# ------------------------------------------------------------------ 7:40: notice


def report_to_the_platform(walk: Walk, report: ExampleReport) -> None:
    """7:40"""
    page = walk.page
    walk.link("Préparer le signalement")
    walk.stop("notice-new")
    walk.button("Écrire le texte")
    walk.sees("Ce texte cite le contenu signalé.")
    walk.stop("notice")
    walk.wire.may_show = True
    walk.button("Afficher")
    body = page.get_by_role("textbox", name=walk.say("Texte du signalement")).input_value()
    assert any(threat in body for threat in walk.forbidden), (
        "the first exhibit is the threat, quoted on demand"
    )
    if walk.has_script:
        walk.button("Copier le texte")
        walk.sees("Texte copié.")
        assert page.evaluate("navigator.clipboard.readText()") == body
    walk.wire.may_show = False
    walk.button("Marquer comme envoyé")
    walk.sees("Envoi noté. Les rappels commencent aujourd’hui.")
    for recheck in said(walk)["rechecks"]:
        expect(walk.main().get_by_role("listitem").filter(has_text=recheck).first).to_be_visible()
    walk.pace.actions += 1
    walk.field("Capture ou courrier de la plateforme").set_input_files(
        report.folder / "accuse-de-reception.pdf"
    )
    walk.button("Joindre l’accusé de réception")
    walk.sees("Accusé de réception scellé et joint à l’incident.")
    walk.stop("notice-sent")


# ------------------------------------------------------------------ 8:40 to 10:00: dossier, verification


def back_to_the_incident(walk: Walk) -> None:
    main_menu = walk.page.get_by_role("navigation", name=walk.say("Navigation principale"))
    walk.link("Incidents", inside=main_menu)
    walk.link(as_said(said(walk)["wave"]), inside=walk.main())


def prepare_dossier(walk: Walk) -> None:
    """8:40"""
    back_to_the_incident(walk)
    walk.button("Constituer le dossier")
    lawyer = RECIPIENTS["avocat"]
    name = in_language(walk, lawyer.label_fr, lawyer.label_en)
    expect(walk.page.get_by_role("radio", name=re.compile(f"^{re.escape(name)}"))).to_be_checked()
    expect(
        walk.page.get_by_role("checkbox", name=re.compile(f"^{walk.say('Masquer les tiers')}"))
    ).to_be_checked()
    expect(walk.region("Pièces manquantes").get_by_role("listitem").first).to_be_visible()
    walk.sees("Aucune n’empêche d’avancer.")
    walk.stop("dossier")


def seal_dossier(walk: Walk, folder: Path) -> tuple[Path, Path]:
    """9:20: the ZIP and the PDF"""
    page = walk.page
    before = walk.machine_s()
    walk.button("Sceller et exporter")
    expect(page.get_by_text(said(walk)["built"])).to_be_visible(timeout=JOB_WITHIN_MS)
    walk.building_s = walk.machine_s() - before
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


def kept(download: Download, target: Path) -> Path:
    download.save_as(target)
    return target


def verify_dossier(walk: Walk, bundle: Path, folder: Path) -> int:
    """10:00: how many pieces the page counts in the bundle; one byte turned gives « Modifié »."""
    walk.link("Vérifier un dossier", inside=walk.main())
    walk.stop("verify-empty")
    sentence = _drop(walk, bundle, "intact")
    walk.stop("verify")
    with walk.apart():
        _drop(walk, flipped(bundle, folder / "change.zip"), "modified")
        walk.stop("verify-modified")
    found = re.search(r"\d+", sentence)
    assert found is not None
    return int(found[0])


def _drop(walk: Walk, bundle: Path, expected: str) -> str:
    walk.pace.actions += 1
    walk.field("Dossier à vérifier (ZIP)").set_input_files(bundle)
    walk.button("Lancer la vérification")
    verdict = walk.page.get_by_text(said(walk)[expected])
    expect(verdict).to_be_visible(timeout=30_000)
    return verdict.inner_text()


def flipped(bundle: Path, target: Path) -> Path:
    """The same ZIP with one bit of its PDF turned, its own checksums made right again."""
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as changed:
        for info in source.infolist():
            body = source.read(info)
            if info.filename.endswith(".pdf"):
                body = bytes([body[0] ^ 1]) + body[1:]
            changed.writestr(info, body)
    return target


def digests_in(bundle: Path) -> set[str]:
    with zipfile.ZipFile(bundle) as archive:
        return {hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def digests_of(report: ExampleReport) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in report.files}
