"""Deposits: what is received waits, what is sealed is accounted for, what is withdrawn leaves nothing."""

from datetime import date
from pathlib import Path

import pytest

from saisine.casework import deposits, jobs
from saisine.casework.models import Capture, Deposit
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from tests.casework.world import write_files
from tests.messages.x_lines import body


def receive(session: Session, folder: Path) -> Deposit:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return deposits.receive(session, [(f"vague/{path.name}", path) for path in files])


def seal(session: Session, folder: Path) -> Deposit:
    deposit = receive(session, folder)
    deposits.start_sealing(session, deposit)
    jobs.run_waiting(session)
    deposit.refresh_from_db()
    return deposit


def test_received_files_wait_and_nothing_is_sealed(session: Session, tmp_path: Path) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    assert [file.name for file in deposits.files_of(session, deposit)] == [
        "vague/Screenshot_20260314-143205.png",
        "vague/accuse.pdf",
        "vague/posts.jsonl",
    ]
    assert deposit.counts == {"image": 1, "pdf": 1, "text": 1}
    assert [one.id for one in deposits.waiting(session)] == [deposit.id]
    assert session.vault.items() == []
    assert not deposits.has_deposits(session)


def test_a_sealed_deposit_says_what_it_holds(session: Session, tmp_path: Path) -> None:
    result = deposits.result_of(session, seal(session, write_files(tmp_path / "f")))
    assert (result.sealed, result.read, result.left_out_count) == (3, 30, 0)
    assert sorted(name for name, _ in result.unread()) == [
        "vague/Screenshot_20260314-143205.png",
        "vague/accuse.pdf",
    ]
    assert not result.is_dated
    assert session.vault.receipt().code == result.receipt.code


def test_the_receipt_of_a_deposit_stays_the_same_after_later_acts(session: Session, tmp_path: Path) -> None:
    deposit = seal(session, write_files(tmp_path / "f"))
    code = deposits.result_of(session, deposit).receipt.code
    seal(session, write_files(tmp_path / "g", posts=3))
    assert deposits.result_of(session, deposit).receipt.code == code
    assert session.vault.receipt().code != code


def test_our_copies_leave_the_inbox_once_sealed(session: Session, tmp_path: Path) -> None:
    deposit = seal(session, write_files(tmp_path / "f"))
    assert deposits.files_of(session, deposit) == []
    assert not (session.workspace.inbox / deposit.id).exists()


@pytest.mark.parametrize("verb", [deposits.stop, deposits.abandon])
def test_a_withdrawn_deposit_leaves_no_byte_and_no_line(
    session: Session, tmp_path: Path, verb: object
) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    before = list(session.vault.log_entries())
    verb(session, deposit)  # type: ignore[operator]
    assert list(session.workspace.inbox.rglob("*")) == []
    assert list(session.vault.log_entries()) == before
    assert deposits.waiting(session) == []
    with pytest.raises(SaisineError) as told:
        deposits.start_sealing(session, deposit)
    assert told.value.code == "deposit_not_open"


def test_a_deposit_whose_job_was_cancelled_can_still_be_withdrawn(session: Session, tmp_path: Path) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    job = deposits.start_sealing(session, deposit)
    with pytest.raises(SaisineError):
        deposits.stop(session, deposit)
    jobs.cancel(session, job)
    deposits.stop(session, deposit)
    assert deposit.state == Deposit.STOPPED


def test_a_sealed_deposit_is_not_withdrawn(session: Session, tmp_path: Path) -> None:
    deposit = seal(session, write_files(tmp_path / "f"))
    with pytest.raises(SaisineError) as told:
        deposits.stop(session, deposit)
    assert told.value.code == "deposit_not_open"
    assert len(session.vault.items()) == 4


def test_a_bad_file_does_not_stop_the_others(session: Session, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "f")
    (folder / "coupe.jsonl").write_bytes(body(5, seed=3)[:-40])
    (folder / "vide.csv").write_bytes(b"")
    result = deposits.result_of(session, seal(session, folder))
    assert result.sealed == 5
    assert result.read >= 30 + 4
    told = " ".join([*result.left_out(), *(reason for _, reason in result.unread())])
    assert "coupe.jsonl" in told
    assert "vide" in told


def test_a_folder_deposited_from_the_command_line_takes_the_same_door(
    session: Session, tmp_path: Path
) -> None:
    result = deposits.deposit_paths(session, [write_files(tmp_path / "vague-mars")])
    assert len(result.sealed) == 3
    assert session.corpora.count(Query()) == 30
    assert Capture.objects.count() == 2
    assert (tmp_path / "vague-mars" / "posts.jsonl").exists()
    assert deposits.has_deposits(session)


def test_three_answers_are_kept_and_foreign_words_refused(session: Session, tmp_path: Path) -> None:
    deposit = seal(session, write_files(tmp_path / "f"))
    deposits.answer_questions(
        session, deposit, target="association", collector="trusted", in_its_name=True, since=date(2026, 3, 14)
    )
    deposit.refresh_from_db()
    assert (deposit.target, deposit.in_its_name, deposit.since) == ("association", True, date(2026, 3, 14))
    with pytest.raises(SaisineError) as told:
        deposits.answer_questions(session, deposit, target="tout le monde")
    assert told.value.code == "deposit_answer_unknown"


def test_acting_in_its_name_is_for_an_association_alone(session: Session, tmp_path: Path) -> None:
    deposit = seal(session, write_files(tmp_path / "f"))
    deposits.answer_questions(session, deposit, target="person", in_its_name=True)
    deposit.refresh_from_db()
    assert deposit.in_its_name is False


def test_an_unknown_deposit_is_told(session: Session) -> None:
    with pytest.raises(SaisineError) as told:
        deposits.get_deposit(session, "0" * 32)
    assert told.value.code == "deposit_unknown"
