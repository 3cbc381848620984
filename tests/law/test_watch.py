"""`law watch`: a downloaded text reopens the rules that cite it, and no text is called unchanged for nothing."""

import json
from pathlib import Path

import pytest

from saisine.cli import rules  # noqa: F401  registers the verbs
from saisine.errors import SaisineError
from saisine.law.citations import citations, code_of_title
from saisine.law.load import Law
from saisine.law.watch import cited_rules, digest, read_articles, readings, watch
from tests.law.test_verbs import answer, call

LEGI = """<?xml version="1.0" encoding="UTF-8"?>
<ARTICLE><META><META_COMMUN><ID>LEGIARTI000000000001</ID></META_COMMUN>
<META_SPEC><META_ARTICLE><NUM>{number}</NUM><DATE_DEBUT>{starts}</DATE_DEBUT></META_ARTICLE></META_SPEC></META>
<CONTEXTE><TEXTE><TITRE_TXT>{title}</TITRE_TXT></TEXTE></CONTEXTE>
<BLOC_TEXTUEL><CONTENU><p>{body}</p></CONTENU></BLOC_TEXTUEL></ARTICLE>
"""
PLAIN = """# Code pénal

##### Article 222-17

Texte inventé de cet article.

Second alinéa.

## Section 2 : suite

##### Article R. 625-7

Autre texte inventé.

Article 111-1

Un article que nos règles ne citent pas.
"""


def legi(folder: Path, number: str = "222-17", starts: str = "2026-09-01", title: str = "Code pénal") -> Path:
    path = folder / f"{number}.xml"
    path.write_text(LEGI.format(number=number, starts=starts, title=title, body="Texte inventé."), "utf-8")
    return path


def plain(folder: Path, text: str = PLAIN) -> Path:
    path = folder / "code.md"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Code pénal 222-17 al. 1", [("code_penal", "222-17", "222-17")]),
        (
            "Loi du 29 juillet 1881 art. 23, 29 al. 1, 32 al. 1",
            [("loi_1881", "23", "23"), ("loi_1881", "29", "29"), ("loi_1881", "32", "32")],
        ),
        (
            "Loi du 29 juillet 1881 art. 23 et 24 al. 1 à 4",
            [("loi_1881", "23", "23"), ("loi_1881", "24", "24")],
        ),
        ("Loi du 29 juillet 1881 art. 24 bis", [("loi_1881", "24 bis", "24 bis")]),
        ("Code pénal 312-10 à 312-12", [("code_penal", "312-10", "312-12")]),
        ("Loi 1881 art. 48-1 à 48-6", [("loi_1881", "48-1", "48-6")]),
        ("Code pénal R625-8-1", [("code_penal", "R625-8-1", "R625-8-1")]),
        ("CPP art. 2-1", [("code_procedure_penale", "2-1", "2-1")]),
        ("Règlement (UE) 2022/2065 art. 20", [("reglement_2022_2065", "20", "20")]),
        ("Crim. 11 mars 2025 n° 24-80.572", []),
        ("LCEN art. 6-3", []),
    ],
)
def test_a_reference_names_its_articles(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(c.code, c.first, c.last) for c in citations(text)] == expected


@pytest.mark.parametrize(
    ("number", "inside"),
    [
        ("312-9", False),
        ("312-10", True),
        ("312-11", True),
        ("312-12", True),
        ("312-12-1", False),
        ("312-13", False),
    ],
)
def test_a_range_covers_what_stands_inside(number: str, inside: bool) -> None:
    (citation,) = citations("Code pénal 312-10 à 312-12")
    assert citation.covers("code_penal", number) is inside
    assert not citation.covers("loi_1881", number)


def test_every_offence_cites_an_article_that_can_be_watched(law: Law) -> None:
    cited = {rule.rule: rule.articles for rule in cited_rules(law)}
    assert [name for name in law.offences if not cited[name]] == []


def test_a_newer_version_reopens_the_rules_that_cite_it(law: Law, tmp_path: Path) -> None:
    found = watch(law, read_articles(legi(tmp_path)))
    assert {one.rule for one in found} >= {"menace_crime_delit", "menace_mort"}
    assert {one.state for one in found if one.rule == "menace_mort"} == {"newer"}


def test_a_version_that_was_read_reopens_nothing_of_the_offence(law: Law, tmp_path: Path) -> None:
    found = watch(law, read_articles(legi(tmp_path, starts="2020-01-01")))
    assert "menace_mort" not in {one.rule for one in found}


def test_a_text_without_date_is_left_to_a_person(law: Law, tmp_path: Path) -> None:
    found = watch(law, read_articles(plain(tmp_path)))
    assert {one.state for one in found} == {"unread"}
    assert {one.rule for one in found} >= {"menace_mort", "provocation_non_publique"}


def test_a_text_kept_then_changed_by_one_word_reopens_its_rules_alone(law: Law, tmp_path: Path) -> None:
    before = readings(read_articles(plain(tmp_path)))
    assert watch(law, read_articles(plain(tmp_path)), before) == ()
    after = read_articles(plain(tmp_path, PLAIN.replace("Second alinéa", "Troisième alinéa")))
    found = watch(law, after, before)
    assert {one.article for one in found} == {"code_penal 222-17"}
    assert {one.state for one in found} == {"changed"}


def test_spaces_and_apostrophes_change_no_digest() -> None:
    assert digest("L’article  premier\n") == digest("L'article premier")
    assert digest("L'article premier") != digest("L'article deux")


def test_a_section_title_belongs_to_no_article(tmp_path: Path) -> None:
    one = readings(read_articles(plain(tmp_path)))
    other = readings(read_articles(plain(tmp_path, PLAIN.replace("Section 2 : suite", "Section 3 : autre"))))
    assert one == other
    assert set(one) == {"code_penal 222-17", "code_penal R625-7", "code_penal 111-1"}


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    legi(tmp_path)
    legi(tmp_path, "24", title="Loi du 29 juillet 1881 sur la liberté de la presse")
    assert {one.key for one in read_articles(tmp_path)} == {"code_penal 222-17", "loi_1881 24"}


def test_the_first_title_names_the_code() -> None:
    assert code_of_title("Code de procédure pénale, cité par le code pénal") == "code_procedure_penale"
    assert code_of_title("Recueil de recettes") == ""


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><ARTICLE/>', "law_text_unreadable"),
        ("a.xml", b"<ARTICLE>", "law_text_unreadable"),
        ("a.md", b"\xff\xfe\x00", "law_text_unreadable"),
        ("a.md", b"# Code p\xc3\xa9nal\n\nRien.\n", "law_text_without_article"),
        ("a.md", b"Article 12\n\nTexte sans code.\n", "law_text_without_article"),
        ("a.xml", b"<ARTICLE/>", "law_text_without_article"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SaisineError) as caught:
        read_articles(path)
    assert caught.value.code == code


def test_the_verb_keeps_a_reading_and_compares_with_it(tmp_path: Path) -> None:
    path, kept = plain(tmp_path), tmp_path / "lecture.json"
    first = answer("watch", path, "--save", kept)
    assert (first["articles"], {row["state"] for row in first["rules"]}) == (3, {"unread"})
    result = call("watch", path, "--known", kept)
    assert result.return_value == 1
    assert "Aucune règle à rouvrir" in result.stdout
    out = call("watch", path).stdout
    assert "menace_mort" in out
    assert "à relire" in out


@pytest.mark.parametrize("content", ["[]", "{", '{"a": 1}'])
def test_a_file_that_is_no_reading_is_refused(content: str, tmp_path: Path) -> None:
    kept = tmp_path / "lecture.json"
    kept.write_text(content, "utf-8")
    error = call("watch", plain(tmp_path), "--known", kept).exception
    assert isinstance(error, SaisineError)
    assert error.code == "law_text_unreadable"


def test_the_code_may_be_named_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text("Article 24\n\nTexte inventé.\n", "utf-8")
    rows = answer("watch", path, "--code", "loi_1881")["rules"]
    assert {"provocation_haine_race", "apologie_crimes"} <= {row["rule"] for row in rows}
    assert "n’est pas dans la liste" in str(call("watch", path, "--code", "civil").exception)
    assert json.dumps(rows)
