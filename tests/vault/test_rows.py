"""Sealed rows: one record shown and proved alone, the others not even to be guessed."""

import hashlib
import hmac
import io
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault, rows, salted
from saisine.vault.disclosure_files import check_disclosure_file, parse_disclosures, write_disclosures
from saisine.vault.disclosures import (
    Disclosure,
    disclose,
    disclosure_members,
    verify_disclosure,
)
from saisine.vault.log import MAX_LINE_BYTES, Entry
from saisine.vault.merkle import is_included, leaf_hash, root_of
from saisine.vault.row_checks import Original, check_rows
from saisine.vault.rows import Row, RowBlock, RowGroup, find_row, keep_rows, open_rows, row_proofs
from saisine.vault.salted import RowTree, Salts, row_leaf, salt_of
from saisine.vault.snapshot import Policy
from saisine.vault.stamps import load_authorities
from saisine.vault.succession import key_chain
from tests.vault.authority import LocalAuthority


def record(number: int) -> bytes:
    return f'{{"text":"message {number}"}}\n'.encode()


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def group_of(count: int, *refs: str, size: int = 7) -> RowGroup:
    """Invented rows, in blocks of `size`, shared out between the refs in turn."""

    def blocks() -> Iterator[RowBlock]:
        for start in range(0, count, size):
            numbers = range(start, min(start + size, count))
            digests = [sha(record(number)) for number in numbers]
            yield RowBlock(digests, [n % len(refs) for n in numbers], [f"#row={n}" for n in numbers])

    return RowGroup(refs, count, blocks)


def keep(vault: Vault, count: int, sources: int = 1) -> Entry:
    """Seal some sources and their rows in one unit."""
    unit = vault.new_unit()
    items = [SealItem(f"{n}.jsonl", b"".join(map(record, range(count))) + bytes([n])) for n in range(sources)]
    sealed = vault.seal_many(items, unit=unit)
    (entry,) = keep_rows(vault, [group_of(count, *(one.item for one in sealed))], unit=unit)
    return entry


def policy_of(vault: Vault) -> Policy:
    return Policy(tuple(key_chain(vault.folder)), tuple(load_authorities(vault.folder)))


def states(disclosure: Disclosure, policy: Policy) -> dict[str, str]:
    return {check.id: check.state for check in verify_disclosure(disclosure, policy)}


# ---------------------------------------------------------------- the tree


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 70), chunk=st.sampled_from([1, 2, 8, 64]), bulk=st.integers(0, 40))
def test_chunks_and_bulk_salts_give_the_plain_tree(count: int, chunk: int, bulk: int) -> None:
    key, digests = bytes(range(32)), [hashlib.sha256(record(n)).digest() for n in range(count)]
    plain = [
        hashlib.sha256(b"\0" + hmac.digest(key, n.to_bytes(8, "big"), "sha256") + digest).digest()
        for n, digest in enumerate(digests)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(salted, "CHUNK_ROWS", chunk)
        patch.setattr(salted, "BULK_SALTS", bulk)
        tree = RowTree(key, count)
        for start in range(0, count, 5):
            tree.add(b"".join(digests[start : start + 5]))
        assert (tree.count, tree.root()) == (count, root_of(plain))


def test_bulk_salts_are_the_ones_written_in_the_docs() -> None:
    key = os.urandom(32)
    joined = Salts(key, 1000).between(3, 1000)
    assert joined == b"".join(salt_of(key, index) for index in range(3, 1000))


# ---------------------------------------------------------------- sealed, then shown


def test_every_row_of_trees_of_many_sizes_is_disclosed_and_proved(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(salted, "CHUNK_ROWS", 4)
    monkeypatch.setattr(rows, "CHUNK_ROWS", 4)
    for count in (1, 2, 3, 4, 5, 8, 13):
        entry = keep(vault, count)
        for index in range(count):
            shown = disclose(vault, entry.seq, index, record(index))
            assert (shown.index, shown.count, shown.root.hex()) == (index, count, entry.root)
            found = states(shown, policy_of(vault))
            assert {found[number] for number in ("V02", "V08", "V09", "V23")} == {"verified"}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_proofs_of_any_choice_of_rows_hold(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    vault, entry = _small_vault(tmp_path_factory)
    chosen = data.draw(st.lists(st.integers(0, 99), max_size=20))
    proofs = list(row_proofs(vault, entry.seq, chosen))
    assert [one.index for one in proofs] == sorted(set(chosen))
    for one in proofs:
        assert one.sha256 == sha(record(one.index))
        leaf = row_leaf(one.salt, bytes.fromhex(one.sha256))
        assert is_included(leaf, one.index, 100, one.path, bytes.fromhex(str(entry.root)))


_kept: list[tuple[Vault, Entry]] = []


def _small_vault(factory: pytest.TempPathFactory) -> tuple[Vault, Entry]:
    """One vault for all examples: sealing is what takes time."""
    if not _kept:
        vault = Vault.create(factory.mktemp("rows") / "vault", clock=lambda: datetime.now(UTC))
        _kept.append((vault, keep(vault, 100)))
    return _kept[0]


def test_a_rows_line_says_nothing_of_the_records_and_is_no_item(vault: Vault) -> None:
    entry = keep(vault, 12)
    assert entry.act == "rows"
    assert entry.count == 12
    line = vault.entry_line(entry.seq)
    assert not any(sha(record(number)).encode() in line for number in range(12))
    assert [one.kind for one in vault.items()] == ["original"]
    assert vault.journal.has_head(vault.journal.size)


def test_the_longest_rows_line_is_taken_by_the_log(vault: Vault) -> None:
    unit = vault.new_unit()
    items = [SealItem(f"{number}", bytes([number])) for number in range(rows.REFS_PER_ROWS)]
    refs = [one.item for one in vault.seal_many(items, unit=unit)]
    (entry,) = keep_rows(vault, [group_of(40, *refs)], unit=unit, actor="a" * 64)
    room = len("9007199254740991") * 3  # what seq, size and count may still grow by
    assert len(vault.entry_line(entry.seq)) + room <= MAX_LINE_BYTES


def test_rows_are_made_once_and_survive_a_new_opening(vault: Vault) -> None:
    first = keep(vault, 9)
    refs = first.refs
    assert isinstance(refs, tuple)
    assert keep_rows(vault, [group_of(9, *refs)], unit=str(first.unit)) == []
    with Vault.open(vault.folder, clock=vault.clock) as again:
        assert again.opening == ()
        assert disclose(again, first.seq, 4, record(4)).raw == record(4)


def test_a_group_that_fails_leaves_neither_line_nor_object(vault: Vault) -> None:
    unit = vault.new_unit()
    item = vault.seal(SealItem("a", b"abc"), unit=unit).item
    before = sorted(path.name for path in (vault.folder / "objects").rglob("*") if path.is_file())

    def broken() -> Iterator[RowBlock]:
        for _ in range(9):
            yield from group_of(5000, item, size=500).blocks()
        raise SaisineError("corpus_damaged", corpus="essai")

    with pytest.raises(SaisineError) as caught:
        keep_rows(vault, [RowGroup((item,), 45_000, broken)], unit=unit)
    assert caught.value.code == "corpus_damaged"
    after = sorted(path.name for path in (vault.folder / "objects").rglob("*") if path.is_file())
    assert (after, [entry.act for entry in vault.journal.entries]) == (before, ["seal"])


def test_a_group_that_gives_fewer_rows_than_it_says_is_refused(vault: Vault) -> None:
    unit = vault.new_unit()
    item = vault.seal(SealItem("a", b"abc"), unit=unit).item
    with pytest.raises(SaisineError) as caught:
        keep_rows(vault, [replace(group_of(5, item), count=6)], unit=unit)
    assert caught.value.code == "rows_damaged"
    assert [entry.act for entry in vault.journal.entries] == ["seal"]


PLACES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30) | st.sampled_from(
    ["a\\nb!#row=1", "a\nb!#row=1", "\\", "\\\\n\n", " ", "a b!#byte=1+2/x"]
)


@settings(max_examples=100, deadline=None)
@given(place=PLACES, source=st.integers(0, 19))
def test_any_place_comes_back_from_its_line(place: str, source: int) -> None:
    line = rows._text_of(RowBlock(["a" * 64], [source], [place]))
    assert line.count(b"\n") == 1
    assert rows.parse_row(line) == Row("a" * 64, source, place)


def test_a_row_is_found_by_its_source_place_and_hash(vault: Vault) -> None:
    entry = keep(vault, 20, sources=3)
    assert isinstance(entry.refs, tuple)
    assert find_row(vault, entry.refs[1], "#row=7", sha(record(7))) == (entry, 7)
    for item, place, digest in (
        (entry.refs[0], "#row=7", sha(record(7))),
        (entry.refs[1], "#row=8", sha(record(7))),
        (entry.refs[1], "#row=7", sha(record(8))),
        ("0" * 64, "#row=7", sha(record(7))),
    ):
        with pytest.raises(SaisineError) as caught:
            find_row(vault, item, place, digest)
        assert caught.value.code == "rows_none"


# ---------------------------------------------------------------- what cannot be done


def test_what_was_shown_confirms_no_guess_of_another_message(vault: Vault) -> None:
    entry = keep(vault, 16)
    shown = disclose(vault, entry.seq, 5, record(5))
    with open_rows(vault, entry) as source:
        key, _ = rows.read_rows(source)
    known = {shown.salt, *shown.path, shown.root}
    for number in range(16):
        digest = hashlib.sha256(record(number)).digest()  # a right guess of the text
        in_tree = row_leaf(salt_of(key, number), digest)
        guesses = {leaf_hash(digest), leaf_hash(record(number)), *(row_leaf(one, digest) for one in known)}
        assert (in_tree in guesses) == (number == 5)
        if number != 5:
            assert salt_of(key, number) not in known
            assert (
                states(replace(shown, index=number, raw=record(number)), policy_of(vault))["V23"] == "failed"
            )
    assert shown.path[0] == row_leaf(salt_of(key, 4), hashlib.sha256(record(4)).digest())


def test_other_bytes_indexes_and_lines_are_refused(vault: Vault) -> None:
    entry = keep(vault, 6)
    for seq, index, raw, code in (
        (entry.seq, 2, record(3), "record_other_bytes"),
        (entry.seq, 2, b"", "record_other_bytes"),
        (entry.seq, 6, record(5), "row_unknown"),
        (entry.seq, -1, record(5), "row_unknown"),
        (0, 0, record(0), "rows_line_unknown"),
        (99, 0, record(0), "rows_line_unknown"),
        (-1, 0, record(0), "rows_line_unknown"),
    ):
        with pytest.raises(SaisineError) as caught:
            disclose(vault, seq, index, raw)
        assert caught.value.code == code
        assert caught.value.sentence("fr") != caught.value.sentence("en")


def flip(body: bytes, at: int = 0) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


TAMPERED: list[tuple[str, Callable[[Disclosure], dict[str, Any]]]] = [
    ("bytes", lambda one: {"raw": flip(one.raw)}),
    ("one byte more", lambda one: {"raw": one.raw + b" "}),
    ("salt", lambda one: {"salt": flip(one.salt)}),
    ("path", lambda one: {"path": (flip(one.path[0]), *one.path[1:])}),
    ("path cut", lambda one: {"path": one.path[:-1]}),
    ("path longer", lambda one: {"path": (*one.path, one.path[0])}),
    ("index", lambda one: {"index": one.index + 1}),
    ("index below", lambda one: {"index": -1}),
    ("count", lambda one: {"count": one.count + 1}),
    ("root", lambda one: {"root": flip(one.root)}),
    ("entry", lambda one: {"entry": one.entry.replace(b'"count":11', b'"count":12')}),
    ("entry and count", lambda one: {"entry": one.entry.replace(b'"count":11', b'"count":12'), "count": 12}),
    ("entry cut", lambda one: {"entry": one.entry[:-2]}),
    ("proof", lambda one: {"proof": one.proof.replace("index 1", "index 0")}),
    ("proof cut", lambda one: {"proof": one.proof[:40]}),
    ("no proof", lambda one: {"proof": ""}),
]


@pytest.mark.parametrize(("what", "change"), TAMPERED, ids=[name for name, _ in TAMPERED])
def test_a_disclosure_that_was_changed_fails(
    vault: Vault, what: str, change: Callable[[Disclosure], dict[str, Any]]
) -> None:
    shown = disclose(vault, keep(vault, 11).seq, 6, record(6))
    assert "failed" not in states(shown, policy_of(vault)).values()
    changed = replace(shown, **change(shown))
    assert changed != shown
    assert "failed" in states(changed, policy_of(vault)).values()


def test_a_proof_signed_by_another_vault_is_refused(vault: Vault, tmp_path: Path) -> None:
    shown = disclose(vault, keep(vault, 3).seq, 1, record(1))
    with Vault.create(tmp_path / "other", clock=vault.clock) as other:
        assert states(shown, policy_of(other))["V08"] == "failed"


def test_an_erased_unit_gives_no_proof_any_more(vault: Vault) -> None:
    entry = keep(vault, 5)
    vault.erase(str(entry.unit), "art17_request")
    with pytest.raises(SaisineError) as caught:
        disclose(vault, entry.seq, 1, record(1))
    assert caught.value.code == "unit_erased"


# ---------------------------------------------------------------- the file


@settings(max_examples=80, deadline=None)
@given(
    raw=st.binary(max_size=60),
    path=st.lists(st.binary(min_size=32, max_size=32), max_size=4),
    index=st.integers(0, 2**40),
    stamps=st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.binary(max_size=9), max_size=2),
    proof=st.text(st.characters(codec="utf-8"), max_size=30),
)
def test_a_disclosure_comes_back_from_its_json(
    raw: bytes, path: list[bytes], index: int, stamps: dict[str, bytes], proof: str
) -> None:
    one = Disclosure(index, 7, bytes(32), tuple(path), bytes(range(32)), raw, b"{}", proof, stamps)
    assert Disclosure.from_json(one.to_json()) == one
    assert Disclosure.from_json(msgspec.json.format(one.to_json(), indent=2)) == one


ODD = [
    b"", b"[]", b"{}", b"\xff", b"null", b"[" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("body", ODD)
def test_what_is_no_disclosure_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        Disclosure.from_json(body)
    with pytest.raises(ValueError):
        parse_disclosures(body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1,"v":1'),
        (b'"v":1', b'"v":1,"more":0'),
        (b'"index":1', b'"index":1.0'),
        (b'"index":1', b'"index":true'),
        (b'"salt":"', b'"salt":"00'),
        (b'"root":"', b'"root":"A'),
        (b'"record":"', b'"record":" '),
        (b'"record":"', b'"record":"\\u0041'),
        (b'"path":["', b'"path":["AA==","'),
    ],
)
def test_another_spelling_of_a_disclosure_is_refused(vault: Vault, old: bytes, new: bytes) -> None:
    body = disclose(vault, keep(vault, 3).seq, 1, record(1)).to_json()
    assert old in body
    with pytest.raises(ValueError):
        Disclosure.from_json(body.replace(old, new, 1))


def test_a_file_of_messages_is_checked_by_anyone(vault: Vault, tmp_path: Path) -> None:
    entry = keep(vault, 30)
    target = tmp_path / "preuve.json"
    write_disclosures(vault, [disclose(vault, entry.seq, n, record(n)) for n in (3, 20)], target)
    report = check_disclosure_file(target)
    assert (report.verdict, report.summary_fr) == (
        "verified",
        "Intact. 2 messages, pas encore datés par un tiers.",
    )
    assert report.counts["verified"] == 8
    changed = target.read_bytes().replace(b64encode(record(3)), b64encode(record(4)))
    target.write_bytes(changed)
    report = check_disclosure_file(target, policy_of(vault))
    assert report.verdict == "failed"
    assert report.failures()[0].detail_fr.startswith("n° 1 : ces octets")
    assert "V23" in report.summary_en


def test_a_file_is_never_overwritten_and_what_is_no_file_is_said(vault: Vault, tmp_path: Path) -> None:
    shown = disclose(vault, keep(vault, 3).seq, 1, record(1))
    target = tmp_path / "preuve.json"
    target.write_bytes(b"autre chose")
    for call, code in (
        (lambda: write_disclosures(vault, [shown], target), "disclosure_exists"),
        (lambda: check_disclosure_file(target), "disclosure_unreadable"),
        (lambda: check_disclosure_file(tmp_path), "disclosure_unreadable"),
        (lambda: check_disclosure_file(tmp_path / "absent"), "disclosure_unreadable"),
    ):
        with pytest.raises(SaisineError) as caught:
            call()
        assert caught.value.code == code
    assert target.read_bytes() == b"autre chose"


def test_the_date_of_a_third_party_travels_with_the_message(tmp_path: Path) -> None:
    authority = LocalAuthority(tmp_path / "tsa")
    with Vault.create(tmp_path / "vault", clock=lambda: datetime.now(UTC)) as vault:
        vault.add_authority("locale", "http://127.0.0.1:1/", authority.root_pem)
        vault._stamper = authority
        entry = keep(vault, 8)
        vault.stamp()
        keep(vault, 2)
        write_disclosures(vault, [disclose(vault, entry.seq, 2, record(2))], tmp_path / "preuve.json")
        policy = replace(policy_of(vault), stamps_required=1)
    report = check_disclosure_file(tmp_path / "preuve.json", policy)
    assert report.verdict == "verified"
    assert report.summary_fr.startswith("Intact. 1 message, dans un export daté d’avant le ")
    forger = LocalAuthority(tmp_path / "forger")
    with Vault.create(tmp_path / "other", clock=lambda: datetime.now(UTC)) as other:
        other.add_authority("locale", "http://127.0.0.1:1/", forger.root_pem)
        forged = replace(policy, tsa=tuple(load_authorities(other.folder)))
    assert check_disclosure_file(tmp_path / "preuve.json", forged).verdict == "failed"
    # without an authority that the reader trusts, a stamp proves nothing: not checked, never passed
    report = check_disclosure_file(tmp_path / "preuve.json")
    assert {check.state for check in report.checks if check.id in ("V13", "V14", "V15", "V16")} == {
        "not_checked"
    }


def test_the_members_for_a_bundle_are_those_it_takes(vault: Vault, tmp_path: Path) -> None:
    from saisine.vault.bundle import build_bundle
    from saisine.vault.verify import verify_bundle

    shown = disclose(vault, keep(vault, 9).seq, 4, record(4))
    members = disclosure_members(shown)
    assert sorted(members) == ["disclosure.json", "entry.json", "record.bin"]
    names = msgspec.json.decode(members["disclosure.json"])
    assert sorted(names) == ["count", "index", "path", "root", "salt", "v"]
    now = datetime(2026, 12, 1, tzinfo=UTC)
    build_bundle(vault, [], tmp_path / "dossier.zip", extras={}, now=now, messages=[members])
    assert verify_bundle(tmp_path / "dossier.zip", now=now).verdict == "verified"


# ---------------------------------------------------------------- the checks of a vault


def original_of(vault: Vault) -> Callable[[str], Original]:
    def found(item: str) -> Original:
        sealed = vault.find(item)
        return Original(sealed.name, sealed.size, lambda: vault.open_item(item))

    return found


def lines_missing(original: Original, rows: Iterator[Row]) -> int:
    with original.open() as source:
        known = {sha(line) for line in source}
    return sum(row.sha256 not in known for row in rows)


def test_v23_recomputes_the_root_and_asks_for_the_originals(vault: Vault) -> None:
    entry = keep(vault, 12, sources=2)
    opener = lambda: open_rows(vault, entry)  # noqa: E731
    (alone,) = check_rows(entry, opener)
    assert (alone.id, alone.state) == ("V23", "not_checked")
    (whole,) = check_rows(entry, opener, original_of=original_of(vault), finder=lines_missing)
    assert (whole.state, whole.detail_fr) == (
        "verified",
        f"ligne {entry.seq} : messages retrouvés dans 2 originaux",
    )
    lost = check_rows(entry, opener, original_of=original_of(vault), finder=lambda _, rows: len(list(rows)))
    assert [check.detail_fr.split(" : ")[1].split(" ")[0] for check in lost] == ["6", "6"]


def test_v23_names_rows_that_do_not_give_the_root(vault: Vault) -> None:
    entry = keep(vault, 12)
    with open_rows(vault, entry) as source:
        body = source.read()
    lines = body.splitlines(keepends=True)
    swapped = b"".join([lines[0], lines[2], lines[1], *lines[3:]])
    for changed in (
        b"", b"{}\n", body[:-70], body + lines[-1], swapped, body.replace(lines[0][8:20], b"0" * 12),
        body.replace(b"#row=3", b"\xff"), lines[0] + b"x" * 50_000, lines[0] + b"\n" * 12,
    ):  # fmt: skip
        found = list(
            check_rows(
                entry,
                lambda changed=changed: io.BytesIO(changed),
                original_of=original_of(vault),
                finder=lines_missing,
            )
        )
        assert [check.state for check in found] == ["failed"], changed[:80]


def test_v23_says_when_an_original_cannot_be_opened(vault: Vault) -> None:
    entry = keep(vault, 4)

    def gone(item: str) -> Original:
        raise SaisineError("object_missing", object=item)

    (found,) = check_rows(entry, lambda: open_rows(vault, entry), original_of=gone, finder=lines_missing)
    assert found.state == "failed"


def peak_mb(count: int) -> int:
    """Peak memory of a process that seals the rows of one source and checks their root."""
    command = [sys.executable, "-m", "tests.vault.measured_rows", str(count)]
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(root / "src"), str(root)])
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=True
    )
    return int(done.stdout)


def test_v23_passes_over_a_source_that_was_erased(vault: Vault) -> None:
    entry = keep(vault, 12, sources=2)
    assert isinstance(entry.refs, tuple)
    gone, known = entry.refs[0], original_of(vault)
    (found,) = check_rows(
        entry,
        lambda: open_rows(vault, entry),
        original_of=lambda item: None if item == gone else known(item),
        finder=lines_missing,
    )
    assert (found.state, "1 depuis effacés" in found.detail_fr) == ("verified", True)


def test_memory_stays_flat_over_200_000_rows() -> None:
    # 6.4 MB of salts and one chunk; rows and leaves, kept as Python keeps them, would be 100 MB more
    assert peak_mb(200_000) - peak_mb(1_000) < 50
