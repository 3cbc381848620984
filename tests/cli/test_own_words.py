"""`saisine triage` reads with the terms that an association added to its workspace."""

from pathlib import Path

from saisine.cli import triage as command
from tests.casework.test_reading_order import LEXICON
from tests.cli.running import Saisine


def add_words(folder: Path) -> Path:
    (folder / "triage").mkdir(exist_ok=True)
    path = folder / "triage" / "lexicon.yaml"
    path.write_text(LEXICON, "utf-8")
    return path


def test_the_workspace_s_terms_are_told_and_counted(case: Saisine) -> None:
    ours = case("triage", "--lexicon-status").out
    add_words(case.folder / "espace")
    theirs = case("triage", "--lexicon-status")
    assert ours.splitlines()[0] != theirs.out.splitlines()[0]
    assert "+2026-04-01" in theirs.out


def test_their_words_are_read_and_ours_stay(tmp_path: Path) -> None:
    path = add_words(tmp_path)
    for own, found in ((path, 1), (None, 0)):
        scorer = command._scorer(None, own)
        assert len(scorer.read_all([("", "quelle patatras")])[0].evidence.terms) == found
        assert scorer.score_text("Samedi je vais te tuer").danger


def test_findings_tell_what_changed_since_the_ones_before(case: Saisine) -> None:
    told = case("findings").out
    assert "Une absence de signal ne veut pas dire" in told
    first = case("findings", "--json").data
    assert first["changes"] == []
    assert {row["kind"] for row in first["findings"]} >= {"urgent", "wave", "copies", "target_wave"}
    assert all(row["target"].count(":") >= 2 for row in first["findings"] if row["kind"] == "target_wave")
