"""A receipt or a head kept elsewhere, against a bundle and a file of disclosed messages."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.report import Check, Report
from saisine.vault.shown_heads import KeptOutside, check_shown
from saisine.vault.succession import key_chain
from saisine.vault.verify import verify_bundle
from tests.vault.conftest import Ticking


@pytest.fixture
def bundle(vault: Vault, filled: list[Sealed], tmp_path: Path) -> Path:
    """A bundle of one piece, and the log gone on since."""
    vault.export([filled[0].item], tmp_path / "dossier.zip")
    return tmp_path / "dossier.zip"


def outside(report: Report) -> list[Check]:
    return [check for check in report.checks if check.id in ("V11", "V25")]


def test_a_receipt_of_a_head_in_the_bundle_is_verified(vault: Vault, bundle: Path, clock: Ticking) -> None:
    size = vault.journal.size - 1  # the line of the export came after the head that the bundle shows
    receipt = vault.receipt_at(size)
    for given in (receipt.code, receipt.code.lower(), receipt.to_text()):
        report = verify_bundle(bundle, now=clock(), receipt=given)
        assert (report.verdict, [check.state for check in outside(report)]) == ("verified", ["verified"])
    assert verify_bundle(bundle, now=clock(), witness=receipt.to_text()).verdict == "verified"


def test_a_receipt_of_another_head_is_not_checked_and_says_who_can(
    vault: Vault, bundle: Path, clock: Ticking
) -> None:
    receipt = vault.receipt()  # newer than the bundle
    report = verify_bundle(bundle, now=clock(), receipt=receipt.code)
    assert (report.verdict, report.exit_code) == ("incomplete", 2)
    (told,) = outside(report)
    assert "saisine verify --receipt" in told.detail_fr
    assert verify_bundle(bundle, now=clock(), witness=receipt.to_text()).verdict == "incomplete"


def test_two_histories_of_one_size_fail(vault: Vault, bundle: Path, clock: Ticking, tmp_path: Path) -> None:
    """Another copy of the folder went on by itself: as many lines, and others."""
    shutil.copytree(vault.folder, tmp_path / "twin")
    with Vault.open(tmp_path / "twin", clock=clock) as twin:
        twin.seal(SealItem("là.txt", b"ailleurs"))
        other = twin.last_head()
    vault.seal(SealItem("ici.txt", b"ici"))
    ours = vault.journal.head(other.size)
    keys = key_chain(vault.folder)
    found = list(check_shown([ours], keys, KeptOutside(witness=other.to_text())))
    assert [(check.id, check.state) for check in found] == [("V11", "failed"), ("V25", "failed")]
    assert [check.state for check in check_shown([ours], keys, KeptOutside(witness=ours.to_text()))] == [
        "verified"
    ]


def test_a_head_of_another_log_is_named_with_ours(
    vault: Vault, bundle: Path, clock: Ticking, tmp_path: Path
) -> None:
    with Vault.create(tmp_path / "other", clock=clock) as other:
        other.seal(SealItem("x.txt", b"x"))
        note = other.receipt().to_text()
    report = verify_bundle(bundle, now=clock(), witness=note)
    assert report.verdict == "failed"
    assert "pas le bon fichier, ou pas le bon dossier" in report.summary_fr


def test_a_day_to_judge_at_reaches_the_bundle(bundle: Path, clock: Ticking) -> None:
    assert (
        verify_bundle(bundle, now=clock(), at=datetime.fromisoformat("2030-01-01T00:00:00Z")).verdict
        == "verified"
    )
