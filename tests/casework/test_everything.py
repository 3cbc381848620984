"""Everything that can be taken away: whole, documented, checked against its index, in one ZIP that leaves no half."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.parquet as pq
import pytest
from django.apps import apps

from saisine.casework import erasures, everything, incidents, jobs, row_erasures
from saisine.casework.models import Job
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from saisine.messages.row_erasure import Selection
from tests.casework.world import Clock, opened, take, write_files

# Work of this computer; what is computed again; one person's own; accounts and links of other people.
STAYS = {
    "Job", "Member", "TermRow", "DeadlineRow", "DeadlineState", "IncidentRevision", "PersonSettings", "CareMark",
    "Draft", "AccessSettings", "Invitation", "LawyerLink", "IncidentMember",
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """One export, made once for the tests that read it, and what the workspace held."""

    archive: zipfile.ZipFile
    sealed: list[str]
    rows: int


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("export")
    with opened(folder / "espace") as session:
        take(session, write_files(folder / "vague-mars"))
        incidents.set_summary(session, incidents.open_incident(session, "Vague de mars"), "Trois phrases.")
        export(session)
        sealed = sorted(row.sha256 for row in session.vault.items())
        rows = sum(info.rows for info in session.corpora.list())
        path = everything.exports(session)[0].path
    with zipfile.ZipFile(path) as archive:
        yield Made(archive, sealed, rows)


def export(session: Session) -> everything.Export:
    everything.start(session)
    jobs.run_waiting(session)
    return everything.exports(session)[0]


def test_the_index_names_each_file_with_its_size_and_hash(made: Made) -> None:
    archive = made.archive
    index = json.loads(archive.read("index.json"))["files"]
    assert sorted(one["path"] for one in index) == sorted(set(archive.namelist()) - {"index.json"})
    for one in index:
        data = archive.read(one["path"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"]), one["path"]
    assert all(one["about_fr"] and one["about_en"] for one in index if one["path"] != "LISEZ-MOI.txt")


def test_originals_leave_as_they_were_received(made: Made) -> None:
    names = [name for name in made.archive.namelist() if name.startswith("originaux/")]
    assert sorted(hashlib.sha256(made.archive.read(name)).hexdigest() for name in names) == made.sealed


def test_messages_are_the_same_in_three_forms(made: Made) -> None:
    archive = made.archive
    lines = archive.read("messages/messages.ndjson").splitlines()
    table = pq.read_table(archive.open("messages/messages.parquet"))
    assert len(lines) == table.num_rows == made.rows
    assert [json.loads(line)["text"] for line in lines] == table.column("text").to_pylist()
    assert archive.read("messages/messages.csv").startswith(b"\xef\xbb\xbf")


def test_every_decided_row_leaves_and_nothing_of_another_person(made: Made) -> None:
    archive = made.archive
    assert json.loads(archive.read("decisions/incidents.json"))[0]["summary"] == "Trois phrases."
    assert json.loads(archive.read("decisions/journal.json"))
    assert "decisions/echeances.json" in archive.namelist()
    assert archive.read("decisions/signalements.csv").startswith(b"notice_id,")


def test_each_table_is_exported_or_left_out_on_purpose() -> None:
    """A model added later has to be thought about: in the export, or in the list of what stays."""
    known = {model.__name__ for _, model in everything.TABLES} | STAYS
    assert {model.__name__ for model in apps.get_app_config("casework").get_models()} - known == set()


def test_the_keys_stay(made: Made) -> None:
    names = made.archive.namelist()
    assert not [name for name in names if "keys" in name or name.endswith((".age", ".key"))]
    assert any(name.startswith("coffre/log/") for name in names)
    assert "LISEZ-MOI.txt" in names


def test_what_may_not_be_kept_is_left_out(filled: Session) -> None:
    picture = next(row for row in filled.vault.items() if row.media_type == "image/png")
    erasures.bar(filled, picture.item)
    with zipfile.ZipFile(export(filled).path) as held:
        left = {hashlib.sha256(held.read(name)).hexdigest() for name in held.namelist()}
    assert picture.sha256 not in left


@pytest.mark.slow
def test_what_is_erased_leaves_no_export_that_holds_it(filled: Session) -> None:
    """Neither a unit, nor rows of one person, nor what may not be kept."""
    author = filled.corpora.search(Query(), limit=1).items[0].author_handle
    assert export(filled).path.exists()
    row_erasures.erase_rows(filled, Selection(author=author), "art17_request")
    assert everything.exports(filled) == []
    half = filled.workspace.backups / ".donnees-20260421T080000.zip.part"
    half.write_bytes(b"")
    assert everything.exports(filled) == []
    assert not half.exists(), "what a killed job left is readable by whoever finds it"
    found = export(filled)
    erasures.erase(filled, erasures.target_of(filled, erasures.list_units(filled)[0].unit), "mistake")
    assert not found.path.exists()


def test_a_stop_leaves_no_half_file_and_no_trace_in_scratch(filled: Session) -> None:
    job = everything.start(filled)

    def stop(done: int, total: int | None, what: str) -> None:
        raise jobs.Cancelled

    with pytest.raises(jobs.Cancelled):
        everything.run_export(filled, job, stop)
    assert list(filled.workspace.backups.iterdir()) == []
    assert not any(filled.workspace.scratch.glob("*donnees*"))
    jobs.run_waiting(filled)
    assert Job.objects.get(id=job.id).state == Job.DONE
    assert len(everything.exports(filled)) == 1


def test_an_export_is_private_deleted_on_request_and_gone_after_a_week(filled: Session, clock: Clock) -> None:
    beside = filled.workspace.backups / "donnees-liste.zip"
    beside.write_bytes(b"")
    first = export(filled)
    assert first.path.stat().st_mode & 0o777 == 0o600
    everything.delete_export(filled, first.name)
    assert (first.path.exists(), beside.exists()) == (False, True), "a file that is no export of ours is none"
    clock.pass_s(1)
    found = export(filled)
    clock.pass_s(7 * 24 * 3600)
    assert everything.find_export(filled, found.name) == found
    clock.pass_s(1)
    assert everything.exports(filled) == []
    assert not found.path.exists()
    with pytest.raises(SaisineError) as told:
        everything.find_export(filled, found.name)
    assert told.value.code == "export_unknown"
