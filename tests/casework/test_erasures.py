"""Erasing from a workspace: messages, captures and decisions follow the vault, and a stop is finished."""

from pathlib import Path

import pytest

from saisine.casework import erasures
from saisine.casework.exhibits import add_item
from saisine.casework.incidents import open_incident
from saisine.casework.models import Capture, Deposit, JournalRow
from saisine.casework.session import Session
from saisine.casework.verifying import verify_folder
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from tests.casework.world import Clock, opened, take, write_files


def test_an_erased_deposit_leaves_no_message_no_capture_and_no_alarm(
    filled: Session, tmp_path: Path, clock: Clock
) -> None:
    (unit,) = {info.unit for info in filled.corpora.list()}
    target = erasures.target_of(filled, unit)
    assert (target.pieces, target.messages) == (4, 30)  # three files and the ledger
    (certificate,) = erasures.erase(filled, target, "art17_request", "demande du 2 mai")
    assert certificate.erasure.code == "art17_request"
    assert filled.corpora.list() == []
    assert filled.corpora.count(Query()) == 0
    assert not list(filled.workspace.corpora.iterdir())
    assert Capture.objects.count() == 0
    assert Deposit.objects.get().state == Deposit.ERASED
    assert JournalRow.objects.filter(what="data_erased", subject=unit).exists()
    assert verify_folder(filled.vault.folder, now=clock()).verdict == "verified"
    folder = filled.workspace.folder
    filled.close()
    with opened(folder, clock) as again:
        assert again.findings() == []


def test_words_that_are_no_reason_become_the_encrypted_note(filled: Session) -> None:
    item = filled.vault.items()[0].item
    (done,) = erasures.erase(filled, erasures.target_of(filled, item), "parole de Camille", "à la réunion")
    assert (done.erasure.code, done.erasure.note) == ("other", "à la réunion\nparole de Camille")


def test_a_stop_after_the_line_is_finished_at_the_next_opening(filled: Session, clock: Clock) -> None:
    (info,) = filled.corpora.list()
    filled.vault.erase(info.unit, "mistake")  # the vault's line stands, nothing derived has followed
    folder = filled.workspace.folder
    filled.close()
    with opened(folder, clock) as again:
        assert again.corpora.list() == []
        assert Capture.objects.count() == 0
        assert again.findings() == []


def test_an_exhibit_whose_piece_is_erased_is_withdrawn(filled: Session) -> None:
    incident = open_incident(filled, "Vague de mars")
    item = Capture.objects.get(kind="screenshot").item
    row = add_item(filled, incident, item)
    assert erasures.target_of(filled, item).exhibits == 1
    erasures.erase(filled, erasures.target_of(filled, item), "consent_withdrawn")
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    assert not Capture.objects.filter(item=item).exists()


def test_a_held_unit_is_listed_and_refused(filled: Session) -> None:
    (info,) = filled.corpora.list()
    erasures.hold(filled, info.unit, "plainte")
    (listed,) = [one for one in erasures.list_units(filled) if one.unit == info.unit]
    assert (listed.is_held, listed.messages) == (True, 30)
    with pytest.raises(SaisineError) as caught:
        erasures.erase(filled, erasures.target_of(filled, info.unit), "mistake")
    assert caught.value.code == "unit_held"
    assert filled.corpora.count(Query()) == 30
    erasures.release(filled, info.unit, "classement")
    erasures.erase(filled, erasures.target_of(filled, info.unit), "mistake")
    assert filled.corpora.list() == []


def test_a_piece_set_aside_leaves_every_page_and_is_destroyed_unseen(filled: Session, tmp_path: Path) -> None:
    item = Capture.objects.get(kind="screenshot").item
    assert erasures.bar(filled, item) == [item]
    assert not Capture.objects.filter(item=item).exists()
    assert item not in {row.item for row in filled.vault.items()}
    with pytest.raises(SaisineError) as caught:
        filled.vault.read_bytes(item)
    assert caught.value.code == "item_barred"
    (certificate,) = erasures.destroy(filled, item)
    text = certificate.to_text("fr", ["3018"])
    assert certificate.erasure.sha256 in text
    assert "Screenshot" not in text
    assert text.rstrip().endswith("3018")
    take(filled, write_files(tmp_path / "again"))  # the same bytes met again are not what was sealed then
    with pytest.raises(SaisineError) as caught:
        erasures.destroy(filled, item)
    assert caught.value.code == "item_erased"
