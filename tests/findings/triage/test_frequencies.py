"""The one figure shown beside a score: measured, with its interval, and only where it was measured."""

import json
from pathlib import Path

import numpy as np
import pytest

from saisine.findings.triage.frequencies import FILE, frequency_of, measure, write
from saisine.findings.triage.model import FOLDER
from tests.findings.triage.shipped import TRIAGE as triage

CASES = (
    "Merci à toutes et tous pour la réunion de jeudi, elle était très utile.",
    "Samedi je viens te tuer",
    "ok",
)


def test_the_file_shipped_was_measured_with_the_arrays_shipped() -> None:
    facts = json.loads((FOLDER / FILE).read_text("utf-8"))
    assert facts["model"] == json.loads((FOLDER / "model.json").read_text("utf-8"))["sha256"]


def test_a_share_stands_between_its_bounds_and_few_texts_say_nothing() -> None:
    scores = np.array([0.9] * 60 + [0.1] * 10)
    labels = np.array([1.0] * 45 + [0.0] * 25)
    (only,) = measure(scores, labels, np.full(70, 1 / 70))
    assert (only.start, only.n, only.total) == (0.8, 60, 70)
    assert only.share == pytest.approx(0.75)
    assert (only.low, only.high) == (pytest.approx(0.628, abs=1e-3), pytest.approx(0.842, abs=1e-3))


def test_a_danger_and_an_unsure_score_have_no_figure(tmp_path: Path) -> None:
    ranges = measure(np.full(40, 0.01), np.array([0.0, 1.0] * 20), np.full(40, 1 / 40))
    write(tmp_path, triage.model.sha256, ["essai"], ranges)
    calm, threat, short = (triage.score_text(text) for text in CASES)
    assert calm.score < 0.2
    found = frequency_of(triage, calm, tmp_path)
    assert found is not None
    assert found.share == pytest.approx(0.5)
    assert frequency_of(triage, threat, tmp_path) is None
    assert frequency_of(triage, short, tmp_path) is None


def test_other_arrays_have_no_figure(tmp_path: Path) -> None:
    write(tmp_path, "0" * 64, ["essai"], ())
    assert frequency_of(triage, triage.score_text(CASES[0]), tmp_path) is None
