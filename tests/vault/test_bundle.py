"""The bundle: checked by sha256sum, openssl, bagit, the script inside and ours; changes are named."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.bundle import safe_name
from saisine.vault.verify import verify_bundle
from tests.shared import shared_file
from tests.vault.authority import LocalAuthority
from tests.vault.conftest import Ticking


@pytest.fixture
def bundle(vault: Vault, filled: list[Sealed], tmp_path: Path) -> Path:
    extras = {"dossier.pdf": b"%PDF-1.7 invented", "exhibits/0001.png": b"\x89PNG"}
    report = vault.export(
        [one.item for one in filled],
        tmp_path / "dossier.zip",
        extras=extras,
        recipient="avocat",
        purpose="essai",
    )
    assert (report.pieces, report.root, report.size) == (4, "dossier", report.path.stat().st_size)
    return report.path


def unpack(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / "dossier"


def run_script(bag: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """The script of the bundle, isolated: nothing of ours can be imported."""
    environment = {**os.environ, "PATH": path} if path is not None else None
    return subprocess.run(
        [sys.executable, "-I", str(bag / "data" / "verify.py"), *arguments],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


def test_a_bundle_is_verified_by_five_readers(bundle: Path, tmp_path: Path) -> None:
    bag = unpack(bundle, tmp_path / "out")
    report = verify_bundle(bundle, now=datetime.now(UTC))
    assert report.verdict == "verified"
    assert report.summary_fr.startswith("Intact. 4 pièces")
    assert bagit.Bag(str(bag)).validate()
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        command = ["sha256sum", "--quiet", "--strict", "-c", manifest]
        assert subprocess.run(command, cwd=bag, capture_output=True, check=False).returncode == 0
    done = run_script(bag)
    assert (done.returncode, done.stderr) == (0, "")
    assert "vérifié      items/0004" in done.stdout
    assert "verified     items/0004" in run_script(bag, "--en").stdout


def test_the_same_items_on_the_same_day_give_the_same_bytes(
    vault: Vault, filled: list[Sealed], tmp_path: Path
) -> None:
    from saisine.vault.bundle import build_bundle

    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    items = [one.item for one in filled]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        build_bundle(vault, items, tmp_path / folder / "dossier.zip", extras={"a": b"b"}, now=now)
    assert (tmp_path / "one" / "dossier.zip").read_bytes() == (tmp_path / "two" / "dossier.zip").read_bytes()


def test_the_export_is_logged_and_its_reason_stays_encrypted(vault: Vault, bundle: Path) -> None:
    last = list(vault.log_entries())[-1]
    assert (last["act"], last["count"], len(last["refs"])) == ("export", 4, 4)
    assert b"avocat" not in (vault.folder / "log" / "entries.jsonl").read_bytes()


def test_many_items_share_several_export_lines(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal_many([SealItem(f"{n}", b"x") for n in range(60)])
    vault.export([one.item for one in sealed], tmp_path / "all.zip")
    lines = [entry for entry in vault.log_entries() if entry["act"] == "export"]
    assert [len(line["refs"]) for line in lines] == [24, 24, 12]


def test_stamps_travel_and_the_script_checks_them(tmp_path: Path) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    authority = LocalAuthority(tmp_path / "tsa")
    with Vault.create(tmp_path / "vault", clock=now, random=os.urandom) as vault:
        vault.add_authority("locale", "http://127.0.0.1:1/", authority.root_pem)
        vault._stamper = authority
        dated = vault.seal(SealItem("a.txt", b"abc"))
        vault.stamp()
        young = vault.seal(SealItem("b.txt", b"def"))
        vault.export([dated.item, young.item], tmp_path / "dossier.zip")
    report = verify_bundle(tmp_path / "dossier.zip", now=now())
    assert report.verdict == "verified"
    assert "datée d’avant" in report.summary_fr
    assert {check.state for check in report.checks if check.id in ("V13", "V14", "V15", "V16")} == {
        "verified"
    }
    bag = unpack(tmp_path / "dossier.zip", tmp_path / "out")
    done = run_script(bag)
    assert done.returncode == 0, done.stdout
    assert "horodatage" in done.stdout
    guide = (bag / "data" / "VERIFIER.md").read_text("utf-8")
    command = next(line for line in guide.splitlines() if line.startswith("openssl ts"))
    assert (
        subprocess.run(["sh", "-c", command], cwd=bag / "data", capture_output=True, check=False).returncode
        == 0
    )
    forger = LocalAuthority(tmp_path / "forger")
    (bag / "data" / "trust" / "tsa-locale.pem").write_bytes(forger.root_pem)
    assert "ÉCHEC" in run_script(bag).stdout


def altered(bundle: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of the bundle in which some members are changed, or dropped with None."""
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as out:
        for info in source.infolist():
            body = change(info.filename.removeprefix("dossier/"), source.read(info))
            if body is not None:
                out.writestr(info.filename, body)
    return target


def remade(bundle: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same, by a forger who also makes the manifests again."""
    import hashlib

    with zipfile.ZipFile(bundle) as source:
        members = {info.filename: source.read(info) for info in source.infolist()}
    members = {name: change(name.removeprefix("dossier/"), body) for name, body in members.items()}

    def lines(names: list[str]) -> bytes:
        pairs = ((hashlib.sha256(members[f"dossier/{name}"]).hexdigest(), name) for name in names)
        return "".join(f"{digest}  {name}\n" for digest, name in pairs).encode()

    plain = sorted(name.removeprefix("dossier/") for name in members)
    members["dossier/manifest-sha256.txt"] = lines([name for name in plain if name.startswith("data/")])
    tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
    members["dossier/tagmanifest-sha256.txt"] = lines(tags)
    with zipfile.ZipFile(target, "w") as out:
        for name, body in members.items():
            out.writestr(name, body)
    return target


def failures(path: Path) -> dict[str, str]:
    """What failed under each number, in English, one finding a line."""
    found: dict[str, str] = {}
    for check in verify_bundle(path, now=datetime.now(UTC)).failures():
        found[check.id] = f"{found.get(check.id, '')}{check.detail_en}\n"
    return found


def test_a_dropped_or_added_or_changed_file_is_named(bundle: Path, tmp_path: Path) -> None:
    first = "data/items/0001/un.txt"
    dropped = altered(bundle, tmp_path / "a.zip", lambda name, body: None if name == first else body)
    assert first in failures(dropped)["B01"]
    changed = altered(bundle, tmp_path / "b.zip", lambda name, body: b"autre" if name == first else body)
    assert first in failures(changed)["B02"]
    assert "item 0001" in failures(changed)["V22"]
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("dossier/data/ajout.txt", b"x")
    assert "data/ajout.txt" in failures(bundle)["B01"]


@pytest.mark.parametrize(
    ("name", "old", "new", "number"),
    [
        ("data/items/0001/un.txt", b"premier", b"dernier", "V22"),
        ("data/items/0001/record.json", b"un.txt", b"de.txt", "V23"),
        ("data/items/0001/entry.json", b"13:32", b"12:32", "V09"),
        ("data/items/0001/entry.json", b'"seq":0', b'"seq":1', "V09"),
        ("data/items/0001/0001.tlog-proof", b"index 0", b"index 1", "V09"),
        ("data/log/4.txt", b"\n4\n", b"\n5\n", "V07"),
        ("data/log/4.note", b"\n4\n", b"\n5\n", "V07"),
        ("data/trust/vault.pem", b"MCow", b"MCox", "V08"),
    ],
)
def test_a_forger_who_makes_the_manifests_again_is_still_found(
    bundle: Path, tmp_path: Path, name: str, old: bytes, new: bytes, number: str
) -> None:
    def change(member: str, body: bytes) -> bytes:
        assert member != name or old in body
        return body.replace(old, new) if member == name else body

    forged = remade(bundle, tmp_path / "forged.zip", change)
    found = failures(forged)
    assert number in found
    assert not {"B01", "B02"} & found.keys()
    assert run_script(unpack(forged, tmp_path / "out")).returncode == 1


def test_what_is_no_bundle_says_so(tmp_path: Path) -> None:
    for body in (b"", b"PK\x05\x06" + bytes(18), b"not a zip"):
        (tmp_path / "x.zip").write_bytes(body)
        with pytest.raises(SaisineError) as caught:
            verify_bundle(tmp_path / "x.zip", now=datetime.now(UTC))
        assert caught.value.code == "bundle_unreadable"


@pytest.mark.parametrize("name", ["../evil", "/etc/x", "data\\..\\x", "dossier/../../x", "dossier//x"])
def test_a_path_that_climbs_out_is_refused(bundle: Path, name: str) -> None:
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(SaisineError) as caught:
        verify_bundle(bundle, now=datetime.now(UTC))
    assert caught.value.code == "bundle_unreadable"


@pytest.mark.parametrize(
    "name",
    ["../x", "items/0001/x", "verify.py", "log/x", "messages/1/x", "trust/x", "a b", ".hidden", "/x", ""],
)
def test_an_extra_may_not_stand_where_the_proofs_stand(
    vault: Vault, filled: list[Sealed], tmp_path: Path, name: str
) -> None:
    with pytest.raises(SaisineError) as caught:
        vault.export([filled[0].item], tmp_path / "x.zip", extras={name: b"x"})
    assert caught.value.code == "bundle_path"
    assert list(tmp_path.glob("*.zip")) == list(tmp_path.glob(".*.part")) == []


def test_a_damaged_piece_stops_the_export_and_leaves_no_file(
    vault: Vault, filled: list[Sealed], tmp_path: Path
) -> None:
    name = str(vault.journal.entries[0].object)
    (vault.folder / "objects" / name[:2] / name).write_bytes(b"broken")
    with pytest.raises(SaisineError) as caught:
        vault.export([filled[0].item], tmp_path / "x.zip")
    assert caught.value.code == "object_damaged"
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]
    (tmp_path / "there.zip").write_bytes(b"mine")
    with pytest.raises(SaisineError) as caught:
        vault.export([filled[1].item], tmp_path / "there.zip")
    assert caught.value.code == "bundle_exists"
    assert (tmp_path / "there.zip").read_bytes() == b"mine"


@given(st.text(max_size=150))
@settings(max_examples=150, deadline=None)
def test_a_safe_name_is_one_plain_step(name: str) -> None:
    found = safe_name(name)
    assert found.isascii()
    assert 0 < len(found) <= 110
    assert found == safe_name(found)
    assert not set(found) & set('/\\:*?"<>| \n')
    assert not found.startswith((".", "-"))


def test_shared_bags_are_never_taken_for_bundles(tmp_path: Path) -> None:
    """Bags that are not ours: valid or hostile, none is followed out of its folder, none crashes."""
    root = shared_file("vectors/bagit")
    found = 0
    for declaration in sorted(root.rglob("bagit.txt")):
        bag = declaration.parent
        target = tmp_path / "bag.zip"
        with zipfile.ZipFile(target, "w") as archive:
            for path in sorted(bag.rglob("*")):
                if path.is_file():
                    archive.write(path, f"bag/{path.relative_to(bag).as_posix()}")
        verdict = _verdict(target)
        assert verdict in ("failed", "incomplete", "bundle_unreadable"), bag
        found += 1
    assert found > 5


def _verdict(path: Path) -> str:
    try:
        return verify_bundle(path, now=datetime.now(UTC)).verdict
    except SaisineError as error:
        return error.code


def test_a_bundle_without_a_clock_of_its_own_uses_the_one_given(
    vault: Vault, filled: list[Sealed], tmp_path: Path, clock: Ticking
) -> None:
    vault.export([filled[0].item], tmp_path / "dossier.zip")
    bag = unpack(tmp_path / "dossier.zip", tmp_path / "out")
    assert f"Bagging-Date: {clock.now:%Y-%m-%d}" in (bag / "bag-info.txt").read_text()
