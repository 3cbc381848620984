"""« Accessibilité » claims no more than what a test shows, and what it says of the pages is so."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from saisine.casework.session import Session
from saisine.web.pages.accessibility import STATES, Theme, load_assessment
from tests.web.reading import text_of

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "src" / "saisine" / "web" / "templates"
STYLE = ROOT / "src" / "saisine" / "web" / "static" / "saisine" / "saisine.css"
ASSESSMENT = load_assessment()
SEEN_AT_ONCE = re.compile(r"<(iframe|frame|object|embed|video|audio)\b")


def templates() -> dict[str, str]:
    return {str(path.relative_to(TEMPLATES)): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}


def test_the_thirteen_themes_are_told_each_with_what_shows_it() -> None:
    assert [theme.number for theme in ASSESSMENT.themes] == list(range(1, 14))
    assert {theme.state for theme in ASSESSMENT.themes} <= set(STATES)
    assert all(theme.shown_by for theme in ASSESSMENT.themes if theme.state != "unchecked")


@pytest.mark.parametrize("theme", ASSESSMENT.themes, ids=lambda theme: theme.name_en)
def test_what_is_claimed_is_shown_by_a_test_that_exists(theme: Theme) -> None:
    for shown in theme.shown_by:
        path, _, name = shown.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), shown


def test_it_never_says_conformant_and_names_what_is_missing(empty: Session, client: Client) -> None:
    for language, never, gaps in (("fr", "totalement conforme", 0), ("en", "fully conformant", 1)):
        client.cookies["saisine_language"] = language
        page = text_of(client.get(reverse("accessibility")))
        assert never not in page.lower()
        assert all(gap[gaps] in page for gap in ASSESSMENT.gaps)
        assert ASSESSMENT.status[gaps] in page


def test_the_tags_are_those_that_axe_is_given() -> None:
    code = (ROOT / "tests" / "e2e" / "running.py").read_text("utf-8")
    given = re.search(r"^TAGS = \[(.*)\]$", code, re.M)
    assert given is not None
    assert re.findall(r'"(\w+)"', given[1]) == list(ASSESSMENT.tags)


def test_the_docs_name_the_same_gaps() -> None:
    page = " ".join((ROOT / "docs" / "accessibility.md").read_text("utf-8").split())
    assert [gap[1] for gap in ASSESSMENT.gaps if gap[1] not in page] == []


# ------------------------------------------------------------------ what it says of the pages


def test_no_page_holds_a_frame_a_sound_or_a_film() -> None:
    assert {name: found for name, text in templates().items() if (found := SEEN_AT_ONCE.findall(text))} == {}


def test_each_table_has_a_caption_and_headers_with_a_scope() -> None:
    tables = [(name, one) for name, text in templates().items() for one in text.split("<table")[1:]]
    assert len(tables) > 5
    for name, one in tables:
        table = one.partition("</table>")[0]
        assert "<caption" in table, name
        assert re.findall(r"<th(?![^>]*\bscope=)[\s>]", table) == [], name


def test_the_two_schemes_differ_by_their_tokens_alone() -> None:
    """So what axe sees in one scheme, colours apart, holds in the other."""
    dark = re.findall(r"@media \(prefers-color-scheme: dark\) \{\n(.*?)\n\}", STYLE.read_text("utf-8"), re.S)
    assert len(dark) == 1
    inside = [line.strip() for line in dark[0].splitlines()]
    assert inside[0] == ":root {"
    assert all(re.fullmatch(r"--[\w-]+: .+;|\}|", line) for line in inside[1:])


def test_each_page_has_one_first_heading_and_skips_no_level(empty: Session, client: Client) -> None:
    """Every page that needs no id: those that stay before the first account."""
    looked = 0
    for name, (forms, *_rest) in get_resolver().reverse_dict.items():
        if not isinstance(name, str) or forms[0][1] or name == "quit":
            continue
        answer = client.get(reverse(name))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        levels = [int(level) for level in re.findall(r"<h([1-6])", main)]
        if not levels:
            continue  # a part of a page
        looked += 1
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), name
    assert looked > 30
