"""The worker's dates: asked when there is something to date, with patience, never in the way of a job."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from saisine.casework import journal, stamping
from saisine.casework.session import Session
from saisine.vault import SealItem
from saisine.vault.authorities import choose_authority
from tests.casework.test_jobs import start_worker, until
from tests.casework.world import opened
from tests.vault.authority import LocalAuthority

URL = "http://127.0.0.1:1/"


class Offline:
    """Nobody answers; `asked` counts how often somebody tried."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.asked = 0
        self.fault = fault or ConnectionRefusedError(111, "Connection refused")

    def __call__(self, url: str, request: bytes, /) -> bytes:
        self.asked += 1
        raise self.fault


@pytest.fixture
def local(tmp_path: Path) -> LocalAuthority:
    return LocalAuthority(tmp_path / "tsa")


@pytest.fixture
def dated(session: Session, local: LocalAuthority) -> Session:
    """A workspace with one sealed text and one configured authority."""
    session.vault.seal(SealItem("a.txt", b"abc"))
    choose_authority(session.vault, "locale", URL, local.root_pem)
    return session


def told(session: Session) -> list[str]:
    return [row.what for row in journal.lines(session).rows if row.what.startswith("stamp_")]


def test_without_an_authority_nothing_is_ever_sent(session: Session) -> None:
    session.vault.seal(SealItem("a.txt", b"abc"))
    nobody = Offline()
    assert stamping.tick(session, session.now(), stamping.Queue(), stamper=nobody) == []
    assert nobody.asked == 0


def test_a_new_head_is_dated_once_and_noted(dated: Session, local: LocalAuthority) -> None:
    queue, now = stamping.Queue(), dated.now()
    (result,) = stamping.tick(dated, now, queue, stamper=local)
    assert result.state == "dated"
    for minutes in (0, 1, 10, 600):
        assert stamping.tick(dated, now + timedelta(minutes=minutes), queue, stamper=local) == []
    assert local.replies == 1
    assert told(dated) == ["stamp_dated"]


def test_work_in_progress_is_dated_every_five_minutes_at_most(dated: Session, local: LocalAuthority) -> None:
    queue, now = stamping.Queue(), dated.now()
    for second in range(0, 600, 60):
        dated.vault.seal(SealItem(f"{second}.txt", b"x"))
        stamping.tick(dated, now + timedelta(seconds=second), queue, stamper=local)
    assert local.replies == 2


def test_an_outage_waits_1_5_15_then_60_minutes_and_is_told_once(
    dated: Session, local: LocalAuthority
) -> None:
    queue, now, nobody = stamping.Queue(), dated.now(), Offline()
    asked = []
    for minute in range(150):
        before = nobody.asked
        stamping.tick(dated, now + timedelta(minutes=minute), queue, stamper=nobody)
        asked += [minute] if nobody.asked > before else []
    assert asked == [0, 1, 6, 21, 81, 141]
    assert told(dated) == ["stamp_waiting"]
    (result,) = stamping.tick(dated, now + timedelta(minutes=300), queue, stamper=local)
    assert result.state == "dated"
    assert told(dated) == ["stamp_dated", "stamp_waiting"]


def test_a_new_process_asks_again_what_the_old_one_left(dated: Session, local: LocalAuthority) -> None:
    now = dated.now()
    stamping.tick(dated, now, stamping.Queue(), stamper=Offline())
    assert len(stamping.tick(dated, now, stamping.Queue(), stamper=local)) == 1


def test_a_refused_reply_is_noted_and_does_not_loop(
    dated: Session, local: LocalAuthority, tmp_path: Path
) -> None:
    forger = LocalAuthority(tmp_path / "forger")
    queue, now = stamping.Queue(), dated.now()
    size = dated.vault.journal.size
    for minute in range(50):
        stamping.tick(dated, now + timedelta(minutes=minute), queue, stamper=forger)
    assert forger.replies == 4
    assert dated.vault.journal.size <= size + 1
    assert told(dated) == ["stamp_refused"]


@pytest.mark.parametrize("fault", [RuntimeError("broken"), KeyError("x")])
def test_nothing_is_raised_into_the_worker(dated: Session, fault: Exception) -> None:
    queue, now, broken = stamping.Queue(), dated.now(), Offline(fault)
    for minute in (0, 0, 0, 1):
        assert stamping.tick(dated, now + timedelta(minutes=minute), queue, stamper=broken) == []
    assert broken.asked == 2


def test_a_description_that_cannot_be_read_waits_without_a_word_to_the_network(
    dated: Session, clock: Callable[[], datetime]
) -> None:
    (dated.vault.folder / "trust" / "tsa" / "locale.yaml").write_text("url: [")
    nobody = Offline()
    assert stamping.tick(dated, dated.now(), stamping.Queue(), stamper=nobody) == []
    assert nobody.asked == 0


def test_the_worker_dates_what_was_sealed_without_being_asked(tmp_path: Path, local: LocalAuthority) -> None:
    folder = tmp_path / "w"
    with local.serve() as url, opened(folder) as session:
        session.vault.seal(SealItem("a.txt", b"abc"))
        choose_authority(session.vault, "locale", url, local.root_pem)
        child = start_worker(folder)
        heads = session.vault.journal.heads
        assert until(lambda: bool(list(heads.glob("*.locale.tsr.sha256"))), child)
        assert until(lambda: told(session) == ["stamp_dated"], child)
        child.terminate()
        assert child.wait(60) == 0
        assert {one.state for one in session.vault.items()} == {"dated"}
