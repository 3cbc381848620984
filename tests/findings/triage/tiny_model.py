"""A model of one's own as small as can be: a word makes the score."""

import json
from pathlib import Path


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


def write_model(folder: Path, word: str = "zut") -> Path:
    """The folder, with a model for which a message that begins with this word is to be looked at, and no other is."""
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(tiny_onnx())
    (folder / "tokenizer.json").write_text(json.dumps(TOKENIZER).replace('"zut"', json.dumps(word)), "utf-8")
    (folder / "labels.json").write_text(json.dumps({"score": [1], "hate": [1]}), "utf-8")
    (folder / "LICENSE.txt").write_text("Free to use.", "utf-8")
    return folder
