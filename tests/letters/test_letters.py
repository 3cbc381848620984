"""Letters: filled from data alone, gaps marked and listed, drafts called drafts, evidence never read as markup."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts.write_letter_template import parts

from saisine.error_texts.letters import TEXTS
from saisine.errors import SaisineError
from saisine.incidents.consents import ACTS
from saisine.letters import LetterData, compose_letter, load_letters, make_letter, require_letter
from saisine.letters.docx import TEMPLATE, docx_bytes
from saisine.letters.fields import FIELDS, GIVEN, shown
from saisine.letters.make import REVIEW_FR
from saisine.letters.models import FOLDER, load_letter
from saisine.letters.pdf import pdf_bytes
from tests.dossiers.archival import broken_rules
from tests.letters.world import EMPTY, FULL, GIVEN_ALL, URL

KINDS = list(load_letters())
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PAGE = (Path(__file__).parents[2] / "docs" / "letters.md").read_text("utf-8")
DONE = replace(FULL, given=GIVEN_ALL)


def docx_text(body: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(body)).paragraphs)


def xml_of(body: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(name).decode()


def docx_of(kind: str, data: LetterData) -> bytes:
    return docx_bytes(compose_letter(require_letter(kind), data))


def paragraphs(body: bytes) -> int:
    return len(ElementTree.fromstring(xml_of(body)).findall(f".//{W}p"))


@cache
def plain_paragraphs() -> int:
    return paragraphs(docx_of("plainte", DONE))


# ------------------------------------------------------------------ models


def test_the_letters_of_the_path_are_all_there() -> None:
    assert set(KINDS) == {
        "art16", "relance", "art20", "art21", "art53", "plainte", "pcpc", "ddd", "rgpd17", "cnil",
        "conservation", "avocat", "mandat86", "retrait_accord", "cloture",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_has_two_names_texts_and_known_consents(kind: str) -> None:
    letter = require_letter(kind)
    assert letter.name_fr
    assert letter.name_en
    assert letter.articles
    assert letter.needs
    assert set(letter.consents) <= set(ACTS)
    assert "Vérifié" in letter.flag() or "Non vérifié" in letter.flag()


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_describes_every_letter_and_what_it_needs(kind: str) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` "))
    for need in require_letter(kind).needs:
        assert f"`{need}`" in line


def test_the_page_describes_every_field_and_every_error() -> None:
    for name in (*FIELDS, *TEXTS):
        assert f"`{name}`" in PAGE, name


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{sender_name}, vous", "{sender_nam}, vous", "sender_nam"),
        ("{url} (", "{url.__class__} (", "url.__class__"),
        ("{url} (", "{url!r} (", "url"),
        ("{url} (", "{} (", "champ"),
        ("needs: [contents", "needs: [contenus", "contenus"),
        ("  - heading: Raisons", "  - titre: Raisons", "titre"),
        ("    each: contents", "    each: contenus", "contenus"),
        ("    line: '{url} (", "    text: '{platform} (", "account"),
        ("'{summary}'", "'{url}'", "url"),
        ("'{summary}'", "'{summary'", "champ"),
    ],
)
def test_a_merge_field_that_does_not_exist_stops_the_loading(
    old: str, new: str, words: str, tmp_path: Path
) -> None:
    text = (FOLDER / "art16.yaml").read_text("utf-8")
    assert old in text
    path = tmp_path / "art16.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SaisineError) as caught:
        load_letter(path)
    assert caught.value.code == "letter_file_invalid"
    assert words in caught.value.sentence("fr")
    assert int(str(caught.value.facts["line"])) >= 1


# ------------------------------------------------------------------ gaps and drafts


@pytest.mark.parametrize("kind", KINDS)
def test_with_everything_known_no_gap_is_left(kind: str) -> None:
    composed = compose_letter(require_letter(kind), DONE)
    assert (composed.gaps, composed.unmet, composed.is_draft) == ((), (), False)
    assert "à compléter" not in composed.text
    assert "Brouillon" not in docx_text(docx_bytes(composed)) + composed.title


@pytest.mark.parametrize("kind", KINDS)
def test_with_nothing_known_it_is_a_draft_that_lists_its_gaps(kind: str) -> None:
    composed = compose_letter(require_letter(kind), EMPTY)
    body = docx_bytes(composed)
    text = docx_text(body)
    assert composed.is_draft
    assert composed.title.startswith("Brouillon : ")
    assert "Brouillon. Il manque :" in text
    assert "Brouillon" in xml_of(body, "word/header1.xml")
    for gap in composed.gaps:
        assert f"[à compléter : {gap}]" in text
    assert text.count("[à compléter : ") == composed.text.count("[à compléter : ") >= len(composed.gaps)
    assert xml_of(body).count('<w:highlight w:val="yellow"/>') == text.count("[à compléter : ")


@pytest.mark.parametrize("kind", KINDS)
def test_each_need_alone_makes_it_a_draft(kind: str) -> None:
    letter = require_letter(kind)
    for need in letter.needs:
        given = {name: text for name, text in GIVEN_ALL.items() if name != need}
        data = replace(FULL, given=given)
        empty: object = () if hasattr(data, need) and isinstance(getattr(data, need), tuple) else ""
        if need.startswith("sender_"):
            name = {"sender_object": "object_fr"}.get(need, need.removeprefix("sender_"))
            data = replace(data, sender=replace(data.sender, **{name: ""}))  # type: ignore[arg-type]
        elif need == "platform":
            data = replace(data, platform="", notices=())
        elif need == "clock_day":
            data = replace(data, offences=tuple(replace(one, last_day=None) for one in data.offences))
        elif need in ("decision", "decided_on", "notice_sent_on"):
            bare = {"decision": "", "decided_on": None} if need != "notice_sent_on" else {"sent_on": None}
            data = replace(data, notices=tuple(replace(one, **bare) for one in data.notices))  # type: ignore[arg-type]
        elif hasattr(data, need):
            data = replace(data, **{need: empty})
        composed = compose_letter(letter, data)
        assert composed.is_draft, need
        assert len(composed.unmet) >= 1


def test_the_civil_party_complaint_is_read_by_a_lawyer_even_when_it_is_complete() -> None:
    assert REVIEW_FR in docx_text(docx_of("pcpc", DONE))
    assert REVIEW_FR not in docx_text(docx_of("plainte", DONE))


def test_the_address_that_the_association_gave_once_is_no_gap() -> None:
    gap = FIELDS["sender_address"]
    data = replace(FULL, given={})
    assert gap in compose_letter(require_letter("plainte"), data).gaps
    known = replace(data, sender=replace(data.sender, address="1 rue Inventée, 75000 Paris"))
    made = compose_letter(require_letter("plainte"), known)
    assert gap not in made.gaps
    assert "1 rue Inventée, 75000 Paris" in made.text


def test_advice_to_the_sender_leaves_with_the_draft(tmp_path: Path) -> None:
    advice = require_letter("plainte").warnings_fr[0]
    assert advice in docx_text(docx_of("plainte", EMPTY))
    assert advice not in docx_text(docx_of("plainte", DONE))
    assert make_letter("plainte", DONE, tmp_path / "a.docx").warnings == (advice,)


def test_the_unverified_flag_of_a_letter_is_always_printed() -> None:
    assert "Non vérifié par une ou un juriste." in docx_text(docx_of("art20", DONE))
    assert "Ce n’est pas un avis juridique." in docx_text(docx_of("art16", DONE))


def test_only_what_a_person_may_type_is_taken_from_her() -> None:
    for name in ("number", "clock_day", "inconnu"):
        with pytest.raises(SaisineError) as caught:
            compose_letter(require_letter("art16"), replace(FULL, given={name: "x"}))
        assert caught.value.code == "letter_field_unknown"
    assert "clock_day" not in GIVEN


def test_words_are_quoted_only_when_a_person_chose_to_quote() -> None:
    silent = replace(DONE, contents=tuple(replace(one, quoted=None) for one in DONE.contents))
    assert "mots inventés" in docx_text(docx_of("plainte", DONE))
    assert "Texte non cité ici." in docx_text(docx_of("plainte", silent))


# ------------------------------------------------------------------ hostile text

TRAPS = [
    "l’été & l'hiver < > \" ' « »", "<w:p/>", "]]></w:t>", "{{ 7*7 }}", "{% for a in b %}", "{_{ x }_}", "{%r x %}",
    "&amp;&#123;", "emoji 🐞 👩‍👩‍👧", "a\u202eb", "\x00\x08\x1b[31m", "\ufffe\uffff", "\ud800", "a\tb\nc\r\nd\x0b\x0c",
    "{sender_name}", "x\u2028\u2029y", "é" * 300,
]  # fmt: skip


@pytest.mark.parametrize("text", TRAPS)
def test_hostile_text_is_printed_and_never_read(text: str, tmp_path: Path) -> None:
    data = replace(DONE, summary=text, contents=(replace(DONE.contents[0], quoted=text, account=text),))
    body = docx_of("plainte", data)
    assert docx_text(body).count(shown(text)) >= 3
    assert paragraphs(body) == plain_paragraphs()
    assert make_letter("plainte", data, tmp_path / "a.pdf").size > 1000


@given(st.text(max_size=60))
@settings(max_examples=8, deadline=None)
def test_any_text_keeps_the_document_whole(text: str) -> None:
    data = replace(EMPTY, summary=text, given={"signer": text, "documents": text})
    composed = compose_letter(require_letter("plainte"), data)
    assert shown(text) in docx_text(docx_bytes(composed)) or not shown(text)


@given(st.text(max_size=60))
@settings(max_examples=5, deadline=None)
def test_any_text_can_be_typeset(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    data = replace(EMPTY, summary=text, given={"signer": text})
    composed = compose_letter(require_letter("avocat"), data)
    assert pdf_bytes(composed, tmp_path_factory.getbasetemp()).startswith(b"%PDF")


def test_signs_that_turn_the_text_are_spelled_out() -> None:
    assert shown("a\u202eb") == "a⟨U+202E⟩b"
    assert shown("  deux\n lignes ") == "deux lignes"
    assert shown("👩‍👩‍👧") == "👩‍👩‍👧"


# ------------------------------------------------------------------ the files


def test_the_template_is_the_one_its_script_writes() -> None:
    with zipfile.ZipFile(TEMPLATE) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == parts()


@pytest.mark.parametrize("kind", KINDS)
def test_a_docx_holds_no_mark_no_name_and_no_history(kind: str) -> None:
    body = docx_of(kind, DONE)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert set(archive.namelist()) == set(parts())
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in archive.namelist():
            assert not re.search(r"\{\{|\{%|%\}", archive.read(name).decode()), name
    core = Document(io.BytesIO(body)).core_properties
    assert (core.author, core.last_modified_by, core.comments) == ("", "", "")
    assert core.title == require_letter(kind).name_fr
    assert (core.created, core.revision) == (core.modified, 1)
    text = docx_text(body)
    assert ("Les Voix du Verger" in text) or require_letter(kind).from_person
    assert "art. 33 al. 2" in text or kind not in ("art16", "plainte", "pcpc", "avocat")


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_the_same_letter_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    one = make_letter("plainte", FULL, tmp_path / f"a{suffix}")
    other = make_letter("plainte", FULL, tmp_path / f"b{suffix}")
    assert one == other
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_pdf_is_tagged_french_and_titled(tmp_path: Path) -> None:
    make_letter("pcpc", EMPTY, tmp_path / "a.pdf")
    assert broken_rules(tmp_path / "a.pdf") == []
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        assert str(pdf.Root.Lang) in ("fr", "fr-FR")
        assert pdf.Root.MarkInfo.Marked
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert meta["pdfaid:part"] == "2"
            assert meta["dc:title"] == "Brouillon : Plainte avec constitution de partie civile"
            assert "dc:creator" not in meta


def test_a_link_is_whole_in_the_letter() -> None:
    assert URL in docx_text(docx_of("art16", DONE))


@pytest.mark.parametrize(
    ("name", "code"), [("a.odt", "letter_format_unknown"), ("a", "letter_format_unknown")]
)
def test_another_format_is_refused(name: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        make_letter("art16", FULL, tmp_path / name)
    assert caught.value.code == code


def test_an_unknown_letter_and_a_list_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        make_letter("testament", FULL, tmp_path / "a.docx")
    assert caught.value.code == "letter_kind_unknown"
    long = replace(FULL, exhibits=FULL.exhibits * 2001)
    with pytest.raises(SaisineError) as caught:
        make_letter("avocat", long, tmp_path / "a.docx")
    assert caught.value.code == "letter_too_long"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_a_folder_that_does_not_exist_is_said(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        make_letter("art16", FULL, tmp_path / "absent" / f"a{suffix}")
    assert caught.value.code == "letter_file_not_written"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_opens_every_letter(tmp_path: Path) -> None:
    odd = replace(FULL, summary=" ".join(text for text in TRAPS if "\ud800" not in text))
    for kind in KINDS:
        make_letter(kind, odd, tmp_path / f"{kind}.docx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run(
        [*command, *map(str, tmp_path.glob("*.docx"))], check=True, capture_output=True, timeout=540
    )
    for kind in KINDS:
        with pikepdf.open(tmp_path / f"{kind}.pdf") as pdf:
            assert 1 <= len(pdf.pages) <= 4
