"""Holds, erasures and pieces that may not be kept: gone for good, other proofs whole, and said."""

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault, erasure
from saisine.vault.certificates import certificate_of
from saisine.vault.notes import TlogProof
from saisine.vault.succession import key_chain
from saisine.vault.verify import verify_vault
from tests.vault.conftest import Ticking


def code_of(call: object) -> str:
    with pytest.raises(SaisineError) as caught:
        call()  # type: ignore[operator]
    return caught.value.code


def files_of(vault: Vault) -> list[Path]:
    return [path for path in (vault.folder / "objects").rglob("*") if path.is_file()]


def test_an_erased_unit_is_gone_and_every_other_proof_holds(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    receipt = vault.receipt()
    unit = filled[0].unit
    vault.part_keys.create(unit, "part-0000.parquet")
    before = len(files_of(vault))
    done = vault.erase(unit, "art17_request", note="demande reçue par courrier")
    assert done.objects
    assert len(files_of(vault)) == before - len(done.objects) + 1  # and the record of the erasure
    assert [row.item for row in vault.items()] == [row.item for row in filled[2:]]
    assert code_of(lambda: vault.read_bytes(filled[0].item)) == "item_erased"
    assert code_of(lambda: vault.part_keys.get(unit, "part-0000.parquet")) == "part_key_missing"
    assert code_of(lambda: vault.erase(unit, "mistake")) == "unit_erased"
    assert not list((vault.folder / "keys").rglob(f"*{unit}*"))
    report = verify_vault(vault.folder, now=clock(), receipt=receipt.head)
    assert report.verdict == "verified", report.failures()
    with Vault.open(vault.folder, clock=clock) as again:
        assert again.opening == ()
        assert again.read_bytes(filled[2].item).startswith(b"\x89PNG")
        assert erasure.erasures(again) == [done]


def test_the_reason_in_words_stays_encrypted(vault: Vault, filled: list[Sealed]) -> None:
    vault.erase(filled[0].unit, "other", note="parole de Camille")
    assert b"Camille" not in b"".join(path.read_bytes() for path in vault.folder.rglob("*") if path.is_file())
    assert erasure.erasures(vault)[0].note == "parole de Camille"
    assert code_of(lambda: vault.erase(filled[2].unit, "parce que")) == "erase_reason"


def test_a_hold_stops_an_erasure_until_it_is_released(vault: Vault, filled: list[Sealed]) -> None:
    unit = filled[0].unit
    vault.hold(unit, "plainte du 3 décembre", until=date(2027, 6, 1))
    (found,) = erasure.holds(vault)
    assert (found.unit, found.until, found.reason) == (unit, "2027-06-01", "plainte du 3 décembre")
    assert code_of(lambda: vault.erase(unit, "art17_request")) == "unit_held"
    assert code_of(lambda: erasure.erase_items(vault, [filled[0]], "mistake")) == "unit_held"
    assert vault.read_bytes(filled[0].item) == b"premier"
    vault.release(unit, "classement sans suite")
    assert erasure.holds(vault) == []
    assert code_of(lambda: vault.release(unit, "encore")) == "unit_not_held"
    vault.erase(unit, "retention_end")
    assert code_of(lambda: vault.hold(unit, "trop tard")) == "unit_erased"
    assert code_of(lambda: vault.hold("a" * 26, "inconnue")) == "unit_unknown"


def test_one_piece_goes_and_its_neighbours_of_the_same_unit_stay(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    (done,) = erasure.erase_items(vault, [filled[0]], "consent_withdrawn")
    assert done.items == (filled[0].item,)
    assert len(done.objects) == 1
    assert [row.item for row in vault.items()] == [row.item for row in filled[1:]]
    assert vault.read_bytes(filled[1].item) == b"second"
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"
    assert code_of(lambda: erasure.erase_items(vault, [filled[0]], "mistake")) == "unit_erased"


@pytest.mark.parametrize("left", ["key", "objects", "both"])
def test_an_erasure_that_was_stopped_is_finished_at_the_next_opening(
    vault: Vault, filled: list[Sealed], clock: Ticking, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    """The line stands: what a stop left of keys and files goes at once."""
    kept = {path: path.read_bytes() for path in vault.folder.rglob("*") if path.is_file()}
    vault.erase(filled[0].unit, "mistake")
    gone = [path for path in kept if not path.exists()]
    for path in gone:
        is_key = "keys" in path.parts
        if left == "both" or (left == "key") == is_key:
            path.write_bytes(kept[path])
    assert {check.id for check in verify_vault(vault.folder, now=clock()).failures()} == {"V21"}
    with Vault.open(vault.folder, clock=clock):
        assert not any(path.exists() for path in gone)
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


def test_something_sealed_into_an_erased_unit_is_found(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    unit = filled[0].unit
    body = (vault.folder / "keys" / "units" / f"{unit}.age").read_bytes()
    vault.erase(unit, "mistake")
    (vault.folder / "keys" / "units" / f"{unit}.age").write_bytes(body)
    vault.seal(SealItem("retour", b"retour"), unit=unit)
    assert {"V06", "V21"} <= {check.id for check in verify_vault(vault.folder, now=clock()).failures()}


# ------------------------------------------------------------------ what may not be kept


def test_a_barred_piece_is_never_opened_again_and_is_destroyed_unseen(
    vault: Vault, filled: list[Sealed], clock: Ticking, tmp_path: Path
) -> None:
    twin = vault.seal(SealItem("copie.txt", b"premier"))
    vault.hold(filled[0].unit, "plainte")
    assert set(vault.bar(filled[0].item)) == {filled[0].item, twin.item}
    for item in (filled[0].item, twin.item):
        assert code_of(lambda item=item: vault.read_bytes(item)) == "item_barred"
        assert code_of(lambda item=item: vault.export([item], tmp_path / "x.zip")) == "item_barred"
    assert not (tmp_path / "x.zip").exists()
    assert {row.item for row in vault.items()}.isdisjoint({filled[0].item, twin.item})
    assert {row.item for row in erasure.barred(vault)} == {filled[0].item, twin.item}
    done = vault.destroy_barred(filled[0].item)
    assert {one.code for one in done} == {"unlawful_content"}
    assert {item for one in done for item in one.items} == {filled[0].item, twin.item}
    assert erasure.barred(vault) == []
    assert not any(path.name in one.objects for one in done for path in files_of(vault))
    assert vault.read_bytes(filled[1].item) == b"second"  # the hold and the rest of the unit stay
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


def test_only_a_marked_piece_is_destroyed_that_way(vault: Vault, filled: list[Sealed]) -> None:
    assert code_of(lambda: vault.destroy_barred(filled[0].item)) == "item_not_barred"
    assert vault.bar(filled[0].item) == vault.bar(filled[0].item)
    assert sum(entry.get("code") == "barred" for entry in vault.log_entries()) == 1


# ------------------------------------------------------------------ certificate


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_certificate_names_hashes_and_what_remains_and_no_content(
    vault: Vault, filled: list[Sealed], tmp_path: Path, language: str
) -> None:
    vault.export([filled[0].item], tmp_path / "dossier.zip", recipient="Maître Exemple")
    done = vault.erase(filled[0].unit, "art17_request", note="demande de Camille")
    found = certificate_of(vault, done)
    text = found.to_text(language)
    assert all(name in text for name in done.objects)
    assert "Maître Exemple" in text
    assert found.receipt in text
    for secret in ("un.txt", "premier", "Camille", filled[0].sha256):
        assert secret not in text
    proof = TlogProof.from_text(found.proof)
    assert proof.proves(found.line.encode(), key_chain(vault.folder))
    lines = text.splitlines()
    assert lines.index(found.line) == len(lines) - 1 - len(found.proof.splitlines())


def test_every_reason_is_said_in_two_languages() -> None:
    words = list(itertools.chain.from_iterable(erasure.REASONS.values()))
    assert all(words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_hold_or_its_end_without_a_reason_is_refused(
    vault: Vault, filled: list[Sealed], reason: str
) -> None:
    unit = filled[0].unit
    assert code_of(lambda: vault.hold(unit, reason)) == "reason_missing"
    vault.hold(unit, "plainte")
    assert code_of(lambda: vault.release(unit, reason)) == "reason_missing"


def test_a_hold_is_reviewed_today_at_the_earliest(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    today = clock().date()
    assert (
        code_of(lambda: vault.hold(filled[0].unit, "plainte", until=today - timedelta(days=1))) == "day_past"
    )
    assert erasure.holds(vault) == []
    vault.hold(filled[0].unit, "plainte", until=today)


def test_what_was_erased_is_told_with_its_day_by_every_name_it_had(
    vault: Vault, filled: list[Sealed]
) -> None:
    gone = [str(vault.journal.entries[row.seq].object) for row in filled]
    vault.erase(filled[0].unit, "mistake")
    erasure.erase_items(vault, [filled[2]], "mistake")
    for row, name in ((filled[0], gone[0]), (filled[2], gone[2])):
        for ref in (row.item, row.item[:8], str(row.seq), name, name[:16]):
            with pytest.raises(SaisineError) as caught:
                vault.find(ref)
            assert caught.value.code == "item_erased"
            assert "effacée le 21 novembre 2026" in caught.value.what("fr")
            assert "saisine certificate" in caught.value.what_to_do("fr")
    assert code_of(lambda: vault.find("feedfeedfeed")) == "item_unknown"
