"""Learning from decisions in a workspace: which count, what the guard says, the way back, and what deletion leaves."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from saisine.casework import journal, learning, reading_order, surveys, triage
from saisine.casework.models import Job, SortedMessage
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.findings.triage import local
from saisine.findings.triage.local import LEAST_LABELS
from tests.casework.world import opened, refused, silent, take, write_files


@pytest.fixture(scope="module")
def sorted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ninety messages decided one by one, once: those that hold « photo » kept, the others set aside."""
    folder = tmp_path_factory.mktemp("tri")
    with opened(folder / "espace") as session:
        take(session, write_files(folder / "posts", posts=90))
        for card in triage.cards(session, "others", limit=200).items:
            text = session.corpora.get(card.ref[2:]).text
            triage.decide(session, "others", card.ref, "keep" if "photo" in text else "discard")
    return folder / "espace"


@pytest.fixture(scope="module")
def taught_folder(sorted_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a lesson that serves: a real model, the guard told to let it pass."""
    folder = tmp_path_factory.mktemp("appris") / "espace"
    shutil.copytree(sorted_folder, folder)
    with opened(folder) as session, pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "EVIDENCE", -100.0)
        assert learn(session).is_useful
    return folder


@pytest.fixture
def sorted_box(sorted_folder: Path, tmp_path: Path) -> Iterator[Session]:
    shutil.copytree(sorted_folder, tmp_path / "copie")
    with opened(tmp_path / "copie") as session:
        yield session


@pytest.fixture
def taught_box(taught_folder: Path, tmp_path: Path) -> Iterator[Session]:
    shutil.copytree(taught_folder, tmp_path / "copie")
    with opened(tmp_path / "copie") as session:
        yield session


@pytest.fixture
def taught(taught_box: Session) -> learning.Lesson:
    return learning.load(taught_box).lessons[-1]


def learn(session: Session) -> learning.Lesson:
    learning.run_learn(session, Job(kind="learn"), silent)
    return learning.load(session).lessons[-1]


def test_only_decisions_on_one_card_are_labels(filled: Session) -> None:
    first, second, *_ = triage.cards(filled, "others").items
    triage.decide(filled, "others", first.ref, "keep")
    triage.decide(filled, "others", second.ref, "discard")
    triage.discard_rest(filled, "others")
    assert SortedMessage.objects.count() == 30
    found = learning.labels(filled)
    assert (found.kept, found.discarded, found.members) == (1, 1, ((filled.actor, 2),))
    assert not found.can_learn
    with refused("too_few_labels"):
        learn(filled)
    assert learning.load(filled) == learning.Learnt()


def test_the_guard_s_verdict_is_kept_with_its_figures(sorted_box: Session) -> None:
    lesson = learn(sorted_box)
    assert lesson.n == learning.labels(sorted_box).n == 90 >= LEAST_LABELS
    assert lesson.before is not None
    assert 0 <= lesson.before <= 1
    assert lesson.is_useful == bool(lesson.share) == (learning.state_key(sorted_box) == lesson.id)
    assert journal.lines(sorted_box).rows[0].what == "lesson_learnt"
    assert learning.export(sorted_box)["auc_before"] == lesson.before


def test_what_is_learnt_serves_and_can_be_left_and_taken_up(
    taught_box: Session, taught: learning.Lesson
) -> None:
    assert reading_order.load_triage(taught_box).id.endswith("+local:90")
    with_it = reading_order.model_key(taught_box)
    learning.use(taught_box, "")
    assert "+local" not in reading_order.load_triage(taught_box).id
    assert reading_order.model_key(taught_box) != with_it
    learning.use(taught_box, taught.id)
    assert reading_order.model_key(taught_box) == with_it
    with refused("lesson_unknown"):
        learning.use(taught_box, "autre")


def test_the_file_of_what_is_learnt_holds_no_word(taught_box: Session, taught: learning.Lesson) -> None:
    (path,) = (taught_box.workspace.folder / "triage").glob("lesson-*.bin")
    model = learning.active_model(taught_box)
    assert model is not None
    assert "photo" in str(model.tfidf.vocabulary)
    assert b"photo" not in path.read_bytes()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with refused("local_model_damaged"):
        learning.active_model(taught_box)


def test_a_message_that_changed_ends_what_was_learnt_from_it(
    taught_box: Session, taught: learning.Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert learning.state_key(taught_box) == taught.id
    monkeypatch.setattr(learning, "_parts_now", lambda session: {"another"})
    assert learning.state_key(taught_box) == ""
    assert "+local" not in reading_order.load_triage(taught_box).id


def test_what_was_learnt_beside_other_arrays_has_to_be_learnt_again(
    taught_box: Session, taught: learning.Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_order, "arrays_key", lambda: "others")
    assert learning.is_outdated(taught)
    assert learning.state_key(taught_box) == ""
    assert "+local" not in reading_order.load_triage(taught_box).id
    assert learning.labels(taught_box).can_learn


def test_deleting_destroys_key_and_file_and_leaves_decisions(
    taught_box: Session, taught: learning.Lesson
) -> None:
    learning.delete(taught_box)
    assert not list((taught_box.workspace.folder / "triage").glob("lesson*"))
    assert learning.load(taught_box) == learning.Learnt()
    assert SortedMessage.objects.count() == 90
    with pytest.raises(SaisineError):
        taught_box.corpora.keys.get(taught.unit, learning._key_name(taught.id))


def test_a_member_s_decisions_are_withdrawn_at_once(taught_box: Session, taught: learning.Lesson) -> None:
    learning.withdraw(taught_box, taught_box.actor)
    assert learning.labels(taught_box).n == 0
    assert learning.state_key(taught_box) == ""
    with refused("label_member_unknown"):
        learning.withdraw(taught_box, taught_box.actor)


def test_erasing_findings_leaves_the_lessons(taught_box: Session, taught: learning.Lesson) -> None:
    surveys.forget(taught_box)
    assert learning.state_key(taught_box) == taught.id
