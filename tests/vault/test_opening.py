"""What a start finds: interrupted deposits set aside, damage left alone, nothing acknowledged lost."""

import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.verify import verify_vault
from tests.vault.conftest import Ticking

# Calls of C that change the disk or draw a key: a kill before each is a kill between two steps.
STEPS = frozenset(
    {
        "write", "pwrite", "fsync", "fdatasync", "ftruncate", "rename", "replace", "unlink", "mkdir", "open",
        "close", "flock", "execute", "encrypt", "encrypt_io", "__exit__",
    }
)  # fmt: skip


def deposit(folder: Path, acknowledge: Callable[[str], object]) -> None:
    """Three deposits in a row: a group, a larger file, one line without content."""
    clock = Ticking()
    clock.step(hours=1)
    with Vault.open(folder, clock=clock) as vault:
        for one in vault.seal_many([SealItem(f"{n}.txt", f"texte {n}".encode()) for n in range(4)]):
            acknowledge(one.item)
        acknowledge(vault.seal(SealItem("grand", bytes(300_000))).item)
        vault.log_access(vault.items()[0].item)


def killed_at(folder: Path, number: int) -> tuple[list[str], int]:
    """Run `deposit` in a child that kills itself before its `number`-th step.

    Returns the items it had acknowledged, and how many steps it counted (all of them when not killed).
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0

        def watch(frame: FrameType, event: str, what: Any) -> None:
            nonlocal count
            if event == "c_call" and what.__name__ in STEPS:
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.setprofile(watch)
            deposit(folder, lambda item: os.write(writing, f"{item}\n".encode()))
            sys.setprofile(None)
            os.write(writing, f"{count}\n".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read().split()
    os.waitpid(child, 0)
    counts = [line for line in said if len(line) < 64]
    return [line for line in said if len(line) == 64], int(counts[0]) if counts else 0


@pytest.mark.parametrize("kills", [10, pytest.param(60, marks=pytest.mark.slow)])
def test_a_kill_between_any_two_steps_loses_nothing_acknowledged(
    vault: Vault, filled: list[Sealed], clock: Ticking, tmp_path: Path, kills: int
) -> None:
    vault.close()
    whole = tmp_path / "whole"
    shutil.copytree(vault.folder, whole)
    acknowledged, steps = killed_at(whole, -1)
    assert len(acknowledged) == 5
    assert steps > 100
    told: set[str] = set()
    for number in sorted(random.Random(7).sample(range(1, steps + 1), kills)):
        folder = tmp_path / f"killed-{number}"
        shutil.copytree(vault.folder, folder)
        acknowledged, _ = killed_at(folder, number)
        later = Ticking()
        later.step(days=1)
        with Vault.open(folder, clock=later) as again:
            told |= {note.code for note in again.opening}
            present = {one.item for one in again.items()}
            assert {*acknowledged, *(one.item for one in filled)} <= present, number
            for item in present:
                again.read_bytes(item)
            again.seal(SealItem("after", b"the vault goes on"))
        report = verify_vault(folder, now=later())
        assert report.verdict == "verified", (number, report.failures())
        assert [check.state for check in report.checks if check.id in ("V12", "V20")] == ["verified"] * 2, (
            number
        )
        with Vault.open(folder, clock=later) as quiet:
            assert quiet.opening == ()
        shutil.rmtree(folder)
    assert told == {"interrupted"}


def interrupted(folder: Path, clock: Ticking, files: int) -> None:
    """What a writer that was killed between rename and log leaves: placed objects, its marker, no line."""
    objects = folder / "objects"
    (objects / ".tmp-dead.writer").write_text(f'{{"records":"{"cd" * 32}"}}')
    for number in range(files):
        (objects / f".tmp-dead-{number}").write_bytes(b"half")
    (objects / "cd").mkdir(exist_ok=True)
    (objects / "cd" / ("cd" * 32)).write_bytes(b"records")


def test_the_sentence_counts_the_files_that_were_not_sealed(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    for files, words in ((3, "3 fichiers n’avaient"), (1, "1 fichier n’avait")):
        interrupted(vault.folder, clock, files)
        with Vault.open(vault.folder, clock=clock) as again:
            (note,) = again.opening
            assert note.code == "interrupted"
            assert note.facts["files"] == files
            assert words in note.fr
            assert note.en
    lost = [path.name for path in (vault.folder / "lost").rglob("*") if path.is_file()]
    assert len(lost) == 4 + 2
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


def test_a_living_writer_is_left_alone(vault: Vault, clock: Ticking) -> None:
    with vault.writer.batch() as batch:
        recipient = vault.keys.recipient_of(vault.new_unit())
        written = batch.write(b"being written", recipient)
        with Vault.open(vault.folder, clock=clock) as other:
            assert other.opening == ()
        assert Path(written.path).exists()
    assert not Path(written.path).exists()


def test_a_torn_last_line_is_cut_kept_and_told(vault: Vault, filled: list[Sealed], clock: Ticking) -> None:
    log = vault.folder / "log" / "entries.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"act":"seal","at":"2026-11-2')
    with Vault.open(vault.folder, clock=clock) as again:
        assert [note.code for note in again.opening] == ["torn_line"]
        assert len(again.items()) == 4
        assert list(again.log_entries())[-1]["code"] == "repair_torn"
        again.seal(SealItem("after", b"x"))
    assert next((vault.folder / "lost").rglob("entries.tail")).read_bytes().startswith(b'{"act"')
    assert log.read_bytes().startswith(whole)
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:-5],
        lambda body: body.replace(b'"seq":1,', b'"seq":9,'),
        lambda body: body.splitlines(keepends=True)[0],
        lambda body: body.replace(b"13:32:0", b"13:31:0"),
        lambda body: body[:40] + b"\n" + body[40:],
        lambda body: b"",
    ],
)
def test_damage_below_a_head_is_left_alone_and_the_vault_only_reads(
    vault: Vault, filled: list[Sealed], clock: Ticking, damage: Callable[[bytes], bytes]
) -> None:
    log = vault.folder / "log" / "entries.jsonl"
    broken = damage(log.read_bytes())
    log.write_bytes(broken)
    with Vault.open(vault.folder, clock=clock) as again:
        assert [note.code for note in again.opening] == ["damaged"]
        assert "N’écrivez plus ici" in again.opening[0].fr
        assert not again.is_writable
        for write in (lambda: again.seal(SealItem("a", b"a")), again.new_unit, lambda: again.note("x")):
            with pytest.raises(SaisineError) as caught:
                write()
            assert caught.value.code == "vault_damaged"
        again.items()
    assert log.read_bytes() == broken
    assert verify_vault(vault.folder, now=clock()).verdict == "failed"


def test_a_bad_line_with_good_ones_after_it_is_no_interrupted_write(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    heads = vault.folder / "log" / "heads"
    for size in (3, 4):
        (heads / f"{size}.note").unlink()
        (heads / f"{size}.txt").unlink()
    log = vault.folder / "log" / "entries.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:2], b"\x00" * 30 + b"\n", lines[3]]))
    with Vault.open(vault.folder, clock=clock) as again:
        assert [note.code for note in again.opening] == ["damaged"]


def test_lines_without_a_head_are_signed_at_the_next_start(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    heads = vault.folder / "log" / "heads"
    for suffix in ("note", "txt"):
        (heads / f"4.{suffix}").unlink()
    with Vault.open(vault.folder, clock=clock) as again:
        assert again.opening == ()
    assert (heads / "4.note").exists()


def test_a_clock_that_went_back_is_told_and_written(
    vault: Vault, filled: list[Sealed], clock: Ticking
) -> None:
    clock.step(hours=-3)
    with Vault.open(vault.folder, clock=clock) as again:
        assert [note.code for note in again.opening] == ["clock_back"]
        again.seal(SealItem("after", b"x"))
        assert [entry.get("code") for entry in again.log_entries()][-2:] == ["clock_back", None]
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


def test_a_small_step_back_keeps_time_from_going_back(vault: Vault, clock: Ticking) -> None:
    first = vault.seal(SealItem("a", b"a"))
    clock.step(seconds=-2)
    second = vault.seal(SealItem("b", b"b"))
    assert second.sealed_at >= first.sealed_at
    assert len(list(vault.log_entries())) == 2


def test_keys_older_than_the_log_forbid_writing(vault: Vault, clock: Ticking, tmp_path: Path) -> None:
    units = vault.folder / "keys" / "units"
    shutil.copytree(units, tmp_path / "units")
    vault.seal(SealItem("a", b"a"))
    vault.close()
    shutil.rmtree(units)
    shutil.copytree(tmp_path / "units", units)
    with Vault.open(vault.folder, clock=clock) as again:
        assert [note.code for note in again.opening] == ["keys_older"]
        with pytest.raises(SaisineError) as caught:
            again.seal(SealItem("b", b"b"))
        assert caught.value.code == "vault_keys_older"


def test_a_creation_that_was_interrupted_can_be_done_again(tmp_path: Path, clock: Ticking) -> None:
    folder = tmp_path / "begun"
    Vault.create(folder, clock=clock).close()
    (folder / "FORMAT").unlink()
    with Vault.create(folder, clock=clock) as again:
        again.seal(SealItem("a", b"a"))
    (folder / "FORMAT").unlink()
    with pytest.raises(SaisineError) as caught:
        Vault.create(folder, clock=clock)
    assert caught.value.code == "vault_exists", "what holds evidence is never written over"
