"""Witnesses: what extends is cosigned, what was put back or forked is refused, kept and told."""

import os
import shutil
import subprocess
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault, pinned, watched, witness
from saisine.vault.cosignatures import Outside, Request
from saisine.vault.keeping import Kept, keep, newest_cosigned
from saisine.vault.notes import COSIGNATURE, Checkpoint, Head, Note, Signature, VerifierKey
from saisine.vault.outside import check_outside
from saisine.vault.report import Check
from saisine.vault.snapshot import Policy, Snapshot
from saisine.vault.watched import check_trust, load_witnesses, own_keys, witness_vkey
from saisine.vault.witness_http import Answer, ask_over_http, post_over_http
from tests.vault.conftest import Ticking

FORK = (
    "Le journal de cette association ne prolonge plus celui que nous avions contresigné. "
    "Ne contresignez pas ; appelez-la."
)


@dataclass
class Pair:
    """Association A (« lucioles »), whose log is witnessed, and association B (« verger »), its witness."""

    a: Vault
    b: Vault
    clock: Ticking

    def grow(self, text: str = "une ligne") -> None:
        self.a.seal(SealItem(f"{text}.txt", text.encode()))

    def cosign(self, **asked: Any) -> witness.Cosigned:
        return witness.cosign(self.b, witness.request(self.a, **asked), self.clock())

    def round(self) -> Kept:
        """One whole exchange: request, cosignature, kept by A."""
        return keep(self.a, self.cosign().note.encode())


def open_as(folder: Path, clock: Ticking) -> Vault:
    return Vault.open(folder, clock=clock)


def copy_of(vault: Vault, target: Path) -> Path:
    return Path(shutil.copytree(vault.folder, target))


@pytest.fixture
def pair(tmp_path: Path, clock: Ticking) -> Iterator[Pair]:
    with Vault.create(tmp_path / "a", clock=clock) as a, Vault.create(tmp_path / "b", clock=clock) as b:
        pinned.add(a, "verger.vkey", witness_vkey(b).to_text().encode())
        pinned.add(b, "lucioles.vkey", (a.folder / "trust" / "vault.vkey").read_bytes())
        yield Pair(a, b, clock)


def refused(call: Callable[[], object]) -> SaisineError:
    with pytest.raises(SaisineError) as caught:
        call()
    assert caught.value.sentence("fr")
    assert caught.value.sentence("en")
    return caught.value


def outside(folder: Path, note: str | None, witnesses: tuple[VerifierKey, ...] = ()) -> list[Check]:
    """V11 and V25 of a folder against a witness's file, under the keys of the folder and of these witnesses."""
    key = VerifierKey.from_text((folder / "trust" / "vault.vkey").read_text())
    snapshot = Snapshot.load(folder, key.name)
    return list(check_outside(snapshot, Policy((key,), witnesses=witnesses), None, note))


def failures(checks: list[Check]) -> dict[str, str]:
    found = {check.id: check.detail_fr for check in checks if check.state == "failed"}
    assert all(check.detail_en and check.detail_fr for check in checks)
    return found


# ---------------------------------------------------------------- what extends is cosigned


def test_a_first_request_starts_from_nothing_and_the_next_from_what_was_cosigned(pair: Pair) -> None:
    pair.grow()
    first = Request.from_text(witness.request(pair.a).decode())
    assert (first.old, first.proof) == (0, ())
    kept = pair.round()
    assert (kept.state, kept.names) == ("cosigned", ("verger",))
    pair.grow()
    second = Request.from_text(witness.request(pair.a, "verger").decode())
    assert second.old == first.head.size
    assert second.proof
    assert [line.name for line in second.head.note.signatures] == [pair.a.origin]
    assert pair.round().size == second.head.size


def test_an_answer_is_the_checkpoint_the_logs_signature_and_one_cosignature(pair: Pair) -> None:
    pair.grow()
    done = pair.cosign()
    head = Head.from_text(done.note)
    own, cosigned = head.note.signatures
    assert own.name == pair.a.origin
    assert cosigned.to_line() == done.line
    assert cosigned.name == f"{pair.b.origin}/witness"
    assert witness_vkey(pair.b).signed(head.text, cosigned.value)
    assert cosigned.cosigned_at == done.at
    assert timedelta() <= pair.clock.now - done.at < timedelta(minutes=1)
    assert witness_vkey(pair.b).key != own_keys(pair.b)[0].key


def test_openssl_accepts_our_cosignature(pair: Pair, tmp_path: Path) -> None:
    """The message is written out here from the standard, not by the code under test."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is absent")
    pair.grow()
    done = pair.cosign()
    value = b64decode(done.line.split(" ")[2])
    seconds = int.from_bytes(value[4:12], "big")
    text = done.note.split("\n\n")[0] + "\n"
    (tmp_path / "message").write_bytes(f"cosignature/v1\ntime {seconds}\n{text}".encode())
    (tmp_path / "signature").write_bytes(value[12:])
    (tmp_path / "key.pem").write_text(witness_vkey(pair.b).to_pem())
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem"]
    command += ["-in", "message", "-sigfile", "signature"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "message").write_bytes(f"cosignature/v1\ntime {seconds + 1}\n{text}".encode())
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode != 0


def test_a_request_made_twice_gets_the_same_answer(pair: Pair) -> None:
    """The answer was lost between store and mail: asking again neither fails nor signs anew."""
    pair.grow()
    asked = witness.request(pair.a)
    first = witness.cosign(pair.b, asked, pair.clock())
    lines = pair.b.journal.size
    again = witness.cosign(pair.b, asked, pair.clock())
    assert (again.note, again.is_repeated) == (first.note, True)
    assert pair.b.journal.size == lines


def test_the_same_head_asked_from_its_own_size_is_cosigned_afresh(pair: Pair) -> None:
    pair.grow()
    first = pair.cosign()
    pair.clock.step(days=1)
    second = pair.cosign(old=first.size)
    assert second.at > first.at
    assert not second.is_repeated
    keep(pair.a, first.line.encode())
    keep(pair.a, second.note.encode())
    head = pair.a.journal.head(first.size)
    assert len(head.note.signatures) == 3  # the note only gains lines


def test_a_size_that_is_not_ours_is_told_so_that_a_new_request_can_be_made(pair: Pair) -> None:
    pair.grow()
    held = pair.cosign().size  # the answer never reached A
    pair.grow()
    error = refused(pair.cosign)
    assert (error.code, error.facts["size"], error.facts["old"]) == ("witness_other_size", held, 0)
    assert pair.cosign(old=held).size == pair.a.journal.size


# ---------------------------------------------------------------- put back, or forked


def test_yesterdays_folder_is_found_by_the_witness_and_by_verify(pair: Pair, tmp_path: Path) -> None:
    pair.grow()
    pair.round()
    yesterday = copy_of(pair.a, tmp_path / "yesterday")
    pair.grow("a")
    pair.grow("b")
    kept = pair.cosign()
    with open_as(yesterday, pair.clock) as back:
        error = refused(lambda: witness.cosign(pair.b, witness.request(back), pair.clock()))
        assert (error.code, error.exit_code) == ("witness_behind", 1)
        assert error.facts["size"] == kept.size
        assert refused(lambda: keep(back, kept.note.encode())).code == "witness_rolled_back"
        assert refused(lambda: witness.request(back, old=kept.size)).code == "witness_rolled_back"
        assert list((yesterday / "trust" / "forks").iterdir())
        told = failures(outside(yesterday, kept.note, (witness_vkey(pair.b),)))
        assert "remis à un état antérieur" in told["V25"]
        for fact in (
            b64encode(bytes.fromhex(kept.root)).decode(),
            "racine",
            "contresignée le 21 novembre 2026",
        ):
            assert fact in told["V25"]


def test_two_futures_of_one_folder_are_a_fork(pair: Pair, tmp_path: Path) -> None:
    pair.grow()
    pair.round()
    twin_folder = copy_of(pair.a, tmp_path / "twin")
    pair.grow("ici")
    cosigned = pair.cosign()
    stored = (pair.b.folder / "trust/logs/lucioles.note").read_bytes()
    with open_as(twin_folder, pair.clock) as twin:
        twin.seal(SealItem("autre.txt", b"autre"))
        same = witness.request(twin)  # as many lines, other lines
        twin.seal(SealItem("encore.txt", b"encore"))
        longer = witness.request(twin, old=cosigned.size)  # an honest proof of another history
        for asked in (same, longer):
            lines = pair.b.journal.size
            error = refused(lambda asked=asked: witness.cosign(pair.b, asked, pair.clock()))
            assert error.what("fr") == FORK
            assert error.exit_code == 1
            assert pair.b.journal.size > lines  # the log of B says that a fork was kept
            assert (
                refused(lambda asked=asked: witness.cosign(pair.b, asked, pair.clock())).code
                == "witness_fork"
            )
        assert (pair.b.folder / "trust/logs/lucioles.note").read_bytes() == stored
        forks = {path.read_bytes() for path in (pair.b.folder / "trust/logs/lucioles.forks").iterdir()}
        assert stored in forks
        assert Request.from_text(same.decode()).head.to_text().encode() in forks
        assert Request.from_text(longer.decode()).head.to_text().encode() in forks
        assert pinned.overview(pair.b).logs[0].forks == 3
        assert_trusted(pair.b)
        told = failures(outside(twin_folder, cosigned.note, (witness_vkey(pair.b),)))
        assert "deux histoires" in told["V25"]
        assert told["V11"].startswith("deux têtes de")
        error = refused(lambda: keep(twin, cosigned.note.encode()))
        assert error.code == "witness_own_fork"
        assert (
            "deux histoires" in failures(outside(twin_folder, twin.last_head().to_text()))["V25"]
        )  # from now on


def test_the_true_history_is_still_cosigned_after_a_fork(pair: Pair, tmp_path: Path) -> None:
    pair.grow()
    pair.round()
    twin_folder = copy_of(pair.a, tmp_path / "twin")
    pair.grow("ici")
    held = pair.round().size
    with open_as(twin_folder, pair.clock) as twin:
        twin.seal(SealItem("autre.txt", b"autre"))
        refused(lambda: witness.cosign(pair.b, witness.request(twin), pair.clock()))
    pair.grow("suite")
    done = pair.cosign()
    assert done.size > held
    assert done.forks == 2  # and the person is told


def assert_trusted(vault: Vault) -> None:
    checks = list(check_trust(vault.folder, vault.journal.entries))
    assert not failures(checks)


EXPECTED = {"witness_fork", "witness_behind", "witness_other_size", "witness_rolled_back"}


def answer_of(a: Vault, b: Vault, clock: Ticking, old: int | None) -> witness.Cosigned | str:
    """What B answers, or the code of its refusal."""
    try:
        return witness.cosign(b, witness.request(a, old=old), clock())
    except SaisineError as error:
        return error.code


@given(steps=st.lists(st.sampled_from(["grow", "round", "lose", "copy", "put back"]), max_size=9))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_witness_never_cosigns_two_histories(steps: list[str], tmp_path_factory: Any) -> None:
    """Whatever A does with its folder, the heads that B cosigned are beginnings of one log."""
    folder = tmp_path_factory.mktemp("histories")
    clock = Ticking()
    with Vault.create(folder / "a", clock=clock) as a, Vault.create(folder / "b", clock=clock) as b:
        pinned.add(a, "verger.vkey", witness_vkey(b).to_text().encode())
        pinned.add(b, "lucioles.vkey", own_keys(a)[0].to_text().encode())
    copies = [copy_of(a, folder / "copy-0")]
    roots: dict[int, str] = {}
    largest = 0
    for number, step in enumerate(steps, 1):
        with open_as(folder / "a", clock) as a, open_as(folder / "b", clock) as b:
            if step == "grow":
                a.seal(SealItem("x", str(number).encode()))
            elif step == "copy":
                copies.append(copy_of(a, folder / f"copy-{number}"))
            elif step != "put back":
                done = answer_of(a, b, clock, old=largest if step == "lose" else None)
                if isinstance(done, str):
                    assert done in EXPECTED
                    continue
                assert done.size >= largest
                assert roots.setdefault(done.size, done.root) == done.root
                tree = a.journal.tree
                assert all(tree.root(size).hex() == root for size, root in roots.items())
                largest = done.size
                if step == "round":
                    keep(a, done.note.encode())
        if step == "put back":
            shutil.rmtree(folder / "a")
            shutil.copytree(copies[-1], folder / "a")


def test_two_calls_at_once_sign_one_history(pair: Pair, tmp_path: Path) -> None:
    """Two openings of B are asked at the same moment, each for another future: one of them refuses."""
    pair.grow()
    pair.round()
    twin_folder = copy_of(pair.a, tmp_path / "twin")
    pair.grow("ici")
    with open_as(twin_folder, pair.clock) as twin, open_as(pair.b.folder, pair.clock) as other:
        twin.seal(SealItem("autre.txt", b"autre"))
        asked = [witness.request(pair.a), witness.request(twin)]
        results: list[object] = []
        barrier = threading.Barrier(2)

        def ask(vault: Vault, body: bytes) -> None:
            barrier.wait()
            try:
                results.append(witness.cosign(vault, body, datetime(2026, 11, 22, tzinfo=UTC)).root)
            except SaisineError as error:
                results.append(error.code)

        threads = [threading.Thread(target=ask, args=one) for one in zip((pair.b, other), asked, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(map(str, results))[-1] == "witness_fork"
    assert len([one for one in results if one != "witness_fork"]) == 1


# ---------------------------------------------------------------- stops in between


@pytest.mark.parametrize("stop", range(5))
def test_a_stop_anywhere_leaves_one_answer(pair: Pair, stop: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is cut before its n-th durable step; the next opening gives the same answer, or a first one."""
    pair.grow()
    asked = witness.request(pair.a)
    steps = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > stop:
                raise KeyboardInterrupt
            return real(*arguments, **named)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(watched, "fsync_folder", counted(watched.fsync_folder))
        patch.setattr(watched.Trust, "_write", counted(watched.Trust._write))
        with pytest.raises(KeyboardInterrupt):
            witness.cosign(pair.b, asked, datetime(2026, 11, 22, tzinfo=UTC))
    is_committed = any(entry.act == "witness" and entry.code == "kept" for entry in pair.b.journal.entries)
    with open_as(pair.b.folder, pair.clock) as b:
        assert_trusted(b)
        answer = witness.cosign(b, asked, datetime(2026, 11, 23, tzinfo=UTC))
        assert answer.is_repeated is is_committed
        assert answer.at.day == (22 if is_committed else 23)
        assert witness.cosign(b, asked, datetime(2026, 11, 24, tzinfo=UTC)).note == answer.note
        assert_trusted(b)
        assert not list((b.folder / "trust").rglob("*.next"))


# ---------------------------------------------------------------- bad requests


def change_proof(text: str) -> str:
    first, line, rest = text.split("\n", 2)
    value = bytearray(b64decode(line))
    value[0] ^= 1
    return "\n".join((first, b64encode(value).decode(), rest))


def raise_size(text: str) -> str:
    size = Request.from_text(text).head.size
    return text.replace(f"\n{size}\n", f"\n{size + 1}\n")


TAMPERED: list[tuple[str, Callable[[str], str], set[str]]] = [
    ("empty", lambda text: "", {"witness_request_malformed"}),
    ("no old line", lambda text: text.partition("\n")[2], {"witness_request_malformed"}),
    ("leading zero", lambda text: text.replace("old ", "old 0"), {"witness_request_malformed"}),
    ("old beyond", lambda text: "old 999\n" + text.partition("\n")[2], {"witness_request_malformed"}),
    ("other old", lambda text: "old 1\n" + text.partition("\n")[2], {"witness_other_size"}),
    ("proof from zero", lambda text: "old 0\n" + text.partition("\n")[2], {"witness_request_malformed"}),
    ("proof changed", change_proof, {"witness_fork"}),
    ("proof dropped", lambda text: text.split("\n")[0] + "\n\n" + text.split("\n\n", 1)[1], {"witness_fork"}),
    ("proof not base64", lambda text: text.replace("\n", "\n***\n", 1), {"witness_request_malformed"}),
    (
        "64 proof lines",
        lambda text: text.replace("\n", "\n" + (b64encode(bytes(32)).decode() + "\n") * 64, 1),
        {"witness_request_malformed"},
    ),
    ("no signature", lambda text: text.rsplit("— ", 1)[0], {"witness_request_malformed"}),
    ("size changed", raise_size, {"witness_signature"}),
    ("another origin", lambda text: text.replace("vault.saisine", "vault.autre"), {"witness_log_unknown"}),
    ("1 MB", lambda text: text + "x" * 1_000_000, {"witness_file_too_large"}),
    ("binary", lambda text: "\0\1\2", {"witness_request_malformed"}),
]


@pytest.mark.parametrize(("change", "codes"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_a_tampered_request_is_never_signed(
    pair: Pair, change: Callable[[str], str], codes: set[str]
) -> None:
    pair.grow()
    pair.round()
    pair.grow()
    text = witness.request(pair.a).decode()
    before = (pair.b.folder / "trust/logs/lucioles.note").read_bytes()
    assert refused(lambda: witness.cosign(pair.b, change(text).encode(), pair.clock())).code in codes
    assert (pair.b.folder / "trust/logs/lucioles.note").read_bytes() == before
    assert witness.cosign(pair.b, text.encode(), pair.clock()).size == pair.a.journal.size


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused_in_words(pair: Pair, body: bytes) -> None:
    refused(lambda: witness.cosign(pair.b, body, pair.clock()))
    refused(lambda: keep(pair.a, body))
    refused(lambda: pinned.add(pair.a, "autre.vkey", body))


def test_a_head_signed_by_another_key_is_refused(pair: Pair) -> None:
    pair.grow()
    forged = Head.sign(Checkpoint(pair.a.origin, 9, bytes(32)), Ed25519PrivateKey.generate())
    body = Request(0, (), forged).to_text().encode()
    assert refused(lambda: witness.cosign(pair.b, body, pair.clock())).code == "witness_signature"


# ---------------------------------------------------------------- what mail programs do

DAMAGE: dict[str, Callable[[str], bytes]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "BOM": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "no final newline": lambda text: text.removesuffix("\n").encode(),
    "empty lines around": lambda text: f"\n\n{text}\n\n".encode(),
    "spaces at line ends": lambda text: text.replace("\n", "  \n").encode(),
    "two hyphens": lambda text: text.replace("— ", "-- ").encode(),
    "Windows alphabet": lambda text: text.encode("cp1252"),
    "quoted": lambda text: "".join(f"> {line}\n" for line in text.splitlines()).encode(),
    "folded": lambda text: text.replace("/witness ", "/witness\n").encode(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_a_mail_program_changed_is_mended_and_told(pair: Pair, damage: Callable[[str], bytes]) -> None:
    pair.grow()
    asked = witness.request(pair.a).decode()
    note = witness.cosign(pair.b, damage(asked), pair.clock()).note
    assert keep(pair.a, damage(note)).is_mended
    assert keep(pair.a, damage(Head.from_text(note).note.signatures[1].to_line())).state == "known"
    keys = (witness_vkey(pair.b),)
    (check,) = [
        one
        for one in outside(pair.a.folder, damage(note).decode("utf-8", "replace"), keys)
        if "dehors" in one.detail_fr
    ]
    assert check.state == "verified"
    assert "la messagerie avait modifié ce fichier" in check.detail_fr
    assert "the mail program had changed this file" in check.detail_en
    (whole,) = [one for one in outside(pair.a.folder, asked, keys) if "dehors" in one.detail_fr]
    assert (whole.state, "messagerie" in whole.detail_fr) == ("verified", False)


# ---------------------------------------------------------------- verify


def test_a_note_signed_by_the_witness_alone_serves(pair: Pair) -> None:
    pair.grow()
    head = Head.from_text(pair.cosign().note)
    alone = Note(head.note.text, head.note.signatures[1:]).to_text()
    assert not failures(outside(pair.a.folder, alone, (witness_vkey(pair.b),)))
    assert "aucune signature d’une clé connue" in failures(outside(pair.a.folder, alone))["V25"]


def test_a_note_of_another_log_says_so(pair: Pair) -> None:
    told = failures(outside(pair.a.folder, pair.b.last_head().to_text()))
    assert told["V25"].startswith(
        f"cette tête est celle d’un autre journal : {pair.b.origin} ; ici {pair.a.origin}"
    )


def test_no_english_stands_in_a_french_finding(pair: Pair) -> None:
    pair.grow()
    note = pair.cosign().note
    for bad in (
        "",
        "x",
        note.replace("\n", "\n\n", 1),
        note[:-9] + "AAAA====\n",
        note.replace("\n", "\n0", 1),
    ):
        detail = failures(outside(pair.a.folder, bad, (witness_vkey(pair.b),)))["V25"]
        assert not {"the", "a", "is", "not", "an", "signature line"} & set(detail.split())


def test_a_cosignature_under_a_head_is_verified_a_bad_one_fails_an_unknown_one_is_listed(pair: Pair) -> None:
    pair.grow()
    kept = pair.round()
    keys = (witness_vkey(pair.b),)
    note = pair.a.last_head().to_text()
    told = [check.detail_fr for check in outside(pair.a.folder, note, keys) if check.state == "verified"]
    assert any(detail.startswith(f"1 contresignature de {pair.b.origin}/witness") for detail in told)
    unknown = f"1 contresignature d’un témoin inconnu : {pair.b.origin}/witness"
    assert unknown in [
        check.detail_fr for check in outside(pair.a.folder, None) if check.state == "not_checked"
    ]
    (check,) = [one for one in outside(pair.a.folder, note) if "gardée au dehors" in one.detail_fr]
    assert (check.state, unknown in check.detail_fr) == ("verified", True)
    path = pair.a.journal.heads / f"{kept.size}.note"
    head = pair.a.journal.head(kept.size)
    good = head.note.signatures[-1]
    for value in (good.value[:-1] + bytes([good.value[-1] ^ 1]), good.value[:7] + b"\0" + good.value[8:]):
        bad = Signature(good.name, good.id, value)
        path.write_text(Note(head.note.text, (*head.note.signatures[:-1], bad)).to_text())
        found = [one.detail_fr for one in outside(pair.a.folder, note, keys) if one.state == "failed"]
        assert any("ne tient pas" in detail for detail in found)
        assert any("a disparu ou changé" in detail for detail in found)
    path.write_text(Note(head.note.text, head.note.signatures[:-1]).to_text())
    assert "a disparu ou changé" in failures(outside(pair.a.folder, note, keys))["V25"]


def test_cosignatures_of_two_witnesses_gather_under_one_head(pair: Pair, tmp_path: Path) -> None:
    with Vault.create(tmp_path / "c", clock=pair.clock) as c:
        pinned.add(pair.a, "ruche.vkey", witness_vkey(c).to_text().encode())
        pinned.add(c, "lucioles.vkey", own_keys(pair.a)[0].to_text().encode())
        pair.grow()
        assert refused(lambda: witness.request(pair.a)).code == "witness_which"
        asked = witness.request(pair.a, "verger")
        one = witness.cosign(pair.b, asked, pair.clock())
        two = witness.cosign(c, asked, pair.clock())
        assert keep(pair.a, one.line.encode()).names == ("verger",)
        assert keep(pair.a, two.note.encode()).names == ("ruche",)
        assert keep(pair.a, f"{one.line}{two.line}".encode()).state == "known"
        head = pair.a.journal.head(one.size)
        assert [line.name for line in head.note.signatures] == [
            pair.a.origin,
            witness_vkey(pair.b).name,
            witness_vkey(c).name,
        ]
        keys, none = load_witnesses(pair.a.folder)
        assert not none
        assert not failures(outside(pair.a.folder, two.note, keys))
        assert (pair.a.journal.heads / f"{one.size}.txt").read_bytes() == head.text


def test_a_line_by_nobody_we_know_is_not_kept(pair: Pair, tmp_path: Path) -> None:
    pair.grow()
    before = pair.a.last_head().to_text()
    stranger = Signature.cosign(
        pair.a.last_head().note.text, "inconnu.invalid", Ed25519PrivateKey.generate(), pair.clock()
    )
    error = refused(lambda: keep(pair.a, stranger.to_line().encode()))
    assert (error.code, error.facts["names"]) == ("witness_no_line", "inconnu.invalid")
    note = pair.a.last_head().note.with_lines([stranger]).to_text()
    assert refused(lambda: keep(pair.a, note.encode())).code == "witness_no_line"
    elsewhere = Signature.cosign("autre texte\n", witness_vkey(pair.b).name, pair.b.witness_key, pair.clock())
    assert refused(lambda: keep(pair.a, elsewhere.to_line().encode())).code == "witness_bad_line"
    assert pair.a.last_head().to_text() == before


# ---------------------------------------------------------------- heads of others


def test_a_head_that_was_only_shown_is_kept_and_betrays_a_fork(pair: Pair, tmp_path: Path) -> None:
    pair.grow()
    held = pair.cosign().size
    twin_folder = copy_of(pair.a, tmp_path / "twin")
    pair.grow("ici")
    shown = pair.a.last_head().to_text()
    assert keep(pair.b, shown.encode()).state == "seen"
    assert keep(pair.b, witness.request(pair.a, old=held)).state == "extends"
    with open_as(twin_folder, pair.clock) as twin:
        twin.seal(SealItem("autre.txt", b"autre"))
        asked = witness.request(
            twin, old=held
        )  # a good proof, but another head of this size was shown before
        assert refused(lambda: witness.cosign(pair.b, asked, pair.clock())).code == "witness_fork"
        assert refused(lambda: keep(pair.b, twin.last_head().to_text().encode())).code == "witness_fork"
    assert_trusted(pair.b)
    stranger = Head.sign(Checkpoint("inconnu.invalid", 3, bytes(32)), Ed25519PrivateKey.generate())
    assert refused(lambda: keep(pair.b, stranger.to_text().encode())).code == "witness_log_unknown"


def test_the_newest_cosignature_can_be_quoted(pair: Pair) -> None:
    assert newest_cosigned(pair.b) is None
    pair.grow()
    assert newest_cosigned(pair.a) is None
    done = pair.cosign()
    keep(pair.a, done.line.encode())
    quoted = newest_cosigned(pair.a)
    head = Head.from_text(done.note)
    assert quoted == (Note(head.note.text, head.note.signatures[1:]).sha256.hex(), done.at)
    assert newest_cosigned(pair.a, now=done.at - timedelta(hours=1)) is None
    pair.clock.step(days=2)
    pair.grow()
    later = pair.round()
    found = newest_cosigned(pair.a)
    assert found is not None
    assert found[1] == later.at


def test_a_foreign_head_cosigned_by_our_witness_can_be_quoted(pair: Pair, tmp_path: Path) -> None:
    """B is our witness and cosigned the head of C, which we watch: that head too proves « not before »."""
    with Vault.create(tmp_path / "c", clock=pair.clock) as c:
        c.seal(SealItem("x", b"x"))
        pinned.add(pair.b, "ruche.vkey", own_keys(c)[0].to_text().encode())
        pinned.add(pair.a, "ruche.vkey", own_keys(c)[0].to_text().encode())
        done = witness.cosign(pair.b, witness.request(c), pair.clock())
        assert keep(pair.a, done.note.encode()).state == "seen"
    found = newest_cosigned(pair.a)
    assert found is not None
    assert found[1] == done.at


# ---------------------------------------------------------------- keys and files


def test_the_type_of_a_key_says_what_it_is_for(pair: Pair) -> None:
    seen = pinned.overview(pair.b)
    assert [(one.name, one.size) for one in seen.logs] == [("lucioles", 0)]
    assert seen.witnesses == ()
    assert VerifierKey.from_text(seen.witness_vkey).kind == COSIGNATURE
    again = pinned.add(pair.b, "lucioles.vkey", seen_key(pair.a))
    assert (again.role, again.was_known) == ("log", True)
    assert pinned.overview(pair.a).witnesses[0].name == "verger"
    pair.grow()
    held = pair.round().size
    (row,) = pinned.overview(pair.a).witnesses
    assert row.size == held
    (log,) = pinned.overview(pair.b).logs
    assert (log.size, log.at) == (held, row.at)


def seen_key(vault: Vault) -> bytes:
    return own_keys(vault)[0].to_text().encode()


def test_names_and_keys_that_cannot_serve_are_refused(pair: Pair) -> None:
    other = VerifierKey("ailleurs.invalid", 1, bytes(32)).to_text().encode()
    odd = VerifierKey("ailleurs.invalid", 2, bytes(32)).to_text().encode()
    for name in ("../x.vkey/..", ".vkey", "é.vkey", "a b.vkey", "a.b.vkey", "-a.vkey", f"{'a' * 65}.vkey"):
        assert refused(lambda name=name: pinned.add(pair.b, name, other)).code == "witness_name"
    assert refused(lambda: pinned.add(pair.b, "x.vkey", odd)).code == "witness_key_kind"
    assert refused(lambda: pinned.add(pair.b, "x.vkey", b"")).code == "witness_key_malformed"
    assert refused(lambda: pinned.add(pair.b, "x.vkey", seen_key(pair.b))).code == "witness_key_ours"
    assert refused(lambda: pinned.add(pair.b, "lucioles.vkey", other)).code == "witness_name_taken"
    assert (
        refused(lambda: pinned.add(pair.b, "lucioles.vkey", other, replace=True)).code == "witness_name_taken"
    )
    assert refused(lambda: pinned.add(pair.b, "autre.vkey", seen_key(pair.a))).code == "witness_known_as"
    assert refused(lambda: pinned.remove(pair.b, "personne")).code == "witness_unknown"
    assert_trusted(pair.b)


def test_a_removed_log_is_remembered(pair: Pair, tmp_path: Path) -> None:
    pair.grow()
    pair.round()
    yesterday = copy_of(pair.a, tmp_path / "yesterday")
    pair.grow()
    held = pair.round().size
    assert pinned.remove(pair.b, "lucioles") == ("log",)
    assert_trusted(pair.b)
    assert refused(pair.cosign).code == "witness_log_unknown"
    assert refused(lambda: pinned.add(pair.b, "autre.vkey", seen_key(pair.a))).code == "witness_known_as"
    pinned.add(pair.b, "lucioles.vkey", seen_key(pair.a))
    with open_as(yesterday, pair.clock) as back:
        error = refused(lambda: witness.cosign(pair.b, witness.request(back, old=0), pair.clock()))
    assert (error.code, error.facts["size"]) == ("witness_behind", held)


def test_a_changed_key_is_taken_only_when_it_is_said(pair: Pair) -> None:
    new = VerifierKey(pair.a.origin, 1, bytes(range(32))).to_text().encode()
    pair.grow()
    held = pair.cosign().size
    assert refused(lambda: pinned.add(pair.b, "lucioles.vkey", new)).code == "witness_name_taken"
    pinned.add(pair.b, "lucioles.vkey", new, replace=True)
    assert pinned.overview(pair.b).logs[0].size == held
    assert refused(pair.cosign).code == "witness_signature"
    assert_trusted(pair.b)


def test_every_changed_bit_under_trust_is_named(pair: Pair, tmp_path: Path) -> None:
    pair.grow()
    held = pair.cosign().size
    twin_folder = copy_of(pair.a, tmp_path / "twin")
    pair.grow()
    pair.cosign(old=held)
    keep(pair.b, pair.a.last_head().to_text().encode())
    with open_as(twin_folder, pair.clock) as twin:
        twin.seal(SealItem("autre.txt", b"autre"))
        refused(lambda: witness.cosign(pair.b, witness.request(twin, old=held), pair.clock()))
    pinned.add(pair.b, "temoin.vkey", VerifierKey("t.invalid", COSIGNATURE, bytes(32)).to_text().encode())
    paths = [path for place in ("witnesses", "logs") for path in (pair.b.folder / "trust" / place).rglob("*")]
    files = [path for path in paths if path.is_file()]
    assert len(files) == 5
    for path in files:
        body = path.read_bytes()
        name = path.relative_to(pair.b.folder).as_posix()
        for place in {0, len(body) // 2, len(body) - 1}:
            path.write_bytes(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
            assert name in " ".join(details(pair.b))
            error = refused(lambda: witness.cosign(pair.b, witness.request(pair.a), pair.clock()))
            assert error.code == "witness_trust_changed"
        path.unlink()
        assert any("a disparu ou changé" in detail for detail in details(pair.b))
        path.write_bytes(body)
    one, two = (
        pair.b.folder / "trust/logs/lucioles.note",
        next((pair.b.folder / "trust/logs/lucioles.forks").iterdir()),
    )
    both = one.read_bytes(), two.read_bytes()
    if both[0] != both[1]:
        one.write_bytes(both[1])
        two.write_bytes(both[0])
        assert details(pair.b)  # each is noted, but not in this place
        one.write_bytes(both[0])
        two.write_bytes(both[1])
    (pair.b.folder / "trust/witnesses/glisse.vkey").write_text("ajoutée à la main")
    assert any("trust/witnesses/glisse.vkey" in detail for detail in details(pair.b))


def details(vault: Vault) -> list[str]:
    found = list(check_trust(vault.folder, vault.journal.entries))
    return [check.detail_fr for check in found if check.state == "failed"]


def test_names_of_associations_stay_out_of_the_log(pair: Pair) -> None:
    pair.grow()
    pair.round()
    for vault in (pair.a, pair.b):
        text = (vault.folder / "log" / "entries.jsonl").read_text()
        assert '"act":"witness"' in text
        assert "lucioles" not in text
        assert "verger" not in text


# ---------------------------------------------------------------- over HTTPS


class Loopback:
    """A C2SP witness on loopback, made of B's own `cosign`; `before` may answer in its place."""

    def __init__(self, vault: Vault, clock: Ticking) -> None:
        self.vault = vault
        self.clock = clock
        self.calls: list[bytes] = []
        self.before: Callable[[], tuple[int, bytes]] | None = None

    def answer(self, body: bytes) -> tuple[int, bytes]:
        self.calls.append(body)
        if self.before is not None:
            return self.before()
        try:
            return 200, witness.cosign(self.vault, body, self.clock()).line.encode()
        except SaisineError as error:
            if error.code in ("witness_other_size", "witness_behind"):
                return 409, b"%d\n" % error.facts["size"]
            known = {"witness_log_unknown": 404, "witness_signature": 403, "witness_fork": 422}
            return known.get(error.code, 400), b""


@contextmanager
def serving(loopback: Loopback) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, text = loopback.answer(body) if self.path == "/add-checkpoint" else (500, b"")
            self.send_response(status)
            if status in (301, 307):
                self.send_header("Location", "/ailleurs")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_witness_answers_over_http_and_a_size_is_asked_again_once(pair: Pair) -> None:
    loopback = Loopback(pair.b, pair.clock)
    with serving(loopback) as url:
        pair.grow()
        assert ask_over_http(pair.a, url).names == ("verger",)
        pair.grow()
        pair.cosign()  # an answer that was lost: the witness is further than A knows
        pair.grow()
        calls = len(loopback.calls)
        assert ask_over_http(pair.a, url).size == pair.a.journal.size - 1  # the line that notes it follows
        assert len(loopback.calls) == calls + 2


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, b"", "witness_refused"),
        (403, b"", "witness_refused"),
        (404, b"", "witness_refused"),
        (422, b"", "witness_refused"),
        (409, b"plein", "witness_refused"),
        (409, b"1\n", "witness_refused"),
        (409, b"9999\n", "witness_rolled_back"),
        (307, b"", "witness_refused"),
        (500, b"<html>proxy</html>", "witness_refused"),
        (200, b"<html>proxy</html>", "witness_note_malformed"),
        (200, b"", "witness_note_malformed"),
        (200, "— autre.invalid AAAAAAAAAAA=\n".encode(), "witness_no_line"),
        (200, b"x" * 70_000, "witness_file_too_large"),
    ],
)
def test_any_other_answer_is_told_and_changes_nothing(
    pair: Pair, status: int, body: bytes, code: str
) -> None:
    pair.grow()
    loopback = Loopback(pair.b, pair.clock)
    loopback.before = lambda: (status, body)
    lines = pair.a.journal.size
    with serving(loopback) as url:
        assert refused(lambda: ask_over_http(pair.a, url)).code == code
    assert len(loopback.calls) <= 2
    assert pair.a.journal.size == lines


def test_no_answer_at_all_is_told(pair: Pair) -> None:
    pair.grow()
    with serving(Loopback(pair.b, pair.clock)) as url:
        pass
    assert refused(lambda: ask_over_http(pair.a, url)).code == "witness_unreachable"
    assert refused(lambda: ask_over_http(pair.a, "file:///etc/passwd")).code == "witness_address"
    assert refused(lambda: ask_over_http(pair.a, "http://[x")).code == "witness_unreachable"


def test_only_the_size_the_root_and_the_proof_leave(pair: Pair) -> None:
    pair.grow("secret")
    pair.round()
    pair.grow("secret deux")
    sent: list[tuple[str, bytes]] = []

    def post(url: str, body: bytes, /) -> Answer:
        sent.append((url, body))
        return Answer(404, b"")

    refused(lambda: ask_over_http(pair.a, "https://temoin.invalid/base", post=post))
    ((url, body),) = sent
    assert url == "https://temoin.invalid/base/add-checkpoint"
    found = Outside.from_text(body.decode())
    assert found.request is not None
    assert body == Request(found.request.old, found.request.proof, found.head).to_text().encode()
    assert len(found.head.note.signatures) == 1
    assert callable(post_over_http)


def test_a_vault_that_only_reads_cosigns_nothing(pair: Pair) -> None:
    if os.geteuid() == 0:
        pair.b.journal.is_damaged = False  # root may write anywhere: damage stands for a read-only disk
    pair.grow()
    asked = witness.request(pair.a)
    log = pair.b.folder / "log" / "entries.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"code":"added"', b'"code":"addex"', 1))
    with open_as(pair.b.folder, pair.clock) as b:
        assert refused(lambda: witness.cosign(b, asked, pair.clock())).code == "vault_damaged"
