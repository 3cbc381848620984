"""A model of one's own in the sorting box: shown before it is opened, chosen by a person, put away without a trace."""

import pytest

from saisine.casework import journal, own_model, reading_order, surveys
from saisine.casework.models import Job
from saisine.casework.session import Session
from saisine.findings.triage.blend import FIRST, NOTHING
from tests.casework.world import refused, silent
from tests.findings.triage.tiny_model import write_model


def first_word(session: Session) -> str:
    """A word that begins some messages of the box."""
    placed = surveys.current(session)
    texts = [one.text for one in session.corpora.get_many(placed.refs(range(len(placed))))]
    return texts[0].split()[0].lower()


def run(session: Session, tell: object = silent) -> dict[str, object]:
    return own_model.run_own(session, Job(), tell)  # type: ignore[arg-type]


@pytest.fixture
def with_folder(filled: Session) -> Session:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    reading_order.score_missing(filled, silent)
    write_model(own_model.folder_of(filled), first_word(filled))
    return filled


@pytest.fixture
def served(with_folder: Session) -> Session:
    seen = own_model.look(with_folder)
    assert seen is not None
    own_model.choose(with_folder, seen.digest)
    return with_folder


def test_a_folder_is_looked_at_without_being_opened(session: Session) -> None:
    assert own_model.look(session) is None
    folder = own_model.folder_of(session)
    folder.mkdir(parents=True)
    (folder / "LICENCE.txt").write_text("CC0-1.0", "utf-8")
    (folder / "model.onnx").write_bytes(b"\x08\x07 invented")
    found = own_model.look(session)
    assert found is not None
    assert [one.name for one in found.files] == ["LICENCE.txt", "model.onnx"]
    assert found.licence == "CC0-1.0"
    (folder / "model.py").write_text("", "utf-8")
    seen = own_model.look(session)
    assert seen is not None
    assert seen.error is not None
    assert seen.error.code == "own_model_refused"
    with refused("own_model_refused"):
        own_model.choose(session, found.digest)
    assert own_model.chosen(session) is None


def test_a_folder_that_is_not_the_one_shown_is_not_chosen(session: Session) -> None:
    with refused("own_model_changed"):
        own_model.choose(session, "")
    folder = own_model.folder_of(session)
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"\x08\x07 invented")
    with refused("own_model_changed"):
        own_model.choose(session, "0" * 64)


def test_the_chosen_model_moves_messages_and_nothing_is_hidden(served: Session) -> None:
    placed = surveys.current(served)
    before = reading_order.first_order(served, placed)
    assert before is not None
    assert own_model.reach(served, placed).missing == 30  # type: ignore[union-attr]
    assert run(served) == {"read": 30}
    after = reading_order.current(served, placed)
    assert after is not None
    assert after.by_own is not None
    assert after.by_own.all()
    assert sorted(after.display.tolist()) == list(range(30))
    word = first_word(served)
    texts = [one.text for one in served.corpora.get_many(placed.refs(range(30)))]
    for place, text in enumerate(texts):
        told = reading_order.why(served, placed.refs([place])[0])
        assert after.score[place] == pytest.approx(told.score, abs=1e-4)
        if not told.danger and not told.abstain:
            assert (after.score[place] > 0.5) == text.lower().startswith(word)
        assert reading_order.frequency(served, told) is None
    assert {FIRST, NOTHING} & {reading_order.RANKS[rank] for rank in after.rank}
    assert own_model.reach(served, placed).missing == 0  # type: ignore[union-attr]
    assert run(served) == {"read": 0}


def test_a_stopped_reading_goes_on_where_it_was(served: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_model, "AT_ONCE", 8)

    def stop(done: int, total: int | None, what: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(served, stop)
    assert own_model.reach(served, surveys.current(served)).read == 8  # type: ignore[union-attr]
    assert run(served) == {"read": 22}


def test_put_away_leaves_our_order_and_no_word_of_the_model(served: Session) -> None:
    run(served)
    own_model.put_away(served)
    placed = surveys.current(served)
    assert reading_order.current(served, placed) is reading_order.first_order(served, placed)
    assert not list((surveys.folder_of(served) / "own").iterdir())
    assert own_model.folder_of(served).is_dir()
    told = {line.what for line in journal.lines(served).rows}
    assert {"own_model_chosen", "own_model_put_away"} <= told


def test_a_file_changed_after_the_choice_takes_the_model_out_of_service(served: Session) -> None:
    run(served)
    with (own_model.folder_of(served) / "labels.json").open("a") as stream:
        stream.write(" ")
    assert own_model.chosen(served) is None
    with refused("own_model_changed"):
        run(served)


def test_without_a_first_order_there_is_nothing_to_read_again(filled: Session) -> None:
    with refused("order_missing"):
        run(filled)
