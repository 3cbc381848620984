"""Every way to tamper with a vault is found, and the finding says what and where."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.log import canonical
from saisine.vault.notes import Checkpoint, Head
from saisine.vault.report import NAMES, Check, Report
from saisine.vault.verify import verify_vault
from tests.vault.conftest import Ticking

Lines = list[bytes]


def log_of(folder: Path) -> Path:
    return folder / "log" / "entries.jsonl"


def rewrite(folder: Path, change: Callable[[Lines], Lines]) -> None:
    lines = log_of(folder).read_bytes().splitlines(keepends=True)
    log_of(folder).write_bytes(b"".join(change(lines)))


def failed(folder: Path, clock: Ticking, **named: str) -> dict[str, str]:
    """Failed numbers, each with its first detail; the report must read in both languages."""
    report = verify_vault(folder, now=clock(), **named)  # type: ignore[arg-type]
    found: dict[str, str] = {}
    for check in report.failures():
        assert check.detail_fr
        assert check.detail_en
        found.setdefault(check.id, check.detail_en)
    assert bool(found) is (report.verdict == "failed") is (report.exit_code == 1)
    return found


def object_of(vault: Vault, sealed: Sealed) -> Path:
    name = str(vault.journal.entries[sealed.seq].object)
    return vault.folder / "objects" / name[:2] / name


def test_an_untouched_vault_is_verified(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    report = verify_vault(vault.folder, now=clock())
    assert report.verdict == "verified"
    assert report.summary_fr == "Intact. 4 pièces, pas encore datées par un tiers."
    assert {check.id for check in report.checks} == {number for number in NAMES if number[0] == "V"}
    assert sum(report.counts.values()) == len(report.checks)
    body = report.as_json("fr")
    assert body["verdict"] == "verified"
    without = verify_vault(vault.folder, now=clock(), decrypt=False)
    assert without.verdict == "verified"
    assert {check.state for check in without.checks if check.id in ("V22", "V23", "V24")} == {"not_checked"}


def test_an_empty_vault_is_verified(vault: Vault, clock: Ticking) -> None:
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


def test_a_flipped_byte_in_an_object_is_named(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    target = object_of(vault, filled[2])
    body = bytearray(target.read_bytes())
    body[len(body) // 2] ^= 1
    target.write_bytes(body)
    found = failed(vault.folder, clock)
    assert found.keys() == {"V19"}
    assert target.name in found["V19"]
    assert f"line {filled[2].seq}" in found["V19"]
    with pytest.raises(SaisineError) as caught:
        vault.read_bytes(filled[2].item)
    assert caught.value.code == "object_damaged"


def test_a_removed_object_is_named(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    target = object_of(vault, filled[1])
    target.unlink()
    found = failed(vault.folder, clock)
    assert found.keys() == {"V18"}
    assert target.name in found["V18"]


def test_two_swapped_objects_are_named(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    one, two = object_of(vault, filled[0]), object_of(vault, filled[1])
    bodies = one.read_bytes(), two.read_bytes()
    one.write_bytes(bodies[1])
    two.write_bytes(bodies[0])
    assert failed(vault.folder, clock).keys() == {"V19"}


def test_a_removed_records_object_is_named(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    place = vault.journal.entries[0].rec
    name = place.object  # type: ignore[union-attr]
    (vault.folder / "objects" / name[:2] / name).unlink()
    assert name in failed(vault.folder, clock)["V18"]


def test_a_removed_line_is_named(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    rewrite(vault.folder, lambda lines: [*lines[:1], *lines[2:]])
    found = failed(vault.folder, clock)
    assert {"V03", "V09"} <= found.keys()
    assert "place of line 1 stands line 2" in found["V03"]


def test_a_removed_last_line_is_found(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    rewrite(vault.folder, lambda lines: lines[:-1])
    assert "1 line of the log is missing" in failed(vault.folder, clock)["V09"]


def test_two_swapped_lines_are_named(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    rewrite(vault.folder, lambda lines: [lines[1], lines[0], *lines[2:]])
    found = failed(vault.folder, clock)
    assert {"V03", "V09"} <= found.keys()
    assert "place of line 0 stands line 1" in found["V03"]


def test_a_doubled_line_is_found(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    rewrite(vault.folder, lambda lines: [*lines, lines[-1]])
    assert {"V03", "V05"} <= failed(vault.folder, clock).keys()


def test_a_line_rewritten_with_care_still_fails_against_its_head(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    def backdate(lines: Lines) -> Lines:
        return [lines[0].replace(b"2026-11-21T13", b"2026-11-21T12"), *lines[1:]]

    rewrite(vault.folder, backdate)
    assert failed(vault.folder, clock).keys() == {"V09"}


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b'{"act":"note","at":"2026-11-21T13:40:00.000Z","code":"x","seq":4, "v":1}', "V02"),
        (b'{"act":"praise","at":"2026-11-21T13:40:00.000Z","seq":4,"v":1}', "V02"),
        (b'{"act":"note","at":"2026-11-21T13:40:00.000Z","code":"x","seq":7,"v":1}', "V03"),
        (b'{"act":"note","at":"2026-11-21T12:00:00.000Z","code":"x","seq":4,"v":1}', "V04"),
        (
            canonical(
                {
                    "v": 1, "seq": 4, "at": "2026-11-21T13:40:00.000Z", "act": "export",
                    "record": "ab" * 32, "refs": ["cd" * 32],
                }
            ),
            "V05",
        ),
    ],
)  # fmt: skip
def test_a_line_added_without_the_key_shows(
    vault: Vault, filled: list[Sealed], clock: Ticking, line: bytes, number: str
) -> None:
    rewrite(vault.folder, lambda lines: [*lines, line + b"\n"])
    report = verify_vault(vault.folder, now=clock())
    assert number in {check.id for check in report.failures()}
    assert [check.state for check in report.checks if check.id == "V12"] == ["not_checked"]


def test_a_forged_signature_is_named(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    stranger = Ed25519PrivateKey.generate()
    head = Head.sign(Checkpoint(vault.origin, 4, vault.journal.tree.root()), stranger)
    (vault.folder / "log" / "heads" / "4.note").write_text(head.to_text(), "utf-8")
    found = failed(vault.folder, clock)
    assert found.keys() == {"V08"}
    assert "head 4" in found["V08"]


def test_a_rewritten_past_signed_by_another_key_is_found(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    """The signature line is kept, the root is another."""
    note = vault.folder / "log" / "heads" / "3.note"
    head = vault.journal.head(3)
    forged = Head(Checkpoint(head.origin, 3, bytes(32)), head.note)
    note.write_text(note.read_text("utf-8").replace(head.note.text, forged.checkpoint.to_text()), "utf-8")
    (note.with_suffix(".txt")).write_text(forged.checkpoint.to_text())
    assert "V08" in failed(vault.folder, clock)


def test_a_vault_put_back_shows_only_with_what_was_kept_outside(
    vault: Vault, filled: list[Sealed], clock: Ticking, tmp_path: Path
) -> None:
    old = tmp_path / "yesterday"
    shutil.copytree(vault.folder, old)
    early = vault.receipt()
    vault.seal(SealItem("later", b"later"))
    late = vault.receipt()
    assert failed(old, clock) == {}
    for kept in ({"receipt": late.code}, {"receipt": late.to_text()}, {"witness": late.to_text()}):
        found = failed(old, clock, **kept)
        assert found.keys() == {"V25"}
        assert "earlier state" in found["V25"]
    for kept in ({"receipt": early.code.lower().replace("-", "")}, {"witness": early.to_text()}):
        assert failed(old, clock, **kept) == {}
        assert failed(vault.folder, clock, **kept) == {}


def test_two_histories_show_when_heads_meet(
    vault: Vault, filled: list[Sealed], clock: Ticking, tmp_path: Path
) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(vault.folder, twin)
    vault.seal(SealItem("one history", b"1"))
    with Vault.open(twin, clock=clock) as other:
        other.seal(SealItem("another", b"2"))
        other.seal(SealItem("and more", b"3"))
    assert "two histories" in failed(twin, clock, witness=vault.receipt().to_text())["V25"]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("FORMAT", {"V01"}),
        ("log/entries.jsonl", {"V09"}),
        ("log/heads/4.txt", {"V07"}),
        ("log/heads/4.note", {"V07"}),
        ("trust/vault.vkey", {"V08"}),
        ("trust/vault.pem", {"V08"}),
        ("keys/vault.unprotected.json", {"V22"}),
    ],
)
def test_a_missing_or_emptied_file_is_found(
    vault: Vault, filled: list[Sealed], clock: Ticking, name: str, numbers: set[str]
) -> None:
    vault.close()
    (vault.folder / name).write_bytes(b"")
    assert numbers <= failed(vault.folder, clock).keys()
    (vault.folder / name).unlink()
    if name == "log/entries.jsonl":
        numbers = {"V02"}
    if name != "FORMAT":
        assert numbers <= failed(vault.folder, clock).keys()


def test_a_file_that_no_line_names_is_told_and_not_judged(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    (vault.folder / "objects" / "ab").mkdir(exist_ok=True)
    (vault.folder / "objects" / "ab" / ("ab" * 32)).write_bytes(b"stray")
    report = verify_vault(vault.folder, now=clock())
    assert report.verdict == "verified"
    (told,) = [check for check in report.checks if check.id == "V20"]
    assert told.state == "not_checked"
    assert "ab" * 32 in told.detail_fr


def test_a_verdict_never_merges_its_three_states() -> None:
    good, bad = Check.verified("V01"), Check.failed("V02", "f", "e")
    skipped = Check.not_checked("V22", "f", "e")
    assert Report.of([good], ["V01"]).verdict == "verified"
    assert Report.of([good, skipped], ["V01"]).verdict == "verified"
    assert Report.of([good, skipped], ["V01", "V22"]).verdict == "incomplete"
    assert Report.of([good], ["V01", "V22"]).verdict == "incomplete"
    assert Report.of([good, skipped, bad], ["V01", "V22"]).verdict == "failed"


# Places where one bit may change without a trace yet: keys that no unit uses, dates that nothing signs.
_UNSIGNED = ("keys/units.db", "lock", "FORMAT")


@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_changed_bit_anywhere_under_log_objects_or_trust_is_reported(
    vault: Vault, filled: list[Sealed], clock: Ticking, data: st.DataObject
) -> None:
    paths = sorted(path for path in vault.folder.rglob("*") if path.is_file() and path.stat().st_size)
    paths = [path for path in paths if str(path.relative_to(vault.folder)) not in _UNSIGNED]
    path = data.draw(st.sampled_from(paths))
    before = path.read_bytes()
    position = data.draw(st.integers(0, len(before) * 8 - 1))
    body = bytearray(before)
    body[position // 8] ^= 1 << position % 8
    path.write_bytes(body)
    try:
        assert verify_vault(vault.folder, now=clock()).verdict == "failed", (path, position)
    finally:
        path.write_bytes(before)
