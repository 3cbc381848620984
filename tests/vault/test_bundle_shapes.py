"""Bundles of every shape: five readers agree that they are intact, and each change is named by both verifiers."""

import ast
import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.bags import check_bag
from saisine.vault.bundle import build_bundle
from saisine.vault.disclosures import disclose, disclosure_members
from saisine.vault.keeping import keep
from saisine.vault.log import canonical
from saisine.vault.notes import Head, VerifierKey
from saisine.vault.pinned import add
from saisine.vault.redact import redact
from saisine.vault.redaction import Words
from saisine.vault.report import Report
from saisine.vault.rotation import rotate
from saisine.vault.rows import RowBlock, RowGroup, keep_rows
from saisine.vault.snapshot import Policy
from saisine.vault.verify import verify_bundle
from saisine.vault.watched import own_keys, witness_vkey
from saisine.vault.witness import cosign, request
from tests.vault.authority import LocalAuthority
from tests.vault.conftest import Ticking

MESSAGES = [f'{{"id":{n},"text":"message inventé {n}"}}'.encode() for n in range(7)]
SHAPES = ("plain", "redacted", "message", "successor", "cosigned", "stamped", "whole")
Change = Callable[[str, bytes], bytes | None]


def now() -> datetime:
    return datetime.now(UTC)


def message_members(vault: Vault, index: int) -> dict[str, bytes]:
    """One message of a small export, its rows sealed as an import seals them."""
    unit = vault.new_unit()
    export = vault.seal(SealItem("export.jsonl", b"\n".join(MESSAGES)), unit=unit)
    block = RowBlock(
        [hashlib.sha256(one).hexdigest() for one in MESSAGES], [0] * 7, [str(n) for n in range(7)]
    )
    entry = keep_rows(vault, [RowGroup((export.item,), 7, lambda: iter([block]))], unit=unit)[0]
    return disclosure_members(disclose(vault, entry.seq, index, MESSAGES[index]))


def have_cosigned(vault: Vault, folder: Path, clock: Ticking) -> Vault:
    """Another association cosigns the newest head; the two keys were exchanged in person."""
    other = Vault.create(folder, clock=clock)
    add(other, "notre-association.vkey", own_keys(vault)[0].to_text().encode())
    add(vault, "association-temoin.vkey", witness_vkey(other).to_text().encode())
    answer = cosign(other, request(vault), clock())
    keep(vault, answer.note.encode())
    return other


def make(shape: str, folder: Path) -> Path:
    """The bundle of one shape, in a vault of its own."""
    clock: Callable[[], datetime] = now if shape in ("stamped", "whole") else Ticking()
    with Vault.create(folder / "vault", clock=clock) as vault:
        first = vault.seal(SealItem("témoignage.txt", b"Camille a vu la page.", media_type="text/plain"))
        items, messages = [first.item], []
        if shape in ("stamped", "whole"):
            authority = LocalAuthority(folder / "tsa")
            vault.add_authority("locale", "http://127.0.0.1:1/", authority.root_pem)
            vault._stamper = authority
            vault.stamp()
        if shape in ("redacted", "whole"):
            copy = redact(vault, first.item, (Words(1, "Camille", "tiers"),))
            items = [copy.item]
        if shape in ("message", "whole"):
            messages.append(message_members(vault, 3))
        if shape in ("successor", "whole"):
            rotate(vault, None)
            items.append(vault.seal(SealItem("après.txt", b"suite")).item)
        if shape in ("cosigned", "whole"):
            have_cosigned(vault, folder / "other", clock).close()  # type: ignore[arg-type]
        target = folder / f"{shape}.zip"
        build_bundle(vault, items, target, extras={"note.txt": b"ajout"}, now=now(), messages=messages)
    return target


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {shape: make(shape, tmp_path_factory.mktemp(shape)) for shape in SHAPES}


def unpack(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / path.stem


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {info.filename.partition("/")[2]: archive.read(info) for info in archive.infolist()}


def write(members: dict[str, bytes], target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, body in members.items():
            archive.writestr(f"{target.stem}/{name}", body)
    return target


def remade(members: dict[str, bytes], target: Path) -> Path:
    """The members with fresh manifests: what a forger hands over."""
    for name in ("bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"):
        members.pop(name, None)
    payload = {name: body for name, body in sorted(members.items()) if name.startswith("data/")}
    octets = sum(map(len, payload.values()))
    members["bag-info.txt"] = f"Payload-Oxum: {octets}.{len(payload)}\n".encode()
    members["manifest-sha256.txt"] = _lines(payload)
    tags = {name: members[name] for name in ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")}
    members["tagmanifest-sha256.txt"] = _lines(tags)
    return write(members, target)


def _lines(bodies: dict[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in bodies.items()).encode()


def run_script(bag: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """The script of the bundle, isolated: nothing of ours can be imported."""
    environment = {**os.environ, "PATH": path} if path is not None else None
    return subprocess.run(
        [sys.executable, "-I", str(bag / "data" / "verify.py"), *arguments],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


def checked(path: Path, policy: Policy | None = None) -> Report:
    return verify_bundle(path, now=now(), policy=policy)


# ---------------------------------------------------------------- intact


@pytest.mark.parametrize("shape", SHAPES)
def test_an_intact_bundle_is_verified_by_five_readers(
    bundles: dict[str, Path], tmp_path: Path, shape: str
) -> None:
    bag = unpack(bundles[shape], tmp_path)
    report = checked(bundles[shape])
    assert report.verdict == "verified", [check.detail_en for check in report.failures()]
    assert bagit.Bag(str(bag)).validate()
    assert not [check for check in check_bag(bundles[shape]) if check.state != "verified"]
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        command = ["sha256sum", "--quiet", "--strict", "-c", manifest]
        assert subprocess.run(command, cwd=bag, capture_output=True, check=False).returncode == 0
    done = run_script(bag)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", ["## Français", "## English"])
def test_each_command_of_the_guide_runs_and_leaves_the_bag_as_it_was(
    bundles: dict[str, Path], tmp_path: Path, shape: str, language: str
) -> None:
    bag = unpack(bundles[shape], tmp_path)
    guide = (bag / "data" / "VERIFIER.md").read_text("utf-8").split(language)[1].split("\n## ")[0]
    blocks = [block.split("```")[0] for block in guide.split("```\n")[1::2]]
    assert len(blocks) == 3 + (shape in ("stamped", "whole")) + (shape in ("cosigned", "whole"))
    said = ""
    for block in blocks:
        folder = bag if "manifest-sha256.txt" in block else bag / "data"
        done = subprocess.run(["sh", "-ec", block], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, block + done.stdout + done.stderr
        said += done.stdout + done.stderr
    assert "INTACT" in said
    signed = {"successor": 2, "cosigned": 2, "whole": 3}.get(shape, 1)
    assert said.count("Signature Verified Successfully") >= signed
    assert bagit.Bag(str(bag)).validate()


@pytest.mark.parametrize("shape", SHAPES)
def test_without_openssl_the_script_says_what_it_did_not_check(
    bundles: dict[str, Path], tmp_path: Path, shape: str
) -> None:
    done = run_script(unpack(bundles[shape], tmp_path), path=str(tmp_path))
    assert (done.returncode, done.stderr) == (2, "")
    assert "non vérifié" in done.stdout
    assert "openssl est absent" in done.stdout


def test_the_original_of_a_copy_stays_at_home_and_its_date_is_told(
    bundles: dict[str, Path], tmp_path: Path
) -> None:
    for shape, date in (("redacted", "pas encore daté par un tiers"), ("whole", "existait avant le")):
        members = members_of(bundles[shape])
        assert not any(b"Camille" in body for body in members.values())
        assert {"data/items/0001/parent-0.entry.json", "data/items/0001/parent-0.tlog-proof"} <= set(members)
        readme = members["data/LISEZ-MOI.txt"].decode()
        assert f"cet original {date}" in readme
        assert "Leur original n’est pas joint" in readme
        assert any(
            "son original (ligne 0 du journal) n’est pas joint" in check.detail_fr and date in check.detail_fr
            for check in checked(bundles[shape]).checks
        )
        done = run_script(unpack(bundles[shape], tmp_path), "--en")
        assert "original that is not in the bundle" in done.stdout


def test_an_original_among_the_pieces_needs_no_line_of_its_own(vault: Vault, tmp_path: Path) -> None:
    first = vault.seal(SealItem("a.txt", b"Camille", media_type="text/plain"))
    copy = redact(vault, first.item, (Words(1, "Camille", "tiers"),))
    build_bundle(vault, [copy.item, first.item], tmp_path / "x.zip", extras={}, now=now())
    members = members_of(tmp_path / "x.zip")
    assert not any("parent-" in name for name in members)
    assert "faite à partir de la pièce 0002" in members["data/LISEZ-MOI.txt"].decode()
    assert checked(tmp_path / "x.zip").verdict == "verified"
    assert run_script(unpack(tmp_path / "x.zip", tmp_path)).returncode == 0


def test_an_erased_original_still_has_its_line(vault: Vault, tmp_path: Path) -> None:
    first = vault.seal(SealItem("a.txt", b"Camille", media_type="text/plain"))
    copy = redact(vault, first.item, (Words(1, "Camille", "tiers"),))
    vault.erase(first.unit, "art17_request")
    build_bundle(vault, [copy.item], tmp_path / "x.zip", extras={}, now=now())
    assert checked(tmp_path / "x.zip").verdict == "verified"


def test_an_original_of_another_vault_refuses_the_export(vault: Vault, tmp_path: Path) -> None:
    stray = vault.seal(SealItem("b.txt", b"x", parents=("ab" * 32,)))
    with pytest.raises(SaisineError) as caught:
        build_bundle(vault, [stray.item], tmp_path / "x.zip", extras={}, now=now())
    assert caught.value.code == "item_unknown"
    assert not list(tmp_path.glob("*.zip"))


def test_a_message_that_does_not_hold_refuses_the_export(vault: Vault, tmp_path: Path) -> None:
    good = message_members(vault, 2)
    disclosure = json.loads(good["disclosure.json"])
    bad = [
        {**good, "record.bin": b"autre"},
        {**good, "disclosure.json": canonical({**disclosure, "index": 3})},
        {**good, "disclosure.json": b"[" * 100_000},
        {**good, "entry.json": good["entry.json"].replace(b'"v":1', b'"v":2')},
        {name: body for name, body in good.items() if name != "entry.json"},
    ]
    for members in bad:
        with pytest.raises(SaisineError) as caught:
            build_bundle(vault, [], tmp_path / "x.zip", extras={}, now=now(), messages=[members])
        assert caught.value.code == "bundle_message"
    assert not list(tmp_path.glob("*.zip"))


def test_messages_alone_make_a_bundle_that_shows_nothing_else(bundles: dict[str, Path]) -> None:
    members = members_of(bundles["message"])
    assert members["data/messages/0001/record.bin"] == MESSAGES[3]
    others = [one for n, one in enumerate(MESSAGES) if n != 3]
    assert not any(one in body for one in others for body in members.values())
    assert "1 pièce et 1 message" in members["data/LISEZ-MOI.txt"].decode()


# ---------------------------------------------------------------- keys and witnesses


def test_the_oldest_key_pinned_accepts_its_declared_successor(bundles: dict[str, Path]) -> None:
    members = members_of(bundles["successor"])
    oldest = VerifierKey.from_text(members["data/trust/keys/0.vkey"].decode())
    newest = VerifierKey.from_text(members["data/trust/vault.vkey"].decode())
    assert oldest.key != newest.key
    assert checked(bundles["successor"], Policy((oldest,))).verdict == "verified"
    stranger = VerifierKey(oldest.name, 1, bytes(31) + b"\x01")
    assert checked(bundles["successor"], Policy((stranger,))).verdict == "failed"


def test_an_unknown_witness_is_told_and_takes_nothing_from_the_rest(
    bundles: dict[str, Path], tmp_path: Path
) -> None:
    members = members_of(bundles["cosigned"])
    known = [check for check in checked(bundles["cosigned"]).checks if check.id == "V25"]
    assert [check.state for check in known] == ["verified", "not_checked"]
    assert "contresignée par" in known[0].detail_fr
    without = {name: body for name, body in members.items() if "/witnesses/" not in name}
    report = checked(remade(without, tmp_path / "without.zip"))
    assert report.verdict == "verified"
    assert "témoin inconnu ici" in next(c.detail_fr for c in report.checks if c.id == "V25")
    done = run_script(unpack(tmp_path / "without.zip", tmp_path))
    assert done.returncode == 0
    assert "non vérifié  log/" in done.stdout


def test_a_witness_who_cosigned_nothing_here_is_not_named(
    vault: Vault, tmp_path: Path, clock: Ticking
) -> None:
    other = Vault.create(tmp_path / "other", clock=clock)
    add(vault, "jamais-vue.vkey", witness_vkey(other).to_text().encode())
    other.close()
    item = vault.seal(SealItem("a.txt", b"a")).item
    build_bundle(vault, [item], tmp_path / "x.zip", extras={}, now=now())
    assert not any("witnesses" in name for name in members_of(tmp_path / "x.zip"))


def test_a_cosigned_head_is_chosen_before_a_newer_one_without(
    vault: Vault, tmp_path: Path, clock: Ticking
) -> None:
    first = vault.seal(SealItem("a.txt", b"a"))
    have_cosigned(vault, tmp_path / "other", clock).close()
    vault.seal(SealItem("b.txt", b"b"))
    build_bundle(vault, [first.item], tmp_path / "x.zip", extras={}, now=now())
    proof = members_of(tmp_path / "x.zip")["data/items/0001/0001.tlog-proof"].decode()
    assert proof.count("\n— ") == 2


# ---------------------------------------------------------------- tampering


def _swap(name: str, old: bytes, new: bytes) -> Change:
    def change(member: str, body: bytes) -> bytes:
        assert member != name or old in body, body
        return body.replace(old, new) if member == name else body

    return change


def _drop(name: str) -> Change:
    return lambda member, body: None if member == name else body


def _flip_last_base64(name: str, line: int) -> Change:
    """Another 32-byte node, still canonical base64, in one line of a file."""

    def change(member: str, body: bytes) -> bytes:
        if member != name:
            return body
        lines = body.split(b"\n")
        node = bytearray(base64.b64decode(lines[line]))
        node[0] ^= 1
        lines[line] = base64.b64encode(bytes(node))
        return b"\n".join(lines)

    return change


ITEM, MESSAGE, KEYS = "data/items/0001", "data/messages/0001", "data/trust/keys"
# shape, the member that is named, the change, the check that fails; manifests are made again each time
TAMPERINGS: list[tuple[str, str, Change, str]] = [
    ("redacted", f"{ITEM}/parent-0.entry.json", _drop(f"{ITEM}/parent-0.entry.json"), "V23"),
    ("redacted", f"{ITEM}/parent-0.tlog-proof", _drop(f"{ITEM}/parent-0.tlog-proof"), "V09"),
    ("redacted", f"{ITEM}/parent-0", _swap(f"{ITEM}/parent-0.entry.json", b'"seq":0', b'"seq":1'), "V09"),
    ("redacted", f"{ITEM}/parent-0", _swap(f"{ITEM}/parent-0.tlog-proof", b"index 0", b"index 1"), "V09"),
    ("redacted", f"{ITEM}/parent-0", _swap(f"{ITEM}/parent-0.entry.json", b'"v":1', b'"v":2'), "V02"),
    ("redacted", f"{ITEM}/record.json", _swap(f"{ITEM}/record.json", b'"parents"', b'"parentz"'), "V23"),
    ("message", f"{MESSAGE}/record.bin", _swap(f"{MESSAGE}/record.bin", b"message", b"messagf"), "V23"),
    ("message", f"{MESSAGE}/disclosure.json", _swap(f"{MESSAGE}/disclosure.json", b'"index":3', b'"index":2'), "V23"),
    ("message", f"{MESSAGE}/disclosure.json", _swap(f"{MESSAGE}/disclosure.json", b'"count":7', b'"count":8'), "V23"),
    ("message", f"{MESSAGE}/entry.json", _swap(f"{MESSAGE}/entry.json", b'"count":7', b'"count":8'), "V23"),
    ("message", f"{MESSAGE}/entry.json", _drop(f"{MESSAGE}/entry.json"), "V02"),
    ("message", f"{MESSAGE}/0001.tlog-proof", _flip_last_base64(f"{MESSAGE}/0001.tlog-proof", 2), "V09"),
    ("successor", f"{KEYS}/0.entry.json", _drop(f"{KEYS}/0.entry.json"), "V08"),
    ("successor", f"{KEYS}/0.tlog-proof", _drop(f"{KEYS}/0.tlog-proof"), "V08"),
    ("successor", f"{KEYS}/0.entry.json", _swap(f"{KEYS}/0.entry.json", b'"successor"', b'"autre"'), "V08"),
    ("successor", f"{KEYS}/0.tlog-proof", _swap(f"{KEYS}/0.tlog-proof", b"index ", b"index 1"), "V08"),
    ("successor", f"{KEYS}/0.pem", _swap(f"{KEYS}/0.pem", b"MCow", b"MCox"), "V08"),
    ("successor", f"{KEYS}/0.vkey", _swap(f"{KEYS}/0.vkey", b"invalid", b"invalie"), "V08"),
    ("cosigned", "data/trust/witnesses/association-temoin.vkey",
     _swap("data/trust/witnesses/association-temoin.vkey", b"invalid", b"invalie"), "V25"),
    ("cosigned", "data/trust/witnesses/association-temoin.pem",
     _swap("data/trust/witnesses/association-temoin.pem", b"MCow", b"MCox"), "V25"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "named", "change", "number"), TAMPERINGS, ids=[f"{t[0]}-{t[1]}-{t[3]}" for t in TAMPERINGS]
)
def test_a_forger_who_makes_the_manifests_again_is_named(
    bundles: dict[str, Path], tmp_path: Path, shape: str, named: str, change: Change, number: str
) -> None:
    changed = {name: change(name, body) for name, body in members_of(bundles[shape]).items()}
    forged = remade({name: body for name, body in changed.items() if body is not None}, tmp_path / "f.zip")
    failures = checked(forged).failures()
    assert not {"B01", "B02"} & {check.id for check in failures}
    found = [check for check in failures if check.id == number]
    assert any(named in check.detail_fr and named in check.detail_en for check in found), failures
    done = run_script(unpack(forged, tmp_path))
    assert (done.returncode, done.stderr) == (1, "")
    wrong = [line for line in done.stdout.splitlines() if line.startswith("ÉCHEC")]
    assert any(named.removeprefix("data/") in line for line in wrong), done.stdout


def test_a_cosignature_that_does_not_hold_is_named(bundles: dict[str, Path], tmp_path: Path) -> None:
    """The witness's line with another time, everywhere it stands: signature of the vault intact."""
    members = members_of(bundles["cosigned"])
    note = next(
        name for name in members if name.endswith(".note") and members[name].count("— ".encode()) == 2
    )
    line = Head.from_text(members[note].decode()).note.signatures[1]
    other = bytes([line.value[0] + 1]) + line.value[1:]
    old, new = (base64.b64encode(line.id + value) for value in (line.value, other))
    forged = remade({name: body.replace(old, new) for name, body in members.items()}, tmp_path / "f.zip")
    found = [check for check in checked(forged).failures() if check.id == "V25"]
    assert any(note in check.detail_fr for check in found)
    done = run_script(unpack(forged, tmp_path))
    assert done.returncode == 1
    assert f"ÉCHEC        {note.removeprefix('data/')}" in done.stdout


def test_a_successor_that_the_old_key_did_not_sign_is_refused(
    bundles: dict[str, Path], tmp_path: Path
) -> None:
    """The old key's line taken off the head: a thief of the new key alone could have made the rest."""
    members = members_of(bundles["successor"])
    name = f"{KEYS}/0.tlog-proof"
    old = VerifierKey.from_text(members[f"{KEYS}/0.vkey"].decode())
    lines = members[name].decode().split("\n")
    kept = [line for line in lines if not (line.startswith("— ") and _id_of(line) == old.id)]
    assert len(kept) == len(lines) - 1
    forged = remade({**members, name: "\n".join(kept).encode()}, tmp_path / "f.zip")
    assert any(name in check.detail_fr for check in checked(forged).failures() if check.id == "V08")
    assert run_script(unpack(forged, tmp_path)).returncode == 1


def _id_of(line: str) -> bytes:
    return base64.b64decode(line.split(" ")[2])[:4]


def test_a_file_added_beside_the_proofs_is_named(bundles: dict[str, Path], tmp_path: Path) -> None:
    for shape, name in (
        ("plain", f"{ITEM}/parent-0.entry.json"),
        ("redacted", f"{ITEM}/parent-1.entry.json"),
        ("message", f"{MESSAGE}/autre.bin"),
        ("plain", f"{KEYS}/note.txt"),
        ("plain", "data/log/9.txt"),
    ):
        forged = remade({**members_of(bundles[shape]), name: b"{}"}, tmp_path / "f.zip")
        shown = name.rsplit("/", 1)[1]
        assert any(shown in check.detail_fr for check in checked(forged).failures()), name


@pytest.mark.parametrize("shape", SHAPES)
@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_changed_bit_in_any_member_is_reported_and_named(
    bundles: dict[str, Path], tmp_path: Path, shape: str, data: st.DataObject
) -> None:
    members = members_of(bundles[shape])
    name = data.draw(st.sampled_from(sorted(members)))
    body = bytearray(members[name])
    position = data.draw(st.integers(0, len(body) * 8 - 1))
    body[position // 8] ^= 1 << position % 8
    report = checked(write({**members, name: bytes(body)}, tmp_path / "changed.zip"))
    assert report.verdict == "failed"
    assert any(name in check.detail_fr for check in report.failures()), name


@pytest.mark.parametrize("shape", SHAPES)
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_however_hostile_breaks_either_verifier(
    bundles: dict[str, Path], tmp_path: Path, shape: str, data: st.DataObject
) -> None:
    members = members_of(bundles[shape])
    small = [
        name for name in sorted(members) if name.startswith("data/") and not name.endswith((".md", ".py"))
    ]
    name = data.draw(st.sampled_from(small))
    hostile = data.draw(
        st.one_of(
            st.binary(max_size=200),
            st.just(members[name][: len(members[name]) // 2]),
            st.sampled_from(
                [b"[" * 200_000, b"null", b"[]", b'{"parents":7,"size":-1}', b"\n" * 50, b"9" * 5000, b"\x00"]
            ),
        )
    )
    forged = remade({**members, name: hostile}, tmp_path / "f.zip")
    report = checked(forged)
    assert {check.state for check in report.checks} <= {"verified", "failed", "not_checked"}
    done = run_script(unpack(forged, tmp_path), path=str(tmp_path))
    assert done.stderr == ""
    assert done.returncode in (0, 1, 2)


def test_hostile_file_names_cannot_write_on_the_terminal(bundles: dict[str, Path], tmp_path: Path) -> None:
    bag = unpack(bundles["plain"], tmp_path)
    names = [
        "\x1b[2Jvérifié",
        "a\nvérifié      tout",
        "-rf",
        "é" * 40,
        "a b",
        "%0A",
        "\u202egnp.exe",
        "x\udcff",
    ]
    for name in names:
        (bag / "data" / name).write_bytes(b"x")
    done = run_script(bag)
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.count("qu’aucun manifeste ne nomme") == len(names)
    assert not {"\x1b", "\u202e"} & set(done.stdout)
    assert "\nvérifié      tout" not in done.stdout
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, str(bag / "data" / "verify.py")]
    again = subprocess.run(command, capture_output=True, text=True, check=False, env=plain)
    assert (again.returncode, again.stderr) == (1, "")


def test_a_link_in_the_zip_is_refused(bundles: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "linked.zip"
    target.write_bytes(bundles["plain"].read_bytes())
    info = zipfile.ZipInfo("plain/data/ici")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(SaisineError) as caught:
        checked(target)
    assert caught.value.code == "bundle_unreadable"


def test_no_finding_mixes_languages(bundles: dict[str, Path], tmp_path: Path) -> None:
    """French details hold no English sentence of the parsers."""
    english = ("malformed", "missing", "does not", "is not", "the ", "signature by", "unreadable")
    for forged in _many_faults(bundles, tmp_path):
        for check in checked(forged).failures():
            assert not any(word in check.detail_fr for word in english), check.detail_fr
            assert check.detail_fr != check.detail_en


def _many_faults(bundles: dict[str, Path], tmp_path: Path) -> Iterator[Path]:
    for number, (shape, name, _, _) in enumerate(TAMPERINGS):
        members = members_of(bundles[shape])
        for body in (b"", b"{}", b"\xff\xfe"):
            if name in members:
                yield remade({**members, name: body}, tmp_path / f"f{number}.zip")


def test_the_script_is_short_and_needs_nothing(bundles: dict[str, Path]) -> None:
    script = members_of(bundles["plain"])["data/verify.py"].decode()
    ast.parse(script, feature_version=(3, 8))
    imported = {
        line.split()[1].partition(".")[0]
        for line in script.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= sys.stdlib_module_names
    assert not {"socket", "urllib", "http", "importlib"} & imported
    code = [line for line in script.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= 400


def test_the_guide_says_the_same_in_both_languages() -> None:
    from importlib.resources import files

    guide = (files("saisine.vault") / "assets" / "VERIFIER.md").read_text("utf-8")
    french, english = guide.split("## Français")[1].split("## English")
    for sign in ("```", "\n| ", "\n### ", "\n**", "\n- ", "$"):
        assert french.count(sign) == english.count(sign), sign


def test_the_same_state_gives_the_same_bytes(vault: Vault, filled: list[Sealed], tmp_path: Path) -> None:
    members = message_members(vault, 1)
    copy = redact(vault, vault.seal(SealItem("x.txt", b"Camille", media_type="text/plain")).item,
                  (Words(1, "Camille", "tiers"),))  # fmt: skip
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        items = [copy.item, *(one.item for one in filled)]
        build_bundle(vault, items, tmp_path / folder / "d.zip", extras={}, now=at, messages=[members])
    assert (tmp_path / "one" / "d.zip").read_bytes() == (tmp_path / "two" / "d.zip").read_bytes()
