"""The vault's verbs: what goes in comes back, is found, proved and received, alone or by thousands."""

import hashlib
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.notes import Head, TlogProof, VerifierKey
from saisine.vault.verify import verify_vault
from tests.vault.conftest import Ticking


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(SaisineError) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    for language in ("fr", "en"):
        assert caught.value.sentence(language)
    return caught.value.code


def test_what_is_sealed_comes_back_byte_for_byte(vault: Vault, tmp_path: Path) -> None:
    source = tmp_path / "export.zip"
    source.write_bytes(os.urandom(700_000))
    sealed = vault.seal(SealItem("export.zip", source, media_type="application/zip"))
    assert vault.read_bytes(sealed.item) == source.read_bytes()
    assert (sealed.size, sealed.sha256) == (700_000, hashlib.sha256(source.read_bytes()).hexdigest())
    assert sealed.state == "not_yet_dated"


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_survive_a_reopening(vault: Vault, clock: Ticking, contents: list[bytes]) -> None:
    sealed = vault.seal_many([SealItem(f"{n}", body) for n, body in enumerate(contents)])
    with Vault.open(vault.folder, clock=clock) as again:
        assert [again.read_bytes(one.item) for one in sealed] == contents
        assert again.items() == vault.items()


def test_odd_names_and_a_large_file_flow_through(vault: Vault, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \xf0\x9f\x98\x80.txt")
    assert vault.seal(SealItem(name, b"x")).name.endswith("😀.txt")
    large = tmp_path / "large"
    body = os.urandom(1 << 20) * 40
    large.write_bytes(body)
    sealed = vault.seal(SealItem("large", large))
    with vault.open_item(sealed.item) as stream:
        assert stream.read(10) == body[:10]
        rest = hashlib.sha256(body[:10])
        while piece := stream.read(1 << 20):
            rest.update(piece)
    assert rest.hexdigest() == sealed.sha256


def test_a_sealed_thing_is_found_by_every_name_it_has(vault: Vault, filled: list[Sealed]) -> None:
    picture = filled[2]
    for ref in (picture.item, picture.item[:8], str(picture.seq), picture.sha256, picture.sha256[:9].upper()):
        assert vault.find(ref) == picture
    assert code_of(vault.find, "feedfeedfeed") == "item_unknown"
    assert code_of(vault.find, picture.item[:5]) == "item_unknown"
    assert vault.sealed_in(filled[0].unit).keys() == {filled[0].sha256, filled[1].sha256}


def test_the_log_and_the_disk_hold_no_name_and_no_content(vault: Vault) -> None:
    vault.seal(SealItem("nom-très-secret.txt", b"contenu tres secret", comment="remarque secrete"))
    for path in vault.folder.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            assert b"secret" not in body
            assert hashlib.sha256(b"contenu tres secret").hexdigest().encode() not in body


def test_a_proof_and_a_receipt_stand_alone(vault: Vault, filled: list[Sealed]) -> None:
    key = VerifierKey.from_text((vault.folder / "trust" / "vault.vkey").read_text())
    for sealed in filled:
        proof = TlogProof.from_text(vault.proof(sealed.item))
        assert proof.proves(vault.entry_line(sealed.seq), [key])
        assert not proof.proves(vault.entry_line((sealed.seq + 1) % 4), [key])
        record = vault.record_line(sealed.item)
        assert hashlib.sha256(record).hexdigest() == sealed.item
    receipt = vault.receipt()
    head = Head.from_text(receipt.to_text())
    assert (
        (head.size, head.root.hex()) == (receipt.size, receipt.root) == (4, vault.journal.tree.root().hex())
    )
    assert len(receipt.code) == 14
    assert receipt.code.count("-") == 2


def test_part_keys_are_drawn_once_and_can_be_destroyed(vault: Vault, clock: Ticking) -> None:
    unit = vault.new_unit()
    key = vault.part_keys.create(unit, "part-0")
    assert vault.part_keys.create(unit, "part-0") == key
    assert len(key) == 32
    with Vault.open(vault.folder, clock=clock) as again:
        assert again.part_keys.get(unit, "part-0") == key
        again.part_keys.destroy(unit, "part-0")
    assert code_of(vault.part_keys.get, unit, "part-0") == "part_key_missing"
    assert code_of(vault.part_keys.create, "nobody", "part-0") == "unit_unknown"


def test_a_passphrase_protects_and_its_absence_is_said(tmp_path: Path, clock: Ticking, vault: Vault) -> None:
    assert not vault.is_protected
    assert (vault.folder / "keys" / "vault.unprotected.json").exists()
    folder = tmp_path / "protected"
    with Vault.create(folder, clock=clock, passphrase="cheval agrafe pile") as made:
        sealed = made.seal(SealItem("a", b"abc"))
        assert made.is_protected
    assert code_of(Vault.open, folder, clock=clock) == "passphrase_needed"
    assert code_of(Vault.open, folder, clock=clock, passphrase="autre") == "passphrase_wrong"
    with Vault.open(folder, clock=clock, passphrase="cheval agrafe pile") as again:
        assert again.read_bytes(sealed.item) == b"abc"
    report = verify_vault(folder, now=clock())
    assert report.verdict == "incomplete"
    assert {check.state for check in report.checks if check.id in ("V22", "V23")} == {"not_checked"}
    assert verify_vault(folder, now=clock(), passphrase="cheval agrafe pile").verdict == "verified"


def test_acts_beside_sealing_carry_codes_and_never_names(vault: Vault, filled: list[Sealed]) -> None:
    vault.log_access(filled[0].item, 2, "u1")
    vault.note("wave_imported", count=3)
    vault.record_artifact("part-0.parquet", filled[0].sha256)
    acts = [(entry["act"], entry.get("code"), entry.get("count")) for entry in vault.log_entries()][-3:]
    assert acts == [("access", None, 2), ("note", "wave_imported", 3), ("note", "artifact", None)]
    assert code_of(vault.note, "un texte libre") == "log_free_text"
    assert code_of(vault.seal, SealItem("a", b""), actor="Jeanne D.") == "log_free_text"
    assert verify_vault(vault.folder, now=filled[0].sealed_at).verdict == "verified"


def test_an_unreadable_source_is_left_out_or_stops_the_call(vault: Vault, tmp_path: Path) -> None:
    missing = SealItem("absent", tmp_path / "absent")
    assert code_of(vault.seal_many, [SealItem("a", b"a"), missing]) == "source_unreadable"
    assert vault.items() == []
    told: list[str] = []
    sealed = vault.seal_many(
        [SealItem("a", b"a"), missing, SealItem("folder", tmp_path)],
        on_unreadable=lambda item, error: told.append(f"{item.name} {error.code}"),
    )
    assert [one.name for one in sealed] == ["a"]
    assert told == ["absent source_unreadable", "folder source_unreadable"]


def test_two_writers_take_turns_and_see_each_other(vault: Vault, clock: Ticking) -> None:
    with Vault.open(vault.folder, clock=clock) as other:
        errors: list[BaseException] = []

        def work(writer: Vault, name: str) -> None:
            try:
                for number in range(12):
                    writer.seal(SealItem(f"{name}{number}", name.encode()))
            except BaseException as error:  # noqa: BLE001 a thread's failure must reach the test
                errors.append(error)

        threads = [
            threading.Thread(target=work, args=pair) for pair in ((vault, "a"), (other, "b"), (vault, "c"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(vault.items()) == len(other.items()) == 36
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


def test_a_writer_that_holds_the_vault_makes_another_give_up_in_words(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, clock: Ticking
) -> None:
    import fcntl

    from saisine.vault import journal

    monkeypatch.setattr(journal.Journal.locked.__wrapped__, "__defaults__", (0.05,))
    with (vault.folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert code_of(vault.seal, SealItem("a", b"a")) == "vault_busy"
        with Vault.open(vault.folder, clock=clock) as reader:
            assert [note.code for note in reader.opening] == ["busy"]
    assert list((vault.folder / "objects").glob(".tmp-*")) == []
    assert vault.seal(SealItem("a", b"a")).seq == 0


FULL_DISK = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault
folder, limit = Path(sys.argv[1]), int(sys.argv[2])
with Vault.open(folder, clock=lambda: datetime.now(UTC)) as vault:
    unit = vault.new_unit()
    vault.seal(SealItem("small", b"fits"), unit=unit)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    items = [SealItem(f"{n}", bytes(int(sys.argv[3]))) for n in range(int(sys.argv[4]))]
    try:
        vault.seal_many(items, unit=unit)
    except SaisineError as error:
        print(error.code)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    vault.seal(SealItem("after", b"again"), unit=unit)
"""


@pytest.mark.parametrize(
    ("limit", "size", "count"),
    [
        (50_000, 200_000, 1),  # the object itself does not fit
        (50_000, 400_000, 1),  # the same, streamed
        (50_000, 10, 200),  # the records and the lines of the log do not fit
        (3_000, 10, 8),  # the log alone reaches the limit, in the middle of its one write
    ],
)
def test_a_full_disk_is_refused_before_anything_is_acknowledged(
    vault: Vault, limit: int, size: int, count: int
) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(vault.folder), str(limit), str(size), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["vault_disk_full"]
    assert list((vault.folder / "objects").glob(".tmp-*")) == []
    assert [one.name for one in vault.items()] == ["small", "after"]
    report = verify_vault(vault.folder, now=vault.items()[0].sealed_at)
    assert report.verdict == "verified"
    assert [check.state for check in report.checks if check.id == "V20"] == ["verified"]


READ_ONLY = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault
if os.getuid() == 0:  # root may write anywhere: become nobody, once everything is imported
    os.setgid(65534); os.setuid(65534)
with Vault.open(Path(sys.argv[1]), clock=lambda: datetime.now(UTC)) as vault:
    print(vault.read_bytes(vault.items()[0].item).decode(), vault.opening[0].code)
    try:
        vault.seal(SealItem("a", b"a"))
    except SaisineError as error:
        print(error.code)
"""


def test_a_read_only_folder_can_be_read_and_refuses_writing(vault: Vault, filled: list[Sealed]) -> None:
    vault.close()
    for path in sorted(vault.folder.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    vault.folder.chmod(0o555)
    parents = [path for path in vault.folder.parents if path != Path("/")]
    modes = {path: path.stat().st_mode for path in parents if path.stat().st_uid == os.getuid()}
    try:
        for path in modes:
            path.chmod(modes[path] | 0o055)
        command = [sys.executable, "-c", READ_ONLY, str(vault.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
        for path in (vault.folder, *vault.folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert done.stdout.split() == ["premier", "read_only", "vault_not_writable"], done.stderr


def test_memory_stays_flat_for_a_large_file(vault: Vault, tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(120 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    vault.seal(SealItem("large", large))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 40


def test_a_folder_that_is_no_vault_says_which_fault(tmp_path: Path, vault: Vault, clock: Ticking) -> None:
    assert code_of(Vault.open, tmp_path / "nothing", clock=clock) == "vault_missing"
    assert code_of(Vault.create, vault.folder, clock=clock) == "vault_exists"
    (vault.folder / "FORMAT").write_text("saisine-vault 9\norigin\ncreated\n")
    assert code_of(Vault.open, vault.folder, clock=clock) == "vault_newer"
    (vault.folder / "FORMAT").write_bytes(b"\xff\xfe")
    assert code_of(Vault.open, vault.folder, clock=clock) == "vault_damaged"


def test_an_item_is_found_by_the_object_that_the_log_shows(vault: Vault, filled: list[Sealed]) -> None:
    for row in filled:
        name = str(vault.journal.entries[row.seq].object)
        assert (
            vault.find(name).item
            == vault.find(name[:16]).item
            == vault.find(name[:8].upper()).item
            == row.item
        )
