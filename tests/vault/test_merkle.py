"""RFC 6962 trees against two sets of vectors written by others, and against the definition itself."""

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.vault.merkle import EMPTY_ROOT, Tree, is_consistent, is_included, leaf_hash, node_hash, root_of
from tests.shared import shared_file


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        yield from map(json.loads, file)


def nodes(values: list[str] | None) -> list[bytes]:
    return [b64decode(value) for value in values or ()]


def naive_root(leaves: list[bytes]) -> bytes:
    """The recursive definition of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def test_upstream_inclusion_vectors_give_the_same_verdict() -> None:
    cases = list(lines(shared_file("vectors/merkle/inclusion.jsonl")))
    assert len(cases) == 53
    for case in cases:
        verdict = is_included(
            b64decode(case["leafHash"] or ""),
            case["leafIdx"],
            case["treeSize"],
            nodes(case["proof"]),
            b64decode(case["root"] or ""),
        )
        assert verdict is not case["wantErr"], case["source"]


def test_upstream_consistency_vectors_give_the_same_verdict() -> None:
    cases = list(lines(shared_file("vectors/merkle/consistency.jsonl")))
    assert len(cases) == 43
    for case in cases:
        verdict = is_consistent(
            case["size1"],
            case["size2"],
            b64decode(case["root1"] or ""),
            b64decode(case["root2"] or ""),
            nodes(case["proof"]),
        )
        assert verdict is not case["wantErr"], case["source"]


def test_our_vectors_give_the_expected_roots_and_verdicts() -> None:
    cases = list(lines(shared_file("vectors/own/merkle.jsonl")))
    assert len(cases) == 322
    for case in cases:
        root = b64decode(case.get("root", ""))
        if case["kind"] == "root":
            assert root_of(leaf_hash(bytes.fromhex(entry)) for entry in case["entries"]) == root
        elif case["kind"] == "inclusion":
            found = is_included(
                b64decode(case["leaf_hash"]), case["index"], case["size"], nodes(case["proof"]), root
            )
            assert found is case["valid"], case
        else:
            roots = b64decode(case["root1"]), b64decode(case["root2"])
            assert (
                is_consistent(case["size1"], case["size2"], *roots, nodes(case["proof"])) is case["valid"]
            ), case


@given(st.integers(1, 70), st.data())
@settings(max_examples=60, deadline=None)
def test_every_path_we_make_verifies_and_no_altered_one_does(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    tree = Tree(leaves)
    part = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, part - 1))
    root, old_root = tree.root(), tree.root(part)
    assert old_root == naive_root(leaves[:part])
    assert is_included(leaves[index], index, part, tree.inclusion(index, part), old_root)
    assert not is_included(leaf_hash(b"other"), index, part, tree.inclusion(index, part), old_root)
    proof = tree.consistency(part, size)
    assert is_consistent(part, size, old_root, root, proof)
    assert not is_consistent(part, size, leaf_hash(b"other"), root, proof)
    assert not is_consistent(part, size, old_root, root, [*proof, root])


def test_an_empty_tree_proves_nothing() -> None:
    leaf = leaf_hash(b"a")
    assert not is_included(EMPTY_ROOT, 0, 1, [], EMPTY_ROOT)
    assert not is_consistent(0, 1, EMPTY_ROOT, leaf, [])
