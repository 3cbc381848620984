"""Signed notes, checkpoints and proofs: verdicts of the shared vectors, and byte-exact round trips."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.vault.merkle import Tree, leaf_hash
from saisine.vault.notes import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Head,
    Note,
    NoteError,
    Signature,
    TlogProof,
    VerifierKey,
)
from tests.shared import shared_file

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
VKEY = VerifierKey("vault.saisine.invalid/test", ED25519, PUBLIC)


def cases(name: str) -> tuple[VerifierKey, list[dict[str, Any]]]:
    found = json.loads(shared_file(f"vectors/own/notes/{name}").read_text("utf-8"))
    return VerifierKey.from_text(found["vkey"]), found["cases"]


def is_valid(note: str, key: VerifierKey) -> bool:
    try:
        Head.from_text(note).note.require_signed_by([key])
    except NoteError:
        return False
    return True


def test_checkpoint_vectors_give_the_expected_verdict() -> None:
    key, found = cases("checkpoints.json")
    assert len(found) == 14
    for case in found:
        assert is_valid(case["note"], key) is case["valid_checkpoint"], case["name"]
        if case["valid_checkpoint"]:
            assert Head.from_text(case["note"]).to_text() == case["note"]


def test_tlog_proof_vectors_give_the_expected_verdict() -> None:
    key, found = cases("tlog-proofs.json")
    assert len(found) == 7
    for case in found:
        proof = TlogProof.from_text(case["proof"])
        assert proof.to_text() == case["proof"]
        assert proof.proves(bytes.fromhex(case["entry"]), [key]) is case["valid"], case["name"]


def test_a_vkey_comes_back_the_same_and_refuses_another_id() -> None:
    key, _ = cases("checkpoints.json")
    assert VerifierKey.from_text(key.to_text()) == key
    name, identity, body = key.to_text().split("+", 2)
    with pytest.raises(NoteError):
        VerifierKey.from_text(f"{name}+{'0' * len(identity)}+{body}")


@given(st.integers(1, 2**53), st.binary(min_size=32, max_size=32))
@settings(max_examples=40, deadline=None)
def test_a_signed_head_is_read_back_and_verified(size: int, root: bytes) -> None:
    head = Head.sign(Checkpoint(VKEY.name, size, root), KEY)
    again = Head.from_text(head.to_text())
    assert again == head
    assert again.note.require_signed_by([VKEY]) == VKEY


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text[:-1],
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("— ", "- "),
        lambda text: text.replace("\n7\n", "\n07\n"),
        lambda text: text.replace("\n7\n", "\n8\n"),
        lambda text: text.replace("\n7\n", "\n7\n\n"),
        lambda text: "",
        lambda text: text.split("\n\n")[0] + "\n\n",
        lambda text: text[:-3] + "A=\n",
    ],
)
def test_a_damaged_head_is_refused(damage: Any) -> None:
    text = Head.sign(Checkpoint(VKEY.name, 7, bytes(32)), KEY).to_text()
    assert is_valid(text, VKEY)
    assert not is_valid(damage(text), VKEY)


def test_extensions_and_unknown_signatures_are_kept() -> None:
    head = Head.sign(Checkpoint(VKEY.name, 7, bytes(32), ("extension one",)), KEY)
    stranger = Head.sign(Checkpoint("other.example", 7, bytes(32)), Ed25519PrivateKey.generate())
    both = Note(head.note.text, (*stranger.note.signatures, *head.note.signatures)).to_text()
    assert Head.from_text(both).checkpoint.extensions == ("extension one",)
    assert is_valid(both, VKEY)


def test_a_proof_of_ours_holds_for_its_line_alone() -> None:
    lines = [b"one", b"two", b"three"]
    tree = Tree(map(leaf_hash, lines))
    head = Head.sign(Checkpoint(VKEY.name, 3, tree.root()), KEY)
    proof = TlogProof(1, tuple(tree.inclusion(1, 3)), head)
    assert TlogProof.from_text(proof.to_text()) == proof
    assert proof.proves(b"two", [VKEY])
    assert not proof.proves(b"one", [VKEY])


WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
COSIGNER = VerifierKey(
    "witness.example/w1", COSIGNATURE, WITNESS.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
)


@given(st.integers(0, 253_402_214_399), st.integers(1, 2**53))
@settings(max_examples=40, deadline=None)
def test_a_cosignature_holds_for_its_text_and_its_time_alone(seconds: int, size: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    head = Head.sign(Checkpoint(VKEY.name, size, bytes(32)), KEY)
    line = Signature.cosign(head.note.text, COSIGNER.name, WITNESS, at)
    assert Signature.from_line(line.to_line().removesuffix("\n")) == line
    assert line.cosigned_at == at
    note = Note.from_text(head.note.with_lines([line]).to_text())
    assert [holds for _, _, holds in note.judge([VKEY, COSIGNER])] == [True, True]
    assert note.with_lines([line]) == note
    assert note.require_signed_by([COSIGNER]) == COSIGNER
    for other in (seconds + 1, 2**63, 2**64 - 1):
        moved = Signature(line.name, line.id, other.to_bytes(8, "big") + line.value[8:])
        assert not COSIGNER.signed(head.text, moved.value)
    assert not COSIGNER.signed(head.text + b"x\n", line.value)
    assert not COSIGNER.signed(head.text, line.value[:-1])


def test_the_time_of_the_standards_own_example_is_read() -> None:
    """c2sp.org/tlog-cosignature shows this line; its signed message says `time 1679315147`."""
    line = (
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ"
        "qhf5nNo0xUe+mbIUBkBIfZ+qnA=="
    )
    found = Signature.from_line(line)
    assert found.cosigned_at == datetime.fromtimestamp(1679315147, UTC)
    assert (found.id.hex(), len(found.value)) == ("8d66cf3f", 72)


def test_a_cosigning_key_never_passes_for_a_signing_key() -> None:
    """The same 32 bytes under two types are two keys, and one signature never serves for both."""
    text = b"origin\n1\nroot\n"
    as_log = VerifierKey(COSIGNER.name, ED25519, COSIGNER.key)
    assert as_log.id != COSIGNER.id
    line = Signature.cosign(text.decode(), COSIGNER.name, WITNESS, datetime(2026, 11, 21, tzinfo=UTC))
    assert not as_log.signed(text, line.value)
    assert not as_log.signed(text, line.value[8:])
    assert not COSIGNER.signed(text, WITNESS.sign(text))


def test_a_note_may_bear_a_hundred_signatures_and_no_more() -> None:
    line = Head.sign(Checkpoint(VKEY.name, 7, bytes(32)), KEY).note.signatures[0]
    many = Note("a\n", tuple(Signature(f"{line.name}{n}", line.id, line.value) for n in range(100)))
    assert Note.from_text(many.to_text()) == many
    with pytest.raises(NoteError) as caught:
        Note.from_text(many.with_lines([line]).to_text())
    assert caught.value.fr == "plus de 100 signatures"
