"""A new reading accepted or refused: decisions follow, frozen copies never change, a stop is finished."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from saisine.casework import erasures, remaps, surveys, triage
from saisine.casework.disclosures import disclose_messages
from saisine.casework.exhibits import add_kept
from saisine.casework.incidents import open_incident
from saisine.casework.models import Deposit, ExhibitRow, JournalRow, SortedMessage
from saisine.casework.session import Session
from saisine.casework.verifying import verify_folder
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from saisine.messages.corpus_files import part_key_name
from saisine.messages.schema import Message, Skip
from tests.casework.world import Clock, opened, take, write_files
from tests.messages import newer_mapper
from tests.messages.x_lines import post

LOST, DOUBLED, KEPT = (str(post(number)["id"]) for number in (0, 1, 2))


def mend(message: Message) -> Message | Skip | list[Message]:
    """One post is no longer read, one gives two messages, all have a count that was not read before."""
    if message.message_id == LOST:
        return Skip("not_a_message")
    new = newer_mapper.with_views(message)
    if message.message_id == DOUBLED:
        return [new, msgspec.structs.replace(new, message_id=f"{DOUBLED}9", locator=f"{new.locator}/inside")]
    return new


@dataclass
class Prepared:
    folder: Path
    corpus: str


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A workspace with decisions on three messages, one incident, and a new reading that waits."""
    folder = tmp_path_factory.mktemp("prepared")
    with opened(folder / "espace") as session, pytest.MonkeyPatch.context() as monkeypatch:
        take(session, write_files(folder / "vague", posts=12))
        refs = refs_of(session)
        for name in (LOST, DOUBLED, KEPT):
            triage.decide(session, triage.OTHERS, f"m:{refs[name]}", "keep")
        add_kept(session, open_incident(session, "Vague de mars"))
        (info,) = session.corpora.list()
        newer_mapper.install(monkeypatch, mend)
        remaps.propose(session, info.id)
    return Prepared(folder / "espace", info.id)


@pytest.fixture
def session(prepared: Prepared, tmp_path: Path, clock: Clock) -> Iterator[Session]:
    shutil.copytree(prepared.folder, tmp_path / "espace")
    with opened(tmp_path / "espace", clock) as found:
        yield found


def refs_of(session: Session) -> dict[str, str]:
    return {one.message_id or "": one.ref or "" for one in session.corpora.search(Query(), limit=500).items}


def frozen_bytes(session: Session) -> list[bytes]:
    return [session.vault.read_bytes(row.frozen) for row in ExhibitRow.objects.order_by("number")]


def test_the_incidents_whose_copies_would_differ_are_named(session: Session, prepared: Prepared) -> None:
    shown = remaps.shown(session, prepared.corpus)
    difference = shown.proposal.difference
    assert (difference.rows_before, difference.rows_after) == (12, 12)
    assert (difference.removed.count, difference.added.count, difference.changed) == (1, 1, 11)
    (one,) = shown.incidents
    assert (one.number, one.exhibits, one.messages) == (1, (1, 2, 3), 3)
    texts = remaps.example_texts(session, shown.proposal, [difference.removed.examples[0].before])
    assert texts == {difference.removed.examples[0].before: post(0)["text"]}
    assert JournalRow.objects.filter(what="message_opened").exists()


def test_accepting_moves_decisions_keeps_frozen_copies_and_erases_the_old_reading(
    session: Session, prepared: Prepared, tmp_path: Path, clock: Clock
) -> None:
    frozen = frozen_bytes(session)
    (old,) = session.corpora.list()
    done = remaps.accept(session, prepared.corpus)
    require_accepted(session, prepared)
    assert session.findings() == []
    assert frozen_bytes(session) == frozen
    for name in [part_key_name(old.id, part.name) for part in old.parts]:
        with pytest.raises(SaisineError) as caught:
            session.corpora.keys.get(old.unit, name)
        assert caught.value.code == "part_key_missing"
    (line,) = [one for one in session.vault.log_entries() if one.get("code") == remaps.REPLACED]
    assert (line["unit"], line["count"]) == (old.unit, 12)
    refs = refs_of(session)
    added = disclose_messages(session, [refs[f"{DOUBLED}9"]], tmp_path / "preuve.json")
    assert len(added.messages) == 1
    assert verify_folder(session.vault.folder, now=clock()).verdict == "verified"
    assert surveys.current(session).n == 12
    with pytest.raises(SaisineError) as caught:
        remaps.accept(session, done.candidate)
    assert caught.value.code == "remap_none"


def require_accepted(session: Session, prepared: Prepared) -> None:
    """The whole state after an acceptance, however it was reached."""
    (info,) = session.corpora.list()
    assert info.id == f"{prepared.corpus}-r1"
    assert not (session.workspace.corpora / prepared.corpus).exists()
    assert not [path for path in remaps.folder_of(session).iterdir() if path.is_dir()]
    assert sorted(path.name for path in (session.workspace.corpora / info.id).iterdir()) == [
        "ledger.bin",
        "manifest.json",
        "part-0000.parquet",
        "unit",
    ]
    refs = refs_of(session)
    assert LOST not in refs
    assert f"{DOUBLED}9" in refs
    decided = set(SortedMessage.objects.values_list("ref", flat=True))
    assert decided == {refs[DOUBLED], refs[KEPT]}
    assert set(ExhibitRow.objects.values_list("ref", flat=True)) == {"", refs[DOUBLED], refs[KEPT]}
    deposit = Deposit.objects.get()
    assert (deposit.corpora, deposit.report["mapped"], deposit.report["skipped"]) == ([info.id], 12, 1)
    assert session.vault.find(deposit.ledger_item).name == "ledger.json"
    assert JournalRow.objects.filter(what="remap_accepted").count() == 1
    assert len([one for one in session.vault.log_entries() if one.get("code") == remaps.REPLACED]) == 1
    assert len([one for one in session.vault.log_entries() if one["act"] == "rows"]) == 2


class Stopped(BaseException):
    """Stands for the end of the process: nothing catches it."""


STEPS = ("keep_unproved", "_seal_ledger", "_log", "_follow", "_erase_old", "remove_side")


@pytest.mark.parametrize(
    ("step", "is_done"),
    [
        *((step, False) for step in STEPS),
        *(pytest.param(step, True, marks=pytest.mark.slow) for step in STEPS[:-1]),
        (STEPS[-1], True),
    ],
)
def test_a_stop_around_any_step_is_finished_at_the_next_opening(
    session: Session,
    prepared: Prepared,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    is_done: bool,
) -> None:
    real = getattr(remaps, step)

    def stopping(*args: object, **options: object) -> None:
        if is_done:
            real(*args, **options)
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(remaps, step, stopping)
        with pytest.raises(Stopped):
            remaps.accept(session, prepared.corpus)
    folder = session.workspace.folder
    session.close()
    with opened(folder, clock) as again:
        require_accepted(again, prepared)
        (told,) = again.findings()
        assert "interrompu" in told
    with opened(folder, clock) as again:
        assert again.findings() == []


def test_refusing_leaves_everything_as_it_was(session: Session, prepared: Prepared) -> None:
    refs, decided = refs_of(session), list(SortedMessage.objects.values_list("ref", flat=True))
    keys = set((session.vault.folder / "keys").rglob("*.age"))
    remaps.refuse(session, prepared.corpus)
    assert refs_of(session) == refs
    assert list(SortedMessage.objects.values_list("ref", flat=True)) == decided
    assert not [path for path in remaps.folder_of(session).iterdir() if path.is_dir()]
    assert len(keys - set((session.vault.folder / "keys").rglob("*.age"))) == 4
    for act in (remaps.refuse, remaps.accept, remaps.shown):
        with pytest.raises(SaisineError) as caught:
            act(session, prepared.corpus)
        assert caught.value.code == "remap_none"


def test_a_reading_compared_with_another_state_is_not_put_in_place(
    session: Session, prepared: Prepared
) -> None:
    manifest = session.workspace.corpora / prepared.corpus / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"mappers": [', '"mappers": ["other@1",'))
    with pytest.raises(SaisineError) as caught:
        remaps.accept(session, prepared.corpus)
    assert caught.value.code == "remap_stale"


def test_erasing_the_unit_ends_the_reading_that_waits(session: Session, prepared: Prepared) -> None:
    (info,) = session.corpora.list()
    erasures.erase(session, erasures.target_of(session, info.unit), "art17_request")
    assert not [path for path in remaps.folder_of(session).iterdir() if path.is_dir()]
    assert session.corpora.list() == []


def test_two_acts_at_once_are_refused(session: Session, prepared: Prepared) -> None:
    with remaps.locked(session), pytest.raises(SaisineError) as caught:
        remaps.accept(session, prepared.corpus)
    assert caught.value.code == "remap_busy"
    remaps.accept(session, prepared.corpus)


def test_what_a_stopped_reading_left_is_swept(session: Session, prepared: Prepared, clock: Clock) -> None:
    left = remaps.folder_of(session) / "abc.tmp"
    left.mkdir()
    (session.workspace.scratch / "remap-xyz").mkdir()
    folder = session.workspace.folder
    session.close()
    with opened(folder, clock) as again:
        assert not left.exists()
        assert not list(again.workspace.scratch.iterdir())
        assert len(again.findings()) == 1
        assert remaps.shown(again, prepared.corpus).proposal.difference.changed == 11
