"""A disk really full in the middle of a deposit: nothing acknowledged is lost, and it goes on later."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from saisine.casework import deposits, jobs
from saisine.casework.models import Deposit, Job
from saisine.casework.session import open_session
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from saisine.vault.verify import verify_vault
from tests.casework.world import START, Clock, opened
from tests.messages.x_lines import body

POSTS = 4_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes in memory, mounted for this test; only an administrator may mount one."""
    place = tmp_path / "disque"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("a small disk cannot be mounted here: the full disk was only tested by size limits")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], check=False)
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here: the full disk was only tested by size limits")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def resize(place: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True)


def used_kb(place: Path) -> int:
    found = os.statvfs(place)
    return (found.f_blocks - found.f_bfree) * found.f_frsize // 1024


@pytest.mark.parametrize("room_kb", [0, 64, 700, 1_800])
def test_a_full_disk_is_told_and_the_deposit_goes_on_once_there_is_room(
    small_disk: Path, room_kb: int
) -> None:
    folder = small_disk / "espace"
    files = small_disk / "recus"
    told: set[str] = set()
    with opened(folder, Clock()) as session:
        files.mkdir()
        for number in range(3):
            (files / f"{number}.jsonl").write_bytes(body(POSTS // 3, seed=number))
        first = deposits.seal_paths(session, [files / "0.jsonl"])
        names = [(path.name, path) for path in sorted(files.iterdir())]
        deposit = deposits.receive(session, names)
        job = deposits.start_sealing(session, deposit)
        resize(small_disk, f"{used_kb(small_disk) + room_kb}k")
        try:
            jobs.run_waiting(session)
        except SaisineError as error:
            # not even the failure could be noted
            told.add(error.code)
        acknowledged = [one.item for one in session.vault.items()]
        assert first[0].item in acknowledged
    resize(small_disk, "64m")
    report = verify_vault(folder / "vault", now=START)
    assert report.verdict == "verified"
    with open_session(folder, clock=Clock()) as session:
        assert {one.item for one in session.vault.items()} >= set(acknowledged)
        jobs.recover(session)
        job.refresh_from_db()
        if job.is_over:
            assert job.state == Job.FAILED
            assert job.error is not None
            told.add(job.error.code)
            deposits.start_sealing(session, Deposit.objects.get(id=deposit.id))
        jobs.run_waiting(session)
        assert Deposit.objects.get(id=deposit.id).state == Deposit.SEALED
        assert session.corpora.count(Query(all_observations=True)) == POSTS // 3 * 3
        names_sealed = [one.name for one in session.vault.items() if one.unit == Deposit.objects.get().unit]
        assert sorted(names_sealed)[:3] == ["0.jsonl", "1.jsonl", "2.jsonl"]
        assert len(names_sealed) == 4
    assert told <= {"vault_disk_full", "corpus_disk_full", "database_full"}
    assert told
