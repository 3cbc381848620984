"""docs/law.md says what the data say, and its example runs."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scripts.write_law_docs import DOCS, PAGE, PAGES, filled

from saisine.error_texts.law import TEXTS
from saisine.law.casefile import CASE_KEYS, EXPECTED_KEYS
from saisine.law.load import Law

TEXT = PAGE.read_text("utf-8")


def test_every_offence_route_and_fact_appears(law: Law) -> None:
    for name in (*law.offences, *law.remedies, *law.facts):
        assert f"`{name}`" in TEXT, name


def test_the_tables_are_those_of_the_data(law: Law) -> None:
    assert filled(TEXT, law) == TEXT, "run python scripts/write_law_docs.py"


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_terms_breaches_and_procedures_are_those_of_the_data(page: str, law: Law) -> None:
    text = (DOCS / page).read_text("utf-8")
    assert filled(text, law, PAGES[page]) == text, "run python scripts/write_law_docs.py"


def test_every_event_error_and_key_of_a_case_is_described(law: Law) -> None:
    for event in law.limitation.events:
        assert f"`{event.id}`" in TEXT, event.id
    for code in TEXTS:
        assert f"`{code}`" in TEXT, code
    for key in (*EXPECTED_KEYS, *CASE_KEYS - {"id", "kind", "offence", "reviewed_on"}):
        assert key in TEXT, key


def test_the_first_example_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)[0]
    space: dict[str, Any] = {"today": date(2026, 11, 20)}
    exec(code, space)
    found = space["found"].met[0]
    assert (found.id, found.clock.last_useful_day) == ("injure_publique", date(2026, 11, 30))


def test_the_example_case_passes(law: Law, tmp_path: Path) -> None:
    from saisine.law.casefile import load_case, run_case

    path = tmp_path / "example.yaml"
    path.write_text(re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)[0], "utf-8")
    assert run_case(law, load_case(law, path)).passed
