"""What a machine does to a vault: two processes, a full disk, a read-only one, a clock that goes back.

Each has its plain message, in both languages; none is a traceback, a hang, or a silent loss.
"""

import errno
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault, bundle
from saisine.vault.verify import verify_vault
from tests.vault.told import now, require_french, said
from tests.vault.tracing import Refusal, Say, require_tracing, run

assert bundle  # imported here, so that no child compiles it while it is watched


# ---------------------------------------------------------------- two processes


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from saisine.vault import SealItem, Vault
with Vault.open(Path(sys.argv[1]), clock=lambda: datetime.now(UTC)) as vault:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(0, 200, int(sys.argv[3])):
        names = [f"{sys.argv[2]}-{n}" for n in range(number, number + int(sys.argv[3]))]
        for one in vault.seal_many([SealItem(name, name.encode()) for name in names]):
            print(one.item, one.name, flush=True)
"""


def test_two_processes_seal_two_hundred_items_each_and_none_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    Vault.create(folder, clock=now).close()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name, step],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name, step in (("un", "1"), ("deux", "8"))
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:  # both are open before either begins
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    acknowledged: dict[str, str] = {}
    for writer in writers:
        out, _ = writer.communicate()
        assert writer.returncode == 0
        acknowledged |= dict(line.split(" ") for line in out.splitlines())
    assert len(acknowledged) == 400
    with Vault.open(folder, clock=now) as vault:
        assert vault.opening == ()
        assert {one.item: one.name for one in vault.items()} == acknowledged
        for item, name in random.Random(1).sample(sorted(acknowledged.items()), 40):
            assert vault.read_bytes(item) == name.encode()
        units = [str(entry["unit"]) for entry in vault.log_entries()]
    assert sum(one != two for one, two in itertools.pairwise(units)) > 200, "they did take turns"
    report = verify_vault(folder, now=now())
    assert report.verdict == "verified", report.failures()
    assert {check.state for check in report.checks if check.id in ("V12", "V20")} == {"verified"}


# ---------------------------------------------------------------- full disk, refusing disk


def _seal(vault: Vault, filled: list[str]) -> object:
    return vault.seal_many([SealItem("a", bytes(900)), SealItem("b", bytes(300_000))])


def _act(vault: Vault, filled: list[str]) -> object:
    return vault.record_artifact("part-0.parquet", "ab" * 32)


def _line(vault: Vault, filled: list[str]) -> object:
    return vault.log_access(filled[0])


def _unit(vault: Vault, filled: list[str]) -> object:
    return vault.part_keys.create(vault.new_unit(), "p0")


def _hold(vault: Vault, filled: list[str]) -> object:
    return vault.hold(vault.find(filled[0]).unit, "plainte en cours")


def _erase(vault: Vault, filled: list[str]) -> object:
    return vault.erase(vault.find(filled[1]).unit, "mistake")


def _export(vault: Vault, filled: list[str]) -> object:
    return vault.export(filled, vault.folder.with_suffix(".zip"))


ACTS: dict[str, Callable[[Vault, list[str]], object]] = {
    one.__name__.strip("_"): one for one in (_seal, _act, _line, _unit, _hold, _erase, _export)
}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("faults") / "vault"
    with Vault.create(folder, clock=now) as vault:
        items = [vault.seal(SealItem(f"{n}", bytes([n]) * n)).item for n in range(1, 4)]
    return folder, items


def refused(
    ready: tuple[Path, list[str]], act: Callable[[Vault, list[str]], object], folder: Path, refusal: Refusal
) -> tuple[list[str], bool]:
    """The codes and sentences that one act gave while the disk refused, and whether it came to no such call."""
    shutil.copytree(ready[0], folder)

    def live(say: Say) -> None:
        try:
            with Vault.open(folder, clock=now) as vault:
                act(vault, ready[1])
        except SaisineError as error:
            say(f"code {error.code}")
            say(f"said {error.sentence('fr')}")
        else:
            say("done")

    trace = run(live, refusal=refusal)
    return trace.said, len(trace.calls) <= refusal.call


def require_whole(ready: tuple[Path, list[str]], folder: Path, heard: list[str]) -> None:
    """After the disk has room again: nothing lost, nothing half there, and the vault goes on."""
    with Vault.open(folder, clock=now) as vault:
        names = {one.item for one in vault.items()}
        kept = ready[1] if "done" not in heard else ready[1][:1]
        assert set(kept) <= names | {ready[1][1]}
        for item in names:
            vault.read_bytes(item)
        vault.seal(SealItem("après", b"de la place"))
    report = verify_vault(folder, now=now())
    assert report.verdict == "verified", report.failures()
    assert {check.state for check in report.checks if check.id in ("V12", "V20")} == {"verified"}
    assert not list((folder / "objects").glob(".tmp-*"))


REFUSALS = [
    (errno.ENOSPC, "vault_disk_full"),
    (errno.EIO, "vault_input_output"),
    (errno.EROFS, "vault_not_writable"),
]


def each_act_refused() -> Iterator[Any]:
    """Every act with every error at every call; in `make test` one error an act, each error in its turn, at every
    second call, exports left out."""
    for place, name in enumerate(ACTS):
        for turn, (error, code) in enumerate(REFUSALS):
            is_quick = turn == place % len(REFUSALS) and name != "export"  # an export makes 70 calls
            if is_quick:
                yield pytest.param(name, error, code, 2, id=f"{name}-{code}")
            yield pytest.param(name, error, code, 1, marks=pytest.mark.slow, id=f"{name}-{code}-each")


@pytest.mark.parametrize(("name", "error", "code", "step"), list(each_act_refused()))
def test_a_disk_that_refuses_any_write_of_an_act_is_told_and_nothing_is_half_done(
    ready: tuple[Path, list[str]], tmp_path: Path, name: str, error: int, code: str, step: int
) -> None:
    """At each call that takes room, from that call on: what a full or failing disk does."""
    require_tracing()
    act = ACTS[name]
    wrong: list[str] = []
    number, is_over = 0, False
    while not is_over:
        folder = tmp_path / f"{number}"
        heard, is_over = refused(ready, act, folder, Refusal(number, error))
        codes = [line.removeprefix("code ") for line in heard if line.startswith("code")]
        try:
            assert codes in ([], [code]), (codes, heard)
            require_french(*(line.removeprefix("said ") for line in heard if line.startswith("said")))
            require_whole(ready, folder, heard)
        except (AssertionError, SaisineError) as fault:
            wrong.append(f"call {number}: {str(fault).partition(chr(10))[0][:300]}")
        shutil.rmtree(folder)
        folder.with_suffix(".zip").unlink(missing_ok=True)
        number += step
    assert number > 3
    assert not wrong, f"{len(wrong)} of {number}:\n" + "\n".join(wrong[:12])


def can_mount(folder: Path) -> bool:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    if os.geteuid() != 0 or shutil.which("mount") is None or not can_mount(folder):
        pytest.skip("no small disk can be mounted here: refused calls were tried instead")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_small_disk_that_is_really_full_refuses_in_words_and_goes_on(small_disk: Path) -> None:
    folder = small_disk / "vault"
    kept: list[str] = []
    with Vault.create(folder, clock=now) as vault:
        with pytest.raises(SaisineError) as caught:
            kept.extend(vault.seal(SealItem(f"{number}", bytes(20_000))).item for number in range(500))
        assert said(caught.value) == "vault_disk_full"
        assert int(str(caught.value.facts["missing"])) > 0
        with pytest.raises(SaisineError) as caught:
            vault.seal(SealItem("trop grand", bytes(900_000)))
        assert said(caught.value) == "vault_disk_full"
        assert [one.item for one in vault.items()] == kept
        for item in kept:
            vault.read_bytes(item)
    assert verify_vault(folder, now=now()).verdict == "verified"


# ---------------------------------------------------------------- read-only


AS_NOBODY = """
import json, os, sys
from datetime import UTC, datetime
from pathlib import Path
from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault, bundle
from saisine.vault.verify import verify_vault
now = datetime.now(UTC)
if os.getuid() == 0:  # root may write anywhere: become nobody, once everything is imported
    os.setgid(65534); os.setuid(65534)
with Vault.open(Path(sys.argv[1]), clock=lambda: now) as vault:
    told = [[note.code, note.fr, note.en] for note in vault.opening]
    refused = []
    for act in (lambda: vault.seal(SealItem("a", b"a")), vault.new_unit, lambda: vault.note("x"),
                lambda: vault.hold(vault.items()[0].unit, "x"), lambda: vault.erase(vault.items()[0].unit, "mistake")):
        try:
            act()
        except SaisineError as error:
            refused.append([error.code, error.sentence("fr"), error.sentence("en")])
    read = [vault.read_bytes(one.item).decode("latin-1")[:7] for one in vault.items()]
    print(json.dumps([told, refused, read, verify_vault(Path(sys.argv[1]), now=now).verdict, vault.receipt().code]))
"""


def test_a_read_only_vault_is_read_verified_and_refuses_every_act_in_words(
    vault: Vault, filled: list[Sealed]
) -> None:
    code = vault.receipt().code
    vault.close()
    paths = sorted(vault.folder.rglob("*"), reverse=True)
    for path in (*paths, vault.folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    parents = {path: path.stat().st_mode for path in vault.folder.parents if path != Path("/")}
    parents = {path: mode for path, mode in parents.items() if path.stat().st_uid == os.getuid()}
    try:
        for path, mode in parents.items():
            path.chmod(mode | 0o055)
        command = [sys.executable, "-c", AS_NOBODY, str(vault.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        for path, mode in parents.items():
            path.chmod(mode)
        for path in (vault.folder, *reversed(paths)):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert done.returncode == 0, done.stderr
    told, refused_acts, read, verdict, receipt = json.loads(done.stdout)
    assert [note[0] for note in told] == ["read_only"]
    assert [one[0] for one in refused_acts] == ["vault_not_writable"] * 5
    require_french(*(one[1] for one in (*told, *refused_acts)))
    assert read == ["premier", "second", "\x89PNG\0\0\0", ""]
    assert (verdict, receipt) == ("verified", code)


# ---------------------------------------------------------------- the clock


@pytest.mark.parametrize(
    ("back", "codes"),
    [
        (timedelta(seconds=1), []),
        (timedelta(seconds=3), ["clock_back"]),
        (timedelta(days=1), ["clock_back"]),
    ],
)
def test_a_clock_that_goes_back_between_two_processes_is_told_and_written(
    tmp_path: Path, back: timedelta, codes: list[str]
) -> None:
    folder = tmp_path / "vault"
    start = datetime(2026, 11, 21, 13, 32, tzinfo=UTC)

    def deposit(at: datetime) -> list[str]:
        def live(say: Say) -> None:
            with Vault.open(folder, clock=lambda: at) as vault:
                for note in vault.opening:
                    require_french(note.fr)
                    say(f"{note.code} {note.facts['seconds']}")
                vault.seal(SealItem(f"{at}", b"x"))

        require_tracing()
        return run(live).said

    Vault.create(folder, clock=lambda: start).close()
    assert deposit(start) == []
    assert [line.split()[0] for line in deposit(start - back)] == codes
    assert deposit(start + timedelta(seconds=1)) == []
    with Vault.open(folder, clock=lambda: start + timedelta(days=2)) as vault:
        lines = list(vault.log_entries())
        assert [line.get("code") for line in lines if line["act"] == "note" and "code" in line][-1:] == codes
        sealed = [one.sealed_at for one in vault.items()]
    assert (sealed[1] >= sealed[0]) is (not codes), (
        "a small step is waited out, a large one is written as it is"
    )
    report = verify_vault(folder, now=start + timedelta(days=2))
    assert report.verdict == "verified", report.failures()
