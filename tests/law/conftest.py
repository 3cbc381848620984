"""The law as loaded, and cases built from a few words."""

from pathlib import Path

import pytest

from saisine.law.load import Law, load_law

CASES = Path(__file__).resolve().parents[2] / "law-cases"


@pytest.fixture(scope="session")
def law() -> Law:
    return load_law()
