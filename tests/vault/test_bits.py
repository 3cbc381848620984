"""One bit changed anywhere in a vault or in a bundle is reported, and the report names what was hit.

One rich vault is built for all; each case changes one bit of one file, verifies, and puts the bit back.
Outside the promise: `lost/` (nothing there was acknowledged) and signature lines of keys that nobody gave.
What "names" means for each folder stands in `names_of`.
"""

import random
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault, keeping, pinned, rotation, rows, witness
from saisine.vault.report import Check
from saisine.vault.verify import verify_bundle, verify_vault
from saisine.vault.watched import witness_vkey
from tests.vault.authority import LocalAuthority

FAST, FULL = 60, 1000
PASSPHRASE = "cheval agrafe pile"


def now() -> datetime:
    return datetime.now(UTC)


def fill(vault: Vault, work: Path) -> list[str]:
    """Everything that a vault can hold: kinds, sizes, acts, part keys, dates by two authorities."""
    one, two = LocalAuthority(work / "un", "Une autorité"), LocalAuthority(work / "deux", "Une autre")
    vault.add_authority("une", "https://une.invalid/tsa", one.root_pem)
    vault.add_authority("deux", "https://deux.invalid/tsa", two.root_pem)
    vault._stamper = lambda url, request: (one if "une" in url else two).reply(request)
    kinds = ("original", "screenshot", "wacz", "text", "dom", "document")
    many = [SealItem(f"pièce {n}.bin", bytes([n]) * n * 90, kind=kind) for n, kind in enumerate(kinds)]
    sealed = vault.seal_many(many)
    vault.stamp()
    sealed.append(vault.seal(SealItem("vide", b"")))
    sealed.append(vault.seal(SealItem("grand", random.Random(1).randbytes(300_000))))
    vault.part_keys.create(sealed[0].unit, "part-0")
    vault.part_keys.create(sealed[-1].unit, "part-1")
    vault.new_unit()
    vault.log_access(sealed[0].item, 2, "u1")
    vault.record_artifact("part-0.parquet", "ab" * 32, unit=sealed[0].unit)
    vault.log_export([sealed[0].item, sealed[1].item], {"recipient": "Cabinet inventé"})
    vault.note("wave_imported", count=3)
    vault.stamp()
    vault.seal(SealItem("après la date", b"abc"))
    witnessed(vault, work)
    ended(vault)
    return [one.item for one in sealed]


def witnessed(vault: Vault, work: Path) -> None:
    """Rows of an export, then a head that another association has cosigned."""
    unit = vault.items()[0].unit
    hashes = [f"{n:064x}" for n in range(40)]
    block = rows.RowBlock(hashes, [0] * 40, [f"messages.json:{n}" for n in range(40)])
    group = rows.RowGroup((vault.items()[0].item,), 40, lambda: iter([block]))
    rows.keep_rows(vault, [group], unit=unit)
    with Vault.create(work / "temoin", clock=now) as other:
        pinned.add(vault, "temoin.vkey", witness_vkey(other).to_text().encode())
        pinned.add(other, "nous.vkey", (vault.folder / "trust" / "vault.vkey").read_bytes())
        answer = witness.cosign(other, witness.request(vault, "temoin"), now())
    keeping.keep(vault, answer.note.encode())


def ended(vault: Vault) -> None:
    """A unit under a hold, a unit erased, a piece destroyed, and keys that were changed since."""
    vault.hold(vault.items()[0].unit, "plainte en cours", until=date(2030, 1, 1))
    gone = vault.seal_many([SealItem("a", b"a" * 50), SealItem("b", b"b")])
    vault.erase(gone[0].unit, "art17_request", note="demande du 3 mai")
    barred, _ = vault.seal_many([SealItem("c", b"c" * 70), SealItem("d", b"d")])
    vault.bar(barred.item)
    vault.destroy_barred(barred.item)
    rotation.rotate(vault, None)
    vault.seal(SealItem("sous la nouvelle clé", b"abc"))


@dataclass(frozen=True)
class Rich:
    folder: Path
    bundle: Path


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Rich:
    work = tmp_path_factory.mktemp("bits")
    with Vault.create(work / "vault", clock=now) as vault:
        items = fill(vault, work)
        vault.export(items, work / "dossier.zip", extras={"note.txt": b"une note"})
    found = verify_vault(work / "vault", now=now())
    # nothing rereads the invented export whose rows are sealed here: V23 says so, and nothing else is left out
    assert {check.id for check in found.checks if check.state == "not_checked"} <= {
        "V17",
        "V23",
        "V24",
        "V25",
    }
    assert not found.failures()
    assert verify_bundle(work / "dossier.zip", now=now()).verdict == "verified"
    return Rich(work / "vault", work / "dossier.zip")


def files_of(folder: Path) -> list[Path]:
    """Every file in which a bit can change, in a stable order."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size)
    return [path for path in found if path.relative_to(folder).parts[0] not in ("lost", "index.db")]


# ---------------------------------------------------------------- what names the place that was hit


def names_of(folder: Path, path: Path, before: bytes, position: int) -> set[str]:
    """Words of which one must stand in a failed finding: the file, the item, the line or the size."""
    parts = path.relative_to(folder).parts
    if parts[0] == "objects":
        return {path.name}
    if path.name == "entries.jsonl":
        return _names_of_line(folder, before, position // 8)
    if parts[:2] == ("log", "heads"):
        size = path.name.partition(".")[0]
        return {path.name, f"{size}.note", f"head {size}:", path.name.removesuffix(".tsr") + ":"}
    if parts[0] == "trust":
        # The two forms of a key are named as a pair, an authority also by the dates that no longer hold.
        pair = {".pem": [".vkey"], ".sha256": [".yaml", ".pem"]}.get(path.suffix, [])
        return {path.name, f".{path.stem}:", "public key", *(path.stem + other for other in pair)}
    return {path.name, "foreign origin"} if path.name == "FORMAT" else {path.name, path.stem}


def _names_of_line(folder: Path, before: bytes, offset: int) -> set[str]:
    """The line itself, its neighbour when an end of line was hit, or the first head that covers it."""
    line = before.count(b"\n", 0, offset)
    sizes = sorted(int(note.stem) for note in (folder / "log" / "heads").glob("*.note"))
    head = next(size for size in sizes if size > line)
    return {f"line {line} ", f"line {line}:", f"line {line + 1} ", f"line {line + 1}:", f"head {head}:"}


def require_named(failures: list[Check], names: set[str], place: object) -> None:
    """Some failed finding names the place, in both languages."""
    assert failures, f"not reported: {place}"
    for check in failures:
        assert check.detail_fr, place
        assert check.detail_en, place
    assert any(name in check.detail_en for check in failures for name in names), (place, names, failures[:3])


def flipped(body: bytes, position: int) -> bytes:
    changed = bytearray(body)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


def require_reported(folder: Path, path: Path, position: int, passphrase: str | None = None) -> None:
    before = path.read_bytes()
    names = names_of(folder, path, before, position)
    path.write_bytes(flipped(before, position))
    try:
        report = verify_vault(folder, now=now(), passphrase=passphrase)
    finally:
        path.write_bytes(before)
    place = f"{path.relative_to(folder)}, byte {position // 8}, bit {position % 8}"
    require_named(report.failures(), names, place)
    assert report.verdict == "failed", place


def cases(folder: Path, count: int, seed: str, *, only: str = "") -> Iterator[tuple[Path, int]]:
    """Spread over the files first, so that a small one is hit as often as a large one."""
    dice = random.Random(seed)
    paths = [path for path in files_of(folder) if str(path.relative_to(folder)).startswith(only)]
    for number in range(count):
        path = paths[number % len(paths)]
        yield path, dice.randrange(path.stat().st_size * 8)


def require_all_reported(
    folder: Path, chosen: Iterator[tuple[Path, int]], passphrase: str | None = None
) -> None:
    """Every case, then all that went unreported or unnamed at once."""
    wrong: list[str] = []
    for path, position in chosen:
        try:
            require_reported(folder, path, position, passphrase)
        except AssertionError as error:
            wrong.append(str(error).partition("\n")[0][:300])
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:25])


def test_one_changed_bit_in_any_file_is_reported_and_named(rich: Rich) -> None:
    require_all_reported(rich.folder, cases(rich.folder, FAST, "fast"))


@pytest.mark.slow
def test_a_thousand_changed_bits_are_all_reported_and_named(rich: Rich) -> None:
    require_all_reported(rich.folder, cases(rich.folder, FULL, "full"))


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_single_bit_is_reported(rich: Rich, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files_of(rich.folder)))
    require_reported(rich.folder, path, data.draw(st.integers(0, path.stat().st_size * 8 - 1)))


@pytest.mark.parametrize("one_in", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_the_first_and_the_last_bit_of_every_file_are_reported(rich: Rich, one_in: int) -> None:
    for last in (False, True):
        files = files_of(rich.folder)[int(last) :: one_in]
        ends = ((path, path.stat().st_size * 8 - 1 if last else 0) for path in files)
        require_all_reported(rich.folder, ends)


def test_nothing_changes_when_the_bit_is_put_back(rich: Rich) -> None:
    path, position = next(cases(rich.folder, 1, "back"))
    require_reported(rich.folder, path, position)
    assert not verify_vault(rich.folder, now=now()).failures()


def test_a_bit_of_a_protected_key_file_is_reported(tmp_path: Path) -> None:
    """Under a passphrase the file of secrets is an age file: each case derives the key again, so few of them."""
    folder = tmp_path / "vault"
    with Vault.create(folder, clock=now, passphrase=PASSPHRASE) as vault:
        vault.seal(SealItem("a.txt", b"abc"))
    for number, (path, position) in enumerate(cases(folder, 4, "protected", only="keys/vault")):
        before = path.read_bytes()
        path.write_bytes(flipped(before, position))
        report = verify_vault(folder, now=now(), passphrase=PASSPHRASE)
        path.write_bytes(before)
        told = [check.detail_en for check in report.checks if check.state != "verified"]
        assert report.verdict != "verified", (number, path.name, position)
        assert any(path.name in line or "passphrase" in line for line in told), told


# ---------------------------------------------------------------- bundles


def rebuilt(source: Path, target: Path, name: str, position: int) -> None:
    """The same zip with one bit of one member changed, its checksum made to fit: a change made on purpose."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            body = old.read(info)
            new.writestr(info, flipped(body, position) if info.filename == name else body)


def rotten(source: Path, target: Path, name: str, position: int) -> None:
    """The same file with one bit changed on the disk: the zip's own checksum no longer fits."""
    with zipfile.ZipFile(source) as archive:
        start = archive.getinfo(name).header_offset
    body = source.read_bytes()
    name_bytes, extra_bytes = struct.unpack("<HH", body[start + 26 : start + 30])
    target.write_bytes(flipped(body, (start + 30 + name_bytes + extra_bytes) * 8 + position))


def members_of(bundle: Path) -> list[tuple[str, int]]:
    with zipfile.ZipFile(bundle) as archive:
        return [(info.filename, info.file_size) for info in archive.infolist() if info.file_size]


def require_bundle_reported(bundle: Path, name: str) -> None:
    """Failed, with the member's path in a finding, or refused with its name."""
    inside = name.partition("/")[2]
    refusal: SaisineError | None = None
    try:
        report = verify_bundle(bundle, now=now())
    except SaisineError as error:
        refusal = error
    if refusal is not None:
        assert refusal.code == "bundle_unreadable"
        assert all(Path(inside).name in refusal.sentence(language) for language in ("fr", "en")), refusal
        return
    names = {inside, Path(inside).name}
    if inside.startswith("data/items/"):
        names.add(f"item {inside.split('/')[2]}")
    require_named(report.failures(), names, inside)
    assert report.verdict == "failed"


def require_bundle_bits(rich: Rich, work: Path, count: int, seed: str) -> None:
    dice = random.Random(seed)
    members = members_of(rich.bundle)
    wrong: list[str] = []
    for number in range(count):
        name, size = members[number % len(members)]
        position = dice.randrange(size * 8)
        change = rebuilt if number // len(members) % 2 else rotten
        target = work / "changed.zip"
        change(rich.bundle, target, name, position)
        try:
            require_bundle_reported(target, name)
        except AssertionError as error:
            wrong.append(f"{change.__name__} {name} {position}: {str(error).partition(chr(10))[0][:300]}")
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong[:25])


def test_one_changed_bit_of_a_bundle_is_reported_and_named(rich: Rich, tmp_path: Path) -> None:
    require_bundle_bits(rich, tmp_path, FAST, "fast")


@pytest.mark.slow
def test_a_thousand_changed_bits_of_a_bundle_are_reported(rich: Rich, tmp_path: Path) -> None:
    require_bundle_bits(rich, tmp_path, FULL, "full")
