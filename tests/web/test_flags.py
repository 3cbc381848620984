"""No output shows an unverified rule without its warning: pages, command line, letters, dossiers, calendar, docs.

The law is the project's own with every `verified` turned to false, so that no rule may be shown bare. Each output
is cut in units (a card, a row, an entry); a unit that names an article, or tells a clock or a route, holds the
warning. Each output is also read with its warnings taken away: the same reading must then find something, or it
would prove nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from saisine.casework import (
    breaches,
    deadlines,
    dossier_data,
    incidents,
    letters,
    notices,
    procedures,
    rights,
    statements,
)
from saisine.casework.models import DossierRow, ExhibitRow, Incident
from saisine.casework.session import Session
from saisine.dossiers.compose import compose
from saisine.dossiers.recipients import RECIPIENTS
from saisine.incidents.procedures import load_procedures
from saisine.law import load as law_files
from saisine.law.load import Law, load_law
from saisine.law.statements import UNVERIFIED_EN, UNVERIFIED_FR
from saisine.letters import compose_letter, load_letters
from saisine.notices.breaches import load_breaches
from saisine.notices.dues import load_terms
from tests.web.test_incidents import INSULT

NAMED = re.compile(r"\bart(?:\.|icles?)\s?(?:R\.? ?)?\d|\b\d{1,3}-\d+ CP\b")
WARNINGS = (UNVERIFIED_FR, UNVERIFIED_EN, "à vérifier", "Non vérifié")
DOCS = Path(__file__).parents[2] / "docs"


def bare(units: list[str]) -> list[str]:
    """The units that name an article and hold no warning."""
    return [unit for unit in units if NAMED.search(unit) and not any(word in unit for word in WARNINGS)]


def without_warnings(units: list[str]) -> list[str]:
    for word in WARNINGS:
        units = [unit.replace(word, "") for unit in units]
    return units


@pytest.fixture(scope="module")
def unverified(tmp_path_factory: pytest.TempPathFactory) -> Law:
    """The whole law, and nothing of it checked by anybody."""
    folder = tmp_path_factory.mktemp("law")
    for path in law_files.FOLDER.rglob("*.yaml"):
        copy = folder / path.relative_to(law_files.FOLDER)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(re.sub(r"\bverified: true\b", "verified: false", path.read_text("utf-8")), "utf-8")
    found = load_law(folder)
    assert not any(offence.verified for offence in found.offences.values())
    return found


@pytest.fixture
def nothing_checked() -> Iterator[None]:
    """The terms, breaches and procedures too: their files are not those of the law."""
    rules = [*load_terms(), *load_breaches().values(), *load_procedures().terms]
    before = [rule.verified for rule in rules]
    for rule in rules:
        object.__setattr__(rule, "verified", False)
    yield
    for rule, verified in zip(rules, before, strict=True):
        object.__setattr__(rule, "verified", verified)


@pytest.fixture
def incident(empty: Session, unverified: Law, nothing_checked: None) -> Incident:
    """Two statements, one of them insulting; a notice with a breach, a complaint, a platform's refusal."""
    empty.kept["law"] = unverified
    made = incidents.open_incident(empty, "Vague de mars")
    for number in (1, 2):
        ExhibitRow.objects.create(
            incident=made, number=number, kind="screenshot", at=empty.now(), precision="min", platform="x",
            url="https://x.com/a/status/12", added_at=empty.now(),
        )  # fmt: skip
    statements.add_statement(empty, made, [2], published_on=date(2026, 3, 14))
    rights.record(empty, made, INSULT)
    notice = notices.draft(empty, made, url="https://x.com/a/status/2028000000000000001")
    breaches.note_breach(empty, notice, "no_acknowledgement")
    procedures.add_procedure(empty, made, "plainte_simple", date(2026, 3, 20))
    return made


def units_of(body: str, pattern: str) -> list[str]:
    """The parts of a page that a pattern cuts out, as words."""
    return [re.sub(r"<[^>]+>", " ", part) for part in re.findall(pattern, body, re.S)]


# ------------------------------------------------------------------ pages


def test_the_page_of_an_incident(incident: Incident, client: Client) -> None:
    for language in ("fr", "en"):
        client.cookies["django_language"] = language
        body = client.get(f"/incidents/{incident.id}/").content.decode()
        cards = units_of(body, r'<article class="card" id="q-.*?</article>')
        assert cards
        assert all(any(word in card for word in WARNINGS) for card in cards)
        (top,) = units_of(body, r"<h1>.*?</h1>(.*?)<ul")
        routes = re.findall(r'<ol class="steps">.*?</ol>', body, re.S)
        each = [unit for part in routes for unit in units_of(part, r"<li>.*?</li>")]
        assert each
        for unit in (top, *each):
            assert any(word in unit for word in WARNINGS), unit
        suites = units_of(body, r'<section class="section" id="suites".*?</section>')
        assert bare(suites) == []
        assert bare(without_warnings(suites))


def test_the_page_of_deadlines(incident: Incident, client: Client) -> None:
    cards = units_of(client.get("/echeances/").content.decode(), r'<li class="card">.*?</li>')
    assert len(cards) >= 3
    assert bare(cards) == []
    assert bare(without_warnings(cards))


def test_the_page_and_the_text_of_a_notice(empty: Session, incident: Incident, client: Client) -> None:
    (notice,) = notices.list_notices(empty, incident)
    body = client.get(f"/signalements/{notice.id}/").content.decode()
    cards = units_of(body, r'<li class="card">.*?</li>')
    assert bare(cards) == []
    text = notices.text_of(empty, notice).text
    offences = [line for line in text.splitlines() if "29 juillet 1881" in line]
    assert offences
    assert all(any(word in line for word in WARNINGS) for line in offences)


# ------------------------------------------------------------------ calendar, command line


def test_the_calendar(empty: Session, incident: Incident) -> None:
    text = deadlines.calendar(empty).replace("\r\n ", "")
    entries = units_of(text, r"BEGIN:VEVENT.*?END:VEVENT")
    assert len(entries) >= 3
    assert bare(entries) == []
    assert bare(without_warnings(entries))


def test_the_command_line(empty: Session, incident: Incident, capsys: pytest.CaptureFixture[str]) -> None:
    from saisine.cli import incidents as shown_incident
    from saisine.cli import rights as shown_law

    found = rights.assessment(empty, incident)
    shown_law._show(found)
    said = " ".join(capsys.readouterr().out.split())
    words = sum(said.count(word) for word in (UNVERIFIED_FR, UNVERIFIED_EN))
    folded = said.count("Non vérifié")
    assert max(words, folded) >= len(found.main) + len(found.routes) + 1, (
        "each offence, each route, who may act"
    )
    shown_incident._show_assessment(empty, incident)
    assert "Non vérifié" in " ".join(capsys.readouterr().out.split())
    flagged = [found.as_json()]
    assert verified_without_flag(flagged) == []


def verified_without_flag(tree: Any) -> list[Any]:
    """The records of an answer that say `verified` without the words beside it."""
    if isinstance(tree, dict):
        own = [tree] if "verified" in tree and "flag_fr" not in tree else []
        return own + [one for value in tree.values() for one in verified_without_flag(value)]
    return [one for value in tree for one in verified_without_flag(value)] if isinstance(tree, list) else []


# ------------------------------------------------------------------ letters, dossiers


@pytest.mark.parametrize("kind", load_letters())
def test_a_letter(empty: Session, incident: Incident, kind: str) -> None:
    """Each qualification, each breach in its own line; the articles of the model under the model's own warning."""
    data = letters.gather(empty, incident)
    assert data.offences
    letter = replace(load_letters()[kind], verified=False)
    made = compose_letter(letter, data)
    assert UNVERIFIED_FR in made.sources
    names = {offence.name for offence in data.offences}
    lines = ["".join(run.text for run in part.line) for part in made.parts if part.kind == "item"]
    told = [line for line in lines if any(name in line for name in names)]
    assert bare(told) == []
    if "plainte" in kind or kind == "pcpc":
        assert bare(without_warnings(told)), "the qualifications of a complaint name their articles"


def rows_of(tree: Any) -> Iterator[str]:
    """Each row, item or remark of the tree of a dossier, as words."""
    if isinstance(tree, dict) and tree.get("k") in ("table", "kv"):
        yield from (" ".join(words_of(row)) for row in tree["rows"])
    elif isinstance(tree, dict) and tree.get("k") in ("p", "note"):
        yield " ".join(words_of(tree))
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from rows_of(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from rows_of(value)


def words_of(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        yield from (word for key, value in tree.items() if key not in ("k", "s") for word in words_of(value))
    elif isinstance(tree, list):
        yield from (word for value in tree for word in words_of(value))


@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_a_dossier(empty: Session, incident: Incident, recipient: str) -> None:
    row = DossierRow.objects.create(incident=incident, version=1, created_at=empty.now())
    data = dossier_data.gather(empty, row, empty.now())
    tree = compose(data, RECIPIENTS[recipient], {}).tree
    rows = [re.sub(r"[\u00a0\u200b]", " ", words) for words in rows_of(tree["sections"] + tree["summary"])]
    steps = f"de l’article 16 du règlement|{re.escape('(article 16 du règlement (UE) 2022/2065)')}"
    told = [words for words in rows if not re.search(steps, words)]  # what was done, not what the law says
    assert bare(told) == []
    if {"qualification", "limitation"} & set(RECIPIENTS[recipient].sections):
        assert bare(without_warnings(told))


# ------------------------------------------------------------------ docs


@pytest.mark.parametrize(("page", "least"), [("law.md", 50), ("notices.md", 15), ("incidents.md", 6)])
def test_the_tables_of_the_docs_say_of_each_rule_whether_it_was_checked(page: str, least: int) -> None:
    text = (DOCS / page).read_text("utf-8")
    tables = re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- /\1 -->", text, re.S)
    rows = [row for name, table in tables if name != "facts" for row in table.splitlines()[2:]]
    assert len(rows) >= least
    flags: Callable[[str], bool] = lambda row: any(  # noqa: E731
        word in row for word in ("Verified", "Partly verified", UNVERIFIED_EN)
    )
    assert [row for row in rows if not flags(row)] == []
