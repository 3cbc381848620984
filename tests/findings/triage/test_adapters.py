"""A model of one's own: refusals before anything is opened, and a tiny ONNX model that keeps our floors."""

import pickle
import socket
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.findings.triage import Triage
from saisine.findings.triage.adapters import check_folder, load_own_model
from saisine.findings.triage.cascade import choose, estimate_s
from tests.findings.triage.shipped import TRIAGE
from tests.findings.triage.tiny_model import field, write_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "mine")


def code_of(folder: Path) -> str:
    with pytest.raises(SaisineError) as caught:
        load_own_model(folder)
    assert caught.value.sentence("fr")
    return caught.value.code


@pytest.mark.parametrize("name", ["weights.bin", "model.pt", "model.pkl", "modeling.py", "lib.so", "run.sh"])
def test_a_file_that_can_run_code_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"anything")
    assert code_of(folder) == "own_model_refused"


def test_a_pickle_under_another_name_is_refused(folder: Path) -> None:
    (folder / "notes.txt").write_bytes(pickle.dumps({"a": 1}))
    assert code_of(folder) == "own_model_refused"


def test_a_shortcut_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json").write_text("{}", "utf-8")
    (folder / "config.json").symlink_to(tmp_path / "elsewhere.json")
    assert code_of(folder) == "own_model_outside"


def test_weights_kept_in_another_file_are_refused(folder: Path) -> None:
    body = (folder / "model.onnx").read_bytes()
    outside = field(13, field(1, b"location") + field(2, b"../../weights.onnx"))
    (folder / "model.onnx").write_bytes(body + field(7, field(5, outside)))
    assert code_of(folder) == "own_model_outside"


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "labels.json"])
def test_what_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(SaisineError) as caught:
        load_own_model(folder)
    assert caught.value.code == "own_model_incomplete"
    assert name in str(caught.value.facts["reason"])


def test_files_are_listed_with_their_sha256(folder: Path) -> None:
    found = {one.name: one for one in check_folder(folder)}
    assert set(found) == {"LICENSE.txt", "labels.json", "model.onnx", "tokenizer.json"}
    assert all(len(one.sha256) == 64 for one in found.values())


def test_a_tiny_model_scores_and_keeps_our_floors(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket, "socket", refused)
    triage = Triage.load(folder)
    assert triage.own is not None
    assert any("Free to use." in line for line in triage.own.describe("fr"))
    texts = ["zut alors, quelle histoire", "Bonjour, quelle histoire", "Bonjour, je vais te tuer"]
    first, second, third = triage.score((str(at), text) for at, text in enumerate(texts))
    assert first.score > 0.9
    assert second.score < 0.1
    assert third.danger
    assert third.score >= 0.8
    assert "+own:" in first.model_id


def test_bytes_that_are_no_model_are_refused_in_words(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    (folder / "model.onnx").write_bytes(b"\x08\x08not a model")
    assert code_of(folder) == "own_model_incomplete"


def test_a_slow_model_sees_the_first_the_unsure_and_those_near_the_limit() -> None:
    results = list(TRIAGE.score((str(at), "Merci pour votre réponse rapide") for at in range(600)))
    results += list(TRIAGE.score([("last", "zglubb")]))
    chosen = choose(results)
    assert len(chosen) >= 500
    assert 600 in chosen
    assert chosen == sorted(set(chosen))


def test_the_time_is_estimated_on_a_few_messages() -> None:
    seen: list[int] = []
    ticks = iter([0.0, 3.2])
    texts = ["a"] * 3_200
    assert estimate_s(lambda some: seen.append(len(some)), texts, lambda: next(ticks)) == pytest.approx(320)
    assert seen == [32]
    assert estimate_s(lambda some: None, [], lambda: 0.0) == 0
