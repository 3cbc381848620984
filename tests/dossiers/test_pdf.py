"""The PDF: accessible, archivable, complete for its reader, and never broken by what people write."""

import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from saisine.dossiers import RECIPIENTS, Person, build_pdf
from saisine.dossiers.glyphs import printable, spaced
from saisine.law.dates import days_fr
from tests.dossiers import world


def text_of(path: Path) -> str:
    """The text layer, in reading order, on one line; soft places to break are taken out."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is absent: the text layer was not read")
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return plain(done.stdout.decode())


def plain(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pdf") / "dossier.pdf"
    build_pdf(world.dossier(), out)
    return out


def test_it_is_tagged_titled_french_and_says_which_norms_it_follows(made: Path) -> None:
    with pikepdf.Pdf.open(made) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("fr")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
            assert meta["pdfuaid:part"] == "1"
            assert meta["dc:title"] == "Dossier 7, version 2 : Vague du 14 mars 2026"
        assert "/AF" not in pdf.Root
        assert "/Names" not in pdf.Root or "/EmbeddedFiles" not in pdf.Root.Names


def test_its_metadata_name_no_person_no_machine_and_no_path(made: Path) -> None:
    with pikepdf.Pdf.open(made) as pdf:
        info = {str(key): str(value) for key, value in pdf.docinfo.items()}
    assert set(info) <= {"/Title", "/Subject", "/Creator", "/CreationDate", "/ModDate", "/Producer"}
    assert info["/CreationDate"].startswith("D:20260421")
    assert b"/tmp" not in made.read_bytes()


def test_its_bookmarks_lead_to_every_part_and_every_exhibit(made: Path) -> None:
    with pikepdf.Pdf.open(made) as pdf, pdf.open_outline() as outline:
        top = {item.title: [child.title for child in item.children] for item in outline.root}
    assert next(iter(top)) == "L’essentiel"
    exhibits = next(children for title, children in top.items() if title.endswith("Pièces"))
    assert [title.replace("\u00a0", " ").split(" :")[0] for title in exhibits] == [
        f"Pièce {number}" for number in (1, 2, 3, 4)
    ]
    assert any(title.endswith("Ce que ce dossier ne prouve pas") for title in top)


def structure(path: Path) -> list[tuple[str, str]]:
    """(tag, alternative text) of each node of the tree that screen readers follow."""
    found: list[tuple[str, str]] = []
    with pikepdf.Pdf.open(path) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem":
                found.append((str(one.get("/S")), str(one.get("/Alt", ""))))
    return found


def test_every_figure_has_words_and_every_table_has_headers(made: Path) -> None:
    nodes = structure(made)
    figures = [alt for tag, alt in nodes if tag == "/Figure"]
    assert len(figures) == 3  # the QR code and two pictures
    assert all(figures)
    assert sum(alt.startswith("Image de la pièce") for alt in figures) == 2
    tags = [tag for tag, _ in nodes]
    assert tags.count("/Table") >= 8
    assert tags.count("/TH") >= 3 * tags.count("/Table") - 4
    assert {"/H1", "/H2", "/L", "/P"} <= set(tags)


def test_the_head_and_foot_of_each_page_say_which_file_and_which_page(made: Path) -> None:
    with pikepdf.Pdf.open(made) as pdf:
        count = len(pdf.pages)
    text = text_of(made)
    for page in range(1, count + 1):
        assert text.count(f"Dossier 7, version 2, page {page} sur {count}") == 1
    (code,) = set(re.findall(r"Code ([0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4})", text))
    assert text.count(f"Code {code}") == count
    assert text.count("Document préparé par Association Exemple") == count


def test_the_file_says_what_it_does_not_prove(made: Path) -> None:
    text = text_of(made)
    assert "Ce dossier ne prouve pas :" in text
    assert "aucun compte n’est attribué à une personne" in text
    assert "Saisine ne remplace pas un commissaire de justice." in text
    assert "sha256sum -c manifest-sha256.txt" in text
    assert "Elle n’est pas un avis juridique" in text


def test_what_is_shown_is_what_was_given(made: Path) -> None:
    text = text_of(made)
    for exhibit in world.dossier().exhibits:
        assert f"Pièce {exhibit.number} : {exhibit.title}" in text
        if exhibit.text:
            assert plain(exhibit.text) in text
    for line in world.dossier().chronology:
        assert line.text in text
    for words in ("Identifier les comptes.", "Certificat médical", "dimanche 14 mars 2027, jusqu’à 24 h"):
        assert words in text


def test_a_qualification_that_waits_for_an_opinion_still_shows_its_day(tmp_path: Path) -> None:
    asked = replace(world.INSULT, name_fr="Diffamation publique", decision="demander_avis")
    clock = replace(world.INSULT.clock, last_useful_day=world.BUILT_AT.date(), days_left=0)  # type: ignore[type-var]
    data = world.dossier(qualifications=(world.INSULT, replace(asked, clock=clock)))
    assert data.driving_clock is not None
    assert data.driving_clock[0].name_fr == "Diffamation publique"
    build_pdf(data, tmp_path / "x.pdf")
    assert "Calcul : Diffamation publique" in text_of(tmp_path / "x.pdf")


def test_no_word_of_ours_breaks_french_typography(made: Path) -> None:
    done = subprocess.run(["pdftotext", "-raw", str(made), "-"], capture_output=True, check=True)
    found = done.stdout.decode()
    assert not re.search(r"(?m)^[:;?!»]", found)
    assert not re.search(r"^(h|min) \d\d|^s\b", found, re.MULTILINE)


def test_spaces_of_ours_are_french_and_evidence_keeps_its_own() -> None:
    assert (
        spaced("Quand : « 14 h 32 min 05 s » ?")
        == "Quand\u00a0: «\u00a014\u00a0h\u00a032\u00a0min\u00a005\u00a0s\u00a0»\u00a0?"
    )
    assert spaced("de 45 000 euros, 2 176 jours") == "de 45\u202f000 euros, 2\u202f176 jours"
    assert spaced("le 06 12 34 567, en 2026 100 fois") == "le 06 12 34 567, en 2026 100 fois"
    assert days_fr(2176) == "2\u202f176 jours"
    from saisine.dossiers.compose import compose

    tree = compose(
        world.dossier(exhibits=(world.message(1, text="quoi ? 14 h 32"),)), RECIPIENTS["avocat"], {}
    )
    exhibit = next(s for s in tree.tree["sections"] if s["k"] == "exhibits")["blocks"][0]
    assert exhibit["text"] == ["quoi ? 14 h 32"]


TRAPS = (
    "\u202eabc\u202c \u200b\ufeff \U0001f469\u200d\U0001f9af \ufffd \x00 "
    "\ue000 é e\u0301 ﬁ א ب ﷽ 𝔸 \u0e33 ก\u0e33"
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=400)), min_size=3, max_size=5))
@example(
    [
        (TRAPS, TRAPS),
        ('#image("/etc/passwd") $x$ *a* _b_ @c <d> \\', "= titre\n#panic()\n```x```\n" + "a" * 3000),
    ]
)
def test_no_text_ever_fails_a_build(tmp_path: Path, texts: list[tuple[str, str]]) -> None:
    """Several texts a build, since a build costs more than a page."""
    exhibits = tuple(
        world.message(
            n, title=short, text=long, account=short, url=long, locator=short, context=(long,), platform=short
        )
        for n, (short, long) in enumerate(texts, 1)
    )
    short, long = texts[0]
    data = world.dossier(
        title=short,
        association=short,
        summary=long,
        people=tuple(
            world.Person(f"tiers {n}", "tiers", (s,), (), (s,), t) for n, (s, t) in enumerate(texts, 1)
        ),
        exhibits=exhibits,
        requests=tuple(text for _, text in texts),
        harm=tuple(world.HarmLine(*pair) for pair in texts),
    )
    report = build_pdf(data, tmp_path / "x.pdf", mask_third_parties=False)
    assert report.size > 10_000


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(
            alphabet=st.characters(
                categories=("Ll", "Lu", "Nd"), max_codepoint=0x24F, exclude_characters="ŉĿŀ"
            ),
            min_size=1,
            max_size=30,
        ),
        min_size=4,
        max_size=8,
    )
)
def test_the_text_layer_is_the_text_shown(tmp_path: Path, texts: list[str]) -> None:
    exhibits = tuple(world.message(n, text=words) for n, words in enumerate(texts, 1))
    build_pdf(world.dossier(exhibits=exhibits), tmp_path / "x.pdf")
    found = unicodedata.normalize("NFKC", text_of(tmp_path / "x.pdf"))
    for words in texts:
        assert unicodedata.normalize("NFKC", plain(printable(words))) in found


def test_other_scripts_and_emoji_are_drawn_and_copied_as_text(tmp_path: Path) -> None:
    said = "你好 これは 한국어 हिन्दी বাংলা ไทย 😀"
    build_pdf(world.dossier(exhibits=(world.message(1, text=said),)), tmp_path / "x.pdf")
    assert said in text_of(tmp_path / "x.pdf")
    assert printable("\U00020000\ue000") == "⟨U+20000⟩⟨U+E000⟩"


def test_signs_that_hide_or_turn_the_text_are_printed_by_their_code(tmp_path: Path) -> None:
    build_pdf(world.dossier(exhibits=(world.message(1, text="a\u202eb 😀"),)), tmp_path / "x.pdf")
    assert "a⟨U+202E⟩b" in text_of(tmp_path / "x.pdf")
    assert printable("\u202e") == "⟨U+202E⟩"


def test_the_same_dossier_gives_the_same_bytes(tmp_path: Path) -> None:
    first = build_pdf(world.dossier(), tmp_path / "a.pdf")
    second = build_pdf(world.dossier(), tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert first.code == second.code
    assert build_pdf(world.dossier(title="Autre"), tmp_path / "c.pdf").code != first.code
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "b.pdf", "c.pdf"]


def test_a_picture_that_cannot_be_read_is_named_and_said(tmp_path: Path) -> None:
    """The third announces itself as readable, and is cut: its page is laid out again without it."""
    exhibits = (
        world.screenshot(2, picture=b"\x89PNG not a picture"),
        world.screenshot(3, picture=world.picture(3)[:-2000]),
        world.screenshot(4, picture=world.picture(4, (300, 500))),
    )
    report = build_pdf(world.dossier(exhibits=exhibits), tmp_path / "x.pdf")
    assert report.unshown == (2, 3)
    assert text_of(tmp_path / "x.pdf").count("L’image ne peut pas être lue") == 2


def test_a_link_that_is_not_https_is_printed_and_not_clickable(tmp_path: Path) -> None:
    urls = (
        "javascript:alert(1)",
        "http://exemple.invalid/a",
        "https://exemple.invalid/b",
        "https://exämple.invalid/c",
    )
    exhibits = tuple(world.message(n, url=url) for n, url in enumerate(urls, 1))
    build_pdf(world.dossier(exhibits=exhibits), tmp_path / "x.pdf")
    with pikepdf.Pdf.open(tmp_path / "x.pdf") as pdf:
        targets = {
            str(note.A.URI)
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        }
    assert targets == {"https://exemple.invalid/b"}
    text = text_of(tmp_path / "x.pdf")
    assert "javascript:alert(1)" in text
    assert "xn--exmple-cua.invalid" in text


def test_the_accounts_of_a_wave_are_counted_not_listed_before_the_facts(tmp_path: Path) -> None:
    accounts = tuple(
        Person(f"compte {n}", "auteur_presume", handles=(f"@vague_{n:03d}",)) for n in range(1, 101)
    )
    build_pdf(world.dossier(people=accounts), tmp_path / "d.pdf")
    text = text_of(tmp_path / "d.pdf")
    assert "@vague_012" in text
    assert "@vague_013" not in text
    assert "88 autres comptes sont nommés dans les pièces" in text
