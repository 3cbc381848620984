"""The pages on dossiers and notices follow the code: recipients, platforms, terms, states, parts, errors."""

from pathlib import Path

import pytest

from saisine.dossiers import RECIPIENTS
from saisine.error_texts.documents import TEXTS
from saisine.notices import load_platforms, load_terms
from saisine.notices.profiles import Platform
from saisine.notices.states import STATES

DOCS = Path(__file__).parents[2] / "docs"


def rows(name: str) -> dict[str, str]:
    """The rows of the tables of a page, by what their first cell names."""
    lines = (DOCS / name).read_text("utf-8").splitlines()
    table = [line.split("|") for line in lines if line.startswith("| `")]
    return {word: "|".join(cells[2:]) for cells in table for word in cells[1].replace(",", " ").split("`")}


def test_every_recipient_is_in_the_table_with_what_it_receives() -> None:
    page = rows("dossiers.md")
    for recipient in RECIPIENTS.values():
        assert page[recipient.id].rstrip(" |").endswith("yes" if recipient.gives_originals else "no")
        assert ("third parties" in page[recipient.id]) == recipient.may_show_third_parties


@pytest.mark.parametrize("platform", load_platforms().values(), ids=lambda platform: platform.id)
def test_every_platform_is_in_the_table_with_its_check(platform: Platform) -> None:
    row = rows("notices.md")[platform.id]
    day = platform.checked_on.isoformat() if platform.checked_on else "never"
    form = platform.form("art16")
    assert form is not None
    limits = [field.max_chars for field in form.fields if field.maps_to in ("reasons", "full_text")]
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[1:4] == [day, "yes" if platform.verified else "no", str(limits[0] or "none")]


def test_every_term_says_whether_it_is_law() -> None:
    section = (DOCS / "notices.md").read_text("utf-8").split("## Terms")[1]
    found = {line.split("`")[1]: line for line in section.splitlines() if line.startswith("| `")}
    for term in load_terms():
        assert ("| law, " in found[term.id]) == (term.nature == "law")
        assert str(term.days or term.months) in found[term.id]


def test_every_state_and_every_error_is_there() -> None:
    notices, dossiers = rows("notices.md"), rows("dossiers.md")
    assert set(STATES) <= set(notices)
    for code in TEXTS:
        assert code in (dossiers if code.startswith("dossier_") else notices)
