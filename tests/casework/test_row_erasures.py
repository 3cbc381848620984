"""Messages erased for a person: the log says how many and why, decisions follow, and what remains is told."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from saisine.casework import erasures, remaps, row_erasures, surveys, triage
from saisine.casework.exhibits import add_kept, exhibit_messages
from saisine.casework.incidents import open_incident
from saisine.casework.models import ExhibitRow, JournalRow, SortedMessage
from saisine.casework.session import Session
from saisine.casework.verifying import verify_folder
from saisine.errors import SaisineError
from saisine.messages import row_erasure
from saisine.messages.corpus import Query
from saisine.messages.interrupted import is_erasure_left
from saisine.messages.row_erasure import Selection
from tests.casework.world import Clock, opened, take, write_files
from tests.messages import newer_mapper
from tests.messages.x_lines import post

GONE, BEFORE, AFTER = (str(post(number)["id"]) for number in (5, 4, 6))
ONE = Selection(keys=frozenset({("x", GONE)}))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with decisions on three messages in a row, in one incident, and a backup that was noted."""
    folder = tmp_path_factory.mktemp("prepared")
    with opened(folder / "espace") as session:
        take(session, write_files(folder / "vague", posts=12))
        refs = refs_of(session)
        for name in (BEFORE, GONE, AFTER):
            triage.decide(session, triage.OTHERS, f"m:{refs[name]}", "keep")
        add_kept(session, open_incident(session, "Vague de mars"))
    return folder / "espace"


@pytest.fixture
def session(prepared: Path, tmp_path: Path, clock: Clock) -> Iterator[Session]:
    shutil.copytree(prepared, tmp_path / "espace")
    with opened(tmp_path / "espace", clock) as found:
        yield found


def refs_of(session: Session) -> dict[str, str]:
    return {one.message_id or "": one.ref or "" for one in session.corpora.search(Query(), limit=500).items}


def require_erased(session: Session) -> None:
    """The whole state after the erasure, however it was reached."""
    refs = refs_of(session)
    assert len(refs) == 11
    assert GONE not in refs
    assert set(SortedMessage.objects.values_list("ref", flat=True)) == {refs[BEFORE], refs[AFTER]}
    assert set(ExhibitRow.objects.values_list("ref", flat=True)) == {"", refs[BEFORE], refs[AFTER]}
    (info,) = session.corpora.list()
    assert [(one.count, one.reason) for one in info.tombstones] == [(1, "art17_request")]
    lines = [one for one in session.vault.log_entries() if str(one.get("code", "")).startswith("rows_erased")]
    assert [(one["code"], one["count"]) for one in lines] == [("rows_erased:art17_request", 1)]
    assert JournalRow.objects.filter(what="messages_erased", count=1).count() == 1
    assert sorted(path.name for path in (session.workspace.corpora / info.id).iterdir()) == [
        "ledger.bin",
        "manifest.json",
        "part-0000-e1.parquet",
        "suppressed.bin",
        "unit",
    ]
    assert surveys.current(session).n == 11


def test_decisions_follow_their_rows_and_frozen_copies_stay(session: Session, clock: Clock) -> None:
    surveys.current(session)
    frozen = [exhibit_messages(session, row) for row in ExhibitRow.objects.order_by("number")]
    look = row_erasures.look(session, ONE)
    assert (look.count, look.at) == (1, None)
    assert len(refs_of(session)) == 12
    done = row_erasures.erase_rows(session, ONE, "art17_request", "courriel du 2 mai")
    require_erased(session)
    assert session.findings() == []
    assert (done.messages, done.accounts, done.platforms) == (1, 1, {"x": 1})
    assert done.remains.incidents == (1,)
    assert [exhibit_messages(session, row) for row in ExhibitRow.objects.order_by("number")] == frozen
    assert verify_folder(session.vault.folder, now=clock()).verdict == "verified"
    assert row_erasures.erase_rows(session, ONE, "art17_request").count == 0


def test_what_remains_is_said_in_both_languages(session: Session) -> None:
    (piece,) = [one for one in session.vault.items() if one.name.endswith("posts.jsonl")]
    remains = row_erasures.look(session, ONE).remains
    french, english = "\n".join(remains.sentences("fr")), "\n".join(remains.sentences("en"))
    for words in (french, english):
        assert f"saisine erase {piece.unit}" in words
        assert str(piece.seq) in words
    assert "copies figées" in french
    assert "sauvegarde" in french
    assert max(len(line.split()) for line in french.split("\n")) <= 20
    assert "Frozen copies" in english


def test_words_that_are_no_reason_become_the_encrypted_note(session: Session) -> None:
    row_erasures.erase_rows(session, ONE, "parole de Camille", "à la réunion")
    (info,) = session.corpora.list()
    assert info.tombstones[0].reason == "other"
    (line,) = [one for one in session.vault.log_entries() if one.get("code") == "rows_erased:other"]
    assert "Camille" not in str(line)
    assert "Camille" not in (session.workspace.corpora / info.id / "manifest.json").read_text()


def test_a_held_unit_is_refused_before_anything_goes(session: Session) -> None:
    (info,) = session.corpora.list()
    erasures.hold(session, info.unit, "plainte")
    with pytest.raises(SaisineError) as caught:
        row_erasures.erase_rows(session, ONE, "art17_request")
    assert caught.value.code == "unit_held"
    assert not is_erasure_left(session.workspace.corpora)
    assert GONE in refs_of(session)


def test_a_reading_that_waits_goes_too_and_another_does_not_bring_it_back(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    (info,) = session.corpora.list()
    newer_mapper.install(monkeypatch, newer_mapper.with_views)
    remaps.propose(session, info.id)
    row_erasures.erase_rows(session, ONE, "art17_request")
    assert not [path for path in remaps.folder_of(session).iterdir() if path.is_dir()]
    assert remaps.propose(session, info.id).proposal.left_out == 1
    remaps.accept(session, info.id)
    assert GONE not in refs_of(session)
    (after,) = session.corpora.list()
    assert [one.count for one in after.tombstones] == [1]
    assert remaps.propose(session, after.id).proposal.left_out == 1


class Stopped(BaseException):
    """Stands for the end of the process: nothing catches it."""


STEPS = (
    (row_erasure, "write_plan"),
    (row_erasure, "rewrite"),
    (row_erasures, "_log"),
    (row_erasure, "publish"),
    (row_erasures, "_follow"),
    (row_erasure, "clear"),
)


@pytest.mark.parametrize(
    ("module", "step", "is_done"),
    [
        *(pytest.param(module, step, False, id=f"before-{step}") for module, step in STEPS),
        *(
            pytest.param(module, step, True, id=f"after-{step}", marks=pytest.mark.slow)
            for module, step in STEPS[:-1]
        ),
        pytest.param(*STEPS[-1], True, id="after-clear"),
    ],
)
def test_a_stop_around_any_step_is_finished_at_the_next_opening(
    session: Session,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    step: str,
    is_done: bool,
) -> None:
    real = getattr(module, step)

    def stopping(*args: object, **options: object) -> None:
        if is_done:
            real(*args, **options)
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(module, step, stopping)
        with pytest.raises(Stopped):
            row_erasures.erase_rows(session, ONE, "art17_request")
    folder = session.workspace.folder
    session.close()
    with opened(folder, clock) as again:
        never_begun_or_all_done = (step, is_done) in (("write_plan", False), ("clear", True))
        assert len(again.findings()) == (0 if never_begun_or_all_done else 1)
        if (step, is_done) == ("write_plan", False):
            assert len(refs_of(again)) == 12  # nothing was begun
            row_erasures.erase_rows(again, ONE, "art17_request")
        require_erased(again)
