"""A model of one's own: refusals before anything is opened, and a tiny ONNX model that keeps our floors."""

import json
import pickle
import socket
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.findings.triage import Triage
from saisine.findings.triage.adapters import check_folder, load_own_model
from saisine.findings.triage.cascade import choose, estimate_s
from tests.findings.triage.shipped import TRIAGE


def field(number: int, body: bytes | int) -> bytes:
    """One protobuf field: a number, or bytes with their length."""
    if isinstance(body, int):
        return varint(number << 3) + varint(body)
    return varint(number << 3 | 2) + varint(len(body)) + body


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def value_info(name: str, kind: int, *dims: int | str) -> bytes:
    shape = b"".join(
        field(1, field(2, dim.encode()) if isinstance(dim, str) else field(1, dim)) for dim in dims
    )
    return field(1, name.encode()) + field(2, field(1, field(1, kind) + field(2, shape)))


def tiny_onnx() -> bytes:
    """onnx.proto by hand: logits (batch, 2) = one-hot of the first word id being 2, cast to floats."""

    def node(op: str, inputs: list[str], output: str, *attributes: bytes) -> bytes:
        parts = [field(1, name.encode()) for name in inputs] + [
            field(2, output.encode()),
            field(4, op.encode()),
        ]
        return b"".join([*parts, *(field(5, one) for one in attributes)])

    def constant(name: str, kind: int, raw: bytes, *dims: int) -> bytes:
        return (
            b"".join(field(1, dim) for dim in dims) + field(2, kind) + field(8, name.encode()) + field(9, raw)
        )

    cast = field(1, b"to") + field(3, 1) + field(20, 2)
    nodes = [
        node("Gather", ["input_ids", "zero"], "first", field(1, b"axis") + field(3, 1) + field(20, 2)),
        node("Equal", ["first", "two"], "same"),
        node("Cast", ["same"], "chance", cast),
        node("Mul", ["chance", "weights"], "scaled"),
        node("Add", ["scaled", "bias"], "logits"),
    ]
    import numpy as np

    constants = [
        constant("zero", 7, np.array([0], np.int64).tobytes(), 1),
        constant("two", 7, np.array([2], np.int64).tobytes(), 1),
        constant("weights", 1, np.array([[-6, 6]], np.float32).tobytes(), 1, 2),
        constant("bias", 1, np.array([[3, -3]], np.float32).tobytes(), 1, 2),
    ]
    graph = (
        b"".join(field(1, one) for one in nodes)
        + field(2, b"tiny")
        + b"".join(field(5, c) for c in constants)
    )
    graph += field(11, value_info("input_ids", 7, "batch", "length")) + field(
        12, value_info("logits", 1, "batch", 2)
    )
    return field(1, 8) + field(7, graph) + field(8, field(1, b"") + field(2, 17))


TOKENIZER = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": {"type": "Lowercase"},
    "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
    "model": {"type": "WordLevel", "vocab": {"[PAD]": 0, "[UNK]": 1, "zut": 2}, "unk_token": "[UNK]"},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    (made / "model.onnx").write_bytes(tiny_onnx())
    (made / "tokenizer.json").write_text(json.dumps(TOKENIZER), "utf-8")
    (made / "labels.json").write_text(json.dumps({"score": [1], "hate": [1]}), "utf-8")
    (made / "LICENSE.txt").write_text("Free to use.", "utf-8")
    return made


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
