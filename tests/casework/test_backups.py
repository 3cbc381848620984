"""A backup restores on an empty folder, verifies, and holds nothing that may not be kept."""

import hashlib
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from saisine.casework import erasures
from saisine.casework.backups import BODY, back_up
from saisine.casework.exhibits import add_item
from saisine.casework.incidents import open_incident
from saisine.casework.models import Capture, Incident
from saisine.casework.restoring import restore
from saisine.casework.session import Session, open_session
from saisine.casework.verifying import verify_folder
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from saisine.vault import erasure, rotation
from saisine.vault.certificates import certificate_of
from tests.casework.world import Clock

UNTIL = date(2026, 7, 1)
PASSPHRASE = "cinq mots que je garde"


def refused(call: object) -> str:
    with pytest.raises(SaisineError) as caught:
        call()  # type: ignore[operator]
    return caught.value.code


def test_a_restored_workspace_verifies_and_goes_on(filled: Session, tmp_path: Path, clock: Clock) -> None:
    incident = open_incident(filled, "Vague de mars")
    add_item(filled, incident, Capture.objects.get(kind="screenshot").item)
    contents = {row.item: filled.vault.read_bytes(row.item) for row in filled.vault.items()}
    report = back_up(filled, tmp_path / "sauvegarde.zip", until=UNTIL)
    receipt = filled.vault.receipt()
    assert (report.facts.until, report.left_out) == ("2026-07-01", 0)
    filled.close()
    found = restore(tmp_path / "sauvegarde.zip", tmp_path / "neuf", clock=clock)
    assert found.verdict == "verified", found.failures()
    with open_session(tmp_path / "neuf", clock=clock) as again:
        assert again.findings() == []
        assert {row.item: again.vault.read_bytes(row.item) for row in again.vault.items()} == contents
        assert again.corpora.count(Query()) == 30
        assert [one.title for one in Incident.objects.all()] == ["Vague de mars"]
        assert list(again.vault.log_entries())[-1]["code"] == "restored"
        again.vault.seal_many([])
    own = verify_folder(tmp_path / "neuf" / "vault", now=clock(), receipt=receipt.head)
    assert own.verdict == "verified", own.failures()


@pytest.mark.usefixtures("quick_passphrases")
def test_a_protected_backup_opens_with_the_passphrase_or_an_officer(
    filled: Session, tmp_path: Path, clock: Clock
) -> None:
    secret, recipient = rotation.new_identity()
    rotation.change_passphrase(filled.vault, PASSPHRASE)
    rotation.add_officer(filled.vault, "Trésorière", recipient)
    path = tmp_path / "sauvegarde.zip"
    assert back_up(filled, path, until=UNTIL).facts.is_protected
    secrets = filled.vault.keys.secrets
    assert secrets.identity.encode() not in path.read_bytes()
    assert filled.workspace.name.encode() not in path.read_bytes()
    filled.close()
    assert refused(lambda: restore(path, tmp_path / "a", clock=clock)) == "passphrase_needed"
    assert refused(lambda: restore(path, tmp_path / "a", clock=clock, passphrase="x")) == "passphrase_wrong"
    assert not (tmp_path / "a").exists()
    assert restore(path, tmp_path / "a", clock=clock, passphrase=PASSPHRASE).verdict == "verified"
    assert restore(path, tmp_path / "b", clock=clock, recovery=secret).verdict == "verified"
    with open_session(tmp_path / "b", clock=clock, recovery=secret) as again:
        rotation.change_passphrase(again.vault, "une autre phrase")
    with open_session(tmp_path / "b", clock=clock, passphrase="une autre phrase") as again:
        assert again.corpora.count(Query()) == 30


def test_what_was_erased_or_set_aside_is_in_no_backup(filled: Session, tmp_path: Path, clock: Clock) -> None:
    barred, erased = (Capture.objects.get(kind=kind).item for kind in ("screenshot", "document"))
    entries = {entry.record: entry for entry in filled.vault.journal.entries}
    erasures.erase(filled, erasures.target_of(filled, erased), "mistake")
    erasures.bar(filled, barred)
    report = back_up(filled, tmp_path / "sauvegarde.zip", until=UNTIL)
    assert report.left_out == 1
    filled.close()
    found = restore(tmp_path / "sauvegarde.zip", tmp_path / "neuf", clock=clock)
    assert found.verdict == "verified", found.failures()
    restored = {path.name for path in (tmp_path / "neuf" / "vault" / "objects").rglob("*")}
    assert restored.isdisjoint({entries[barred].object, entries[erased].object})
    with open_session(tmp_path / "neuf", clock=clock) as again:
        assert refused(lambda: again.vault.read_bytes(barred)) == "item_barred"
        assert [one.code for one in again.vault.destroy_barred(barred)] == ["unlawful_content"]


def test_a_certificate_quotes_the_last_day_of_the_backups(
    filled: Session, tmp_path: Path, clock: Clock
) -> None:
    back_up(filled, tmp_path / "un.zip", until=UNTIL)
    back_up(filled, tmp_path / "deux.zip", until=UNTIL - timedelta(days=30))
    row = filled.vault.items()[0]
    (done,) = erasure.erase_items(filled.vault, [row], "mistake")
    assert done.backups_until == "2026-07-01"
    assert "2026-07-01" in certificate_of(filled.vault, done).to_text()
    clock.pass_s(86400 * 120)
    (later,) = erasure.erase_items(filled.vault, [filled.vault.items()[0]], "mistake")
    assert later.backups_until == ""


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "other", "swapped"])
def test_a_damaged_backup_restores_nothing(
    filled: Session, tmp_path: Path, clock: Clock, damage: str
) -> None:
    path = tmp_path / "sauvegarde.zip"
    back_up(filled, path, until=UNTIL)
    filled.close()
    body = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(body[: len(body) // 2])
    elif damage == "bit":
        body[len(body) // 2] ^= 1
        path.write_bytes(body)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "other":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("lettre.txt", "bonjour")
    else:
        _swap_body(path, tmp_path)
    code = refused(lambda: restore(path, tmp_path / "neuf", clock=clock))
    assert code in ("backup_damaged", "backup_unreadable")
    assert not (tmp_path / "neuf").exists()
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")]


def _swap_body(path: Path, tmp_path: Path) -> None:
    """The members of a good backup around a body cut at a clean border."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[BODY] = members[BODY][:-500]
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)


def test_a_backup_overwrites_nothing_and_a_restore_needs_an_empty_folder(
    filled: Session, tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "sauvegarde.zip"
    path.write_text("une lettre")
    assert refused(lambda: back_up(filled, path, until=UNTIL)) == "output_exists"
    assert refused(lambda: back_up(filled, tmp_path / "x.zip", until=date(2020, 1, 1))) == "backup_until"
    assert path.read_text() == "une lettre"
    back_up(filled, tmp_path / "bonne.zip", until=UNTIL)
    (tmp_path / "plein").mkdir()
    (tmp_path / "plein" / "a").touch()
    before = hashlib.sha256((tmp_path / "bonne.zip").read_bytes()).hexdigest()
    assert (
        refused(lambda: restore(tmp_path / "bonne.zip", tmp_path / "plein", clock=clock)) == "restore_target"
    )
    assert [one.name for one in (tmp_path / "plein").iterdir()] == ["a"]
    assert hashlib.sha256((tmp_path / "bonne.zip").read_bytes()).hexdigest() == before
