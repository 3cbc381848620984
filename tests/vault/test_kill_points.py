"""Kill -9 at every system call that changes a file: nothing acknowledged is lost, nothing is told wrongly.

Each run forks a child under trace (`tracing.py`), lets it do real acts on a real vault and kills it before,
after, or halfway through one call. Then the vault is opened, and everything that the child had been told was
done must be there, byte for byte, and provable against a receipt taken before.

A power cut is more than a kill: it also loses what was written without `fsync`. That cannot be made here
without a disk of one's own; the order of `fsync` and `rename` is kept by `test_what_is_acknowledged_was_flushed`.
"""

import hashlib
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.vault import OpeningNote, Sealed, SealItem, Vault, bundle, rotation
from saisine.vault.verify import verify_bundle, verify_vault
from tests.vault.authority import LocalAuthority
from tests.vault.tracing import WRITES, Call, Say, Side, Stop, Trace, require_tracing, run

SIDES: tuple[Side, ...] = ("before", "halfway", "after")
assert bundle  # imported here, so that no child compiles it while it is counted


def now() -> datetime:
    return datetime.now(UTC)


def content_of(name: str) -> bytes:
    """The bytes of an invented file `<number>-<size>`, the same in the child and here."""
    return random.Random(name).randbytes(int(name.rpartition("-")[2]))


@dataclass(frozen=True)
class World:
    """What every run starts from: a small vault, its receipt, an authority that answers, a work folder."""

    vault: Path
    receipt: str
    items: tuple[str, ...]
    authority: LocalAuthority
    url: str
    work: Path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    require_tracing()
    work = tmp_path_factory.mktemp("kills")
    authority = LocalAuthority(work / "tsa")
    names = ("0-0", "1-12", "2-5000", "3-300000")
    with authority.serve() as url, Vault.create(work / "vault", clock=now) as vault:
        items = [SealItem(name, content_of(name)) for name in names]
        sealed = [*vault.seal_many(items[:2]), *vault.seal_many(items[2:])]
        receipt = vault.receipt().to_text()
        vault.close()
        yield World(work / "vault", receipt, tuple(one.item for one in sealed), authority, url, work)


# ---------------------------------------------------------------- what the children do


Scenario = Callable[[Vault, Say, World, random.Random], None]


def seal(vault: Vault, say: Say, names: Sequence[str], sources: Path | None = None) -> list[Sealed]:
    """One deposit, told before it begins and item by item once it is acknowledged."""
    say(f"begin {len(names)}")
    items = [SealItem(name, content_of(name) if sources is None else sources / name) for name in names]
    sealed = vault.seal_many(items)
    for one in sealed:
        say(f"item {one.item} {one.name}")
    say(f"head {vault.receipt().code}")
    return sealed


def deposits(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    """A group, an empty file, and one large enough to be streamed."""
    seal(vault, say, [f"{number}-{dice.randrange(2000)}" for number in range(dice.randint(2, 5))])
    seal(vault, say, ["e-0"])
    seal(vault, say, ["s-270000"], world.work)


def acts(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    """Lines beside sealing, with and without an encrypted record."""
    vault.log_access(world.items[0], dice.randint(1, 9))
    say(f"head {vault.receipt().code}")
    vault.note("wave_imported", count=3)
    say(f"head {vault.receipt().code}")
    say(f"record {vault.record_artifact('part-0.parquet', 'ab' * 32)}")
    say(f"record {vault.log_export(world.items[:2], {'recipient': 'Cabinet inventé'})}")
    say(f"head {vault.receipt().code}")


def part_keys(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    """A unit and its Parquet keys: drawn, drawn again, destroyed."""
    unit = vault.new_unit()
    for number in range(2):
        say(f"key {unit} p{number} {vault.part_keys.create(unit, f'p{number}').hex()}")
    say(f"dropping {unit} p0")
    vault.part_keys.destroy(unit, "p0")
    say(f"dropped {unit} p0")
    seal(vault, say, ["k-100"])


def dates(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    """An authority is chosen, then dates two heads."""
    vault.add_authority("locale", world.url, world.authority.root_pem)
    for number in range(2):
        seal(vault, say, [f"d{number}-50"])
        (result,) = vault.stamp()
        if result.state == "dated":
            say(f"dated {result.size}")
        say(f"head {vault.receipt().code}")


def exports(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    """A bundle is written beside the vault, and logged."""
    target = vault.folder.with_suffix(".zip")
    vault.export(world.items, target, recipient="Cabinet inventé", purpose="plainte")
    say(f"bundle {target}")
    say(f"head {vault.receipt().code}")


def erasures(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    """A unit is held, released and erased; a piece that may not be kept is marked and destroyed."""
    one, two = seal(vault, say, ["u1-400", f"u2-{dice.randrange(900)}"])
    vault.hold(one.unit, "plainte en cours")
    say(f"held {one.unit}")
    say(f"releasing {one.unit}")
    vault.release(one.unit, "plainte classée")
    say(f"erasing {one.item} {two.item}")
    vault.erase(one.unit, "mistake", note="déposé deux fois")
    say(f"erased {one.item} {two.item}")
    three, four = seal(vault, say, ["b1-300", "b2-301"])
    say(f"erasing {three.item}")
    vault.bar(three.item)
    vault.destroy_barred(three.item)
    say(f"erased {three.item}")
    assert vault.read_bytes(four.item) == content_of("b2-301")


def rotations(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    """New keys, twice, with a deposit after each."""
    for number in range(2):
        rotation.rotate(vault, None)
        say(f"head {vault.receipt().code}")
        seal(vault, say, [f"r{number}-200"])


def openings(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    """The opening itself was the act: see `start_from`."""
    say(f"head {vault.receipt().code}")


SCENARIOS: dict[str, Scenario] = {
    one.__name__: one for one in (deposits, acts, part_keys, dates, exports, erasures, rotations, openings)
}


@pytest.fixture(scope="module")
def broken(world: World) -> Path:
    """A vault whose writer was killed while it wrote its lines: objects without lines, and half a line."""
    (world.work / "s-270000").write_bytes(content_of("s-270000"))
    folder = world.work / "broken"
    shutil.copytree(world.vault, folder)
    trace_of(folder, acts_of_group, world, 1, Stop(-1, "halfway", "write", "entries.jsonl"))
    tail = (folder / "log" / "entries.jsonl").read_bytes()
    assert not tail.endswith(b"\n"), "the kill did not tear the last line"
    return folder


def acts_of_group(vault: Vault, say: Say, world: World, dice: random.Random) -> None:
    seal(vault, say, [f"{number}-{number * 10}" for number in range(4)])


def trace_of(folder: Path, act: Scenario, world: World, seed: int, stop: Stop | None = None) -> Trace:
    def live(say: Say) -> None:
        with Vault.open(folder, clock=now) as vault:
            for note in vault.opening:
                say(f"told {note.code} {note.facts.get('files', '')}")
            act(vault, say, world, random.Random(seed))

    return run(live, stop=stop)


# ---------------------------------------------------------------- what must hold afterwards


def strays_of(folder: Path) -> list[Path]:
    """Files under `objects/` that no complete line names, markers left out: read here without the engine."""
    named: set[str] = set()
    for line in (folder / "log" / "entries.jsonl").read_bytes().split(b"\n")[:-1]:
        entry = json.loads(line)
        named |= {entry.get("object"), entry.get("rec", {}).get("object")}
    return [
        path
        for path in (folder / "objects").rglob("*")
        if path.is_file() and path.name not in named and path.suffix != ".writer"
    ]


def picture_of(folder: Path) -> dict[str, str]:
    """Every file of the vault with its hash."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def unsealed(folder: Path, said: Sequence[str], lines_before: int) -> int:
    """How many files of the deposit in flight lie on the disk without a line: what a person must redo.

    One stray more than the files that were left to seal is the records of that deposit, which nobody
    deposited.
    """
    begun = [int(line.split()[1]) for line in said if line.startswith("begin")]
    finished = sum(line.startswith("item") for line in said)
    body = (folder / "log" / "entries.jsonl").read_bytes().split(b"\n")[lines_before:-1]
    logged = sum(json.loads(line)["act"] == "seal" for line in body)
    left = sum(begun) - max(finished, logged)
    # an opening that was killed too had begun to set them aside: what it counted is still to be told
    moved = [
        path
        for path in (folder / "lost").rglob("*")
        if path.is_file() and path.suffix not in (".json", ".tail")
    ]
    return min(left, len(strays_of(folder)) + len(moved))


def require_promises(world: World, folder: Path, said: Sequence[str]) -> tuple[OpeningNote, ...]:
    """Open the vault as a person would after the stop, and hold it to all that was said before it."""
    lines_before = len((world.vault / "log" / "entries.jsonl").read_bytes().splitlines())
    left = unsealed(folder, said, lines_before)
    with Vault.open(folder, clock=now) as vault:
        told = vault.opening
        assert vault.is_writable, told
        assert {note.code for note in told} <= {"interrupted", "torn_line"}
        files = [note.facts["files"] for note in told if note.code == "interrupted"]
        # an opening that told and was then closed has nothing to tell again
        is_told = any(line.startswith("told interrupted") for line in said)
        assert files == ([left] if left else []) or (is_told and not files), (files, left, said)
        _require_words(vault, said)
        for item, name in ((one.item, one.name) for one in vault.items()):
            assert vault.read_bytes(item) == content_of(name), name
        assert set(world.items) <= {one.item for one in vault.items()}
    _require_verified(world, folder, said)
    before = picture_of(folder)
    with Vault.open(folder, clock=now) as again:
        assert again.opening == ()
    assert picture_of(folder) == before, "a second opening changed the vault"
    return told


def _require_words(vault: Vault, said: Sequence[str]) -> None:
    rows = {one.item: one for one in vault.items()}
    dropping = {tuple(line.split()[1:]) for line in said if line.startswith("dropping")}
    dropped = {tuple(line.split()[1:]) for line in said if line.startswith("dropped")}
    erasing = {item for line in said if line.startswith("erasing") for item in line.split()[1:]}
    for line in said:
        word, *rest = line.split(" ")
        if word == "item" and rest[0] not in erasing:
            assert rows[rest[0]].name == rest[1]
        elif word == "erased":
            assert not rows.keys() & set(rest)
        elif word == "held" and f"releasing {rest[0]}" not in said:
            with pytest.raises(SaisineError) as caught:
                vault.erase(rest[0], "mistake")
            assert caught.value.code == "unit_held"
        elif word == "record":
            assert any(entry.get("record") == rest[0] for entry in vault.log_entries())
        elif word == "key" and tuple(rest[:2]) not in dropping:
            assert vault.part_keys.get(rest[0], rest[1]).hex() == rest[2]
        elif word == "key" and tuple(rest[:2]) in dropped:
            with pytest.raises(SaisineError) as caught:
                vault.part_keys.get(rest[0], rest[1])
            assert caught.value.code == "part_key_missing"
        elif word == "dated":
            assert vault.state_of(int(rest[0]) - 1) == "dated"
        elif word == "bundle":
            assert verify_bundle(Path(rest[0]), now=now()).verdict == "verified"


def _require_verified(world: World, folder: Path, said: Sequence[str]) -> None:
    """Verified, against the receipt taken before and every code given since; no stray, no line unsigned."""
    codes = [line.split()[1] for line in said if line.startswith("head")]
    for receipt in dict.fromkeys((world.receipt, *codes)):
        report = verify_vault(folder, now=now(), receipt=receipt)
        assert report.verdict == "verified", report.failures()
        states = {check.id: check.state for check in report.checks}
        assert [states[number] for number in ("V12", "V20", "V25")] == ["verified"] * 3, report.checks


# ---------------------------------------------------------------- what was flushed


def not_flushed(calls: Sequence[Call], folder: Path) -> set[str]:
    """What stands in the kernel's memory alone when something is acknowledged: the order that a power cut
    would test. Bytes need a flush of their file, names one of their folder; `syncfs` does both for all."""
    loose: set[tuple[str, str]] = set()
    found: set[str] = set()
    for call in calls:
        parent = call.target.rpartition("/")[0]
        if call.name in ("fsync", "fdatasync"):
            loose -= {one for one in loose if one[1] == call.target and one[0] == "bytes"}
            loose -= {one for one in loose if one[1].rpartition("/")[0] == call.target and one[0] == "name"}
        elif call.name == "syncfs":
            loose.clear()
        elif call.name.startswith("rename"):
            if ("bytes", call.target) in loose:
                loose.add(("bytes", call.renamed_to))
            loose -= {("bytes", call.target), ("name", call.target)}
            loose.add(("name", call.renamed_to))
        elif call.name.startswith("unlink"):
            loose -= {("bytes", call.target), ("name", call.target)}
        elif call.name in WRITES and call.target.startswith("pipe:"):
            texts = [path for kind, path in loose if kind == "bytes" and re.search(r"/heads/\d+\.txt$", path)]
            newest = max(texts, key=lambda path: int(Path(path).stem), default="")
            found |= {
                f"{kind} of {path.removeprefix(f'{folder}/')}" for kind, path in loose if path != newest
            }
        elif parent and str(folder) in parent:
            is_name = call.name.startswith(("open", "mkdir", "rmdir"))
            loose.add(("name" if is_name else "bytes", call.target))
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_acknowledged_was_flushed_before(world: World, broken: Path, name: str) -> None:
    """The names of heads are left out, and the newest one's text: an opening signs the same lines again
    (`Journal.keep_head`). So are the files of an interrupted deposit on their way to `lost`, which nobody
    was told to be safe."""
    folder = world.work / f"flushed-{name}"
    shutil.copytree(broken if name == "openings" else world.vault, folder)
    (folder / "lock").touch()
    trace = trace_of(folder, SCENARIOS[name], world, 7)
    assert trace.calls
    left = not_flushed(trace.calls, folder)
    left -= {one for one in left if one.startswith(("name of log/heads/", "name of lost/"))}
    left -= {one for one in left if one.endswith(".writer")}
    assert not {one for one in left if not one.startswith("bytes of lost/") or one.endswith("entries.tail")}


# ---------------------------------------------------------------- the runs


def killed(world: World, start: Path, name: str, seed: int, stop: Stop) -> Trace:
    """One run from a copy of `start`, and everything that must hold after it."""
    folder = world.work / f"run-{name}"
    shutil.copytree(start, folder)
    try:
        trace = trace_of(folder, SCENARIOS[name], world, seed, stop)
        told = require_promises(world, folder, [*said_before(name), *trace.said])
        if name == "openings" and not trace.calls[-1].target.startswith(
            "pipe:"
        ):  # else: while it was telling
            codes = {note.code for note in told} | {line.split()[1] for line in trace.said if "told" in line}
            assert codes == {"interrupted", "torn_line"}, ("an opening was killed, and who opens next", codes)
    except BaseException as error:
        calls = ", ".join(map(str, trace.calls[-5:])) if "trace" in locals() else ""
        error.add_note(f"{name}, seed {seed}, {stop}, last calls: {calls}")
        raise
    finally:
        shutil.rmtree(folder)
        folder.with_suffix(".zip").unlink(missing_ok=True)
        (folder.parent / f".{folder.name}.zip.part").unlink(missing_ok=True)
    return trace


def start_of(world: World, broken: Path, name: str) -> Path:
    return broken if name == "openings" else world.vault


def said_before(name: str) -> list[str]:
    """What the killed writer of `broken` had said."""
    return ["begin 4"] if name == "openings" else []


def stops_of(calls: Sequence[Call]) -> list[Stop]:
    """Every boundary of a run: before and after each call, and the middle of each write."""
    return [
        Stop(number, side)
        for number, call in enumerate(calls)
        for side in SIDES
        if side != "halfway" or call.name in WRITES
    ]


def once(stops: Sequence[Stop]) -> list[Stop]:
    """Each state of the disk once: "after" one call and "before" the next are the same."""
    return [stop for stop in stops if stop.side != "after" or stop.call == stops[-1].call]


def calls_of(world: World, start: Path, name: str, seed: int) -> list[Call]:
    """A run that nobody kills, to count its calls."""
    folder = world.work / f"dry-{name}"
    shutil.copytree(start, folder)
    try:
        trace = trace_of(folder, SCENARIOS[name], world, seed)
        require_promises(world, folder, [*said_before(name), *trace.said])
    finally:
        shutil.rmtree(folder)
        folder.with_suffix(".zip").unlink(missing_ok=True)
    assert not trace.was_killed
    return trace.calls


def require_all(world: World, broken: Path, name: str, seed: int, stops: Sequence[Stop]) -> int:
    """Every one of these kills, then all that went wrong at once. Returns how many children were killed."""
    start = start_of(world, broken, name)
    wrong: list[str] = []
    kills = 0
    for stop in stops:
        try:
            kills += killed(world, start, name, seed, stop).was_killed
        except AssertionError as error:
            wrong.append(" | ".join([str(error).partition("\n")[0], *error.__notes__]))
    assert not wrong, f"{len(wrong)} of {len(stops)} kills:\n" + "\n".join(wrong[:8])
    return kills


def all_stops(world: World, broken: Path, name: str, seed: int) -> list[Stop]:
    return stops_of(calls_of(world, start_of(world, broken, name), name, seed))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kill_at_spread_calls_loses_nothing_acknowledged(world: World, broken: Path, name: str) -> None:
    stops = random.Random(name).sample(all_stops(world, broken, name, 7), 8)
    assert require_all(world, broken, name, 7, stops) >= 6


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_stop_is_never_told_as_tampering(world: World, broken: Path, name: str) -> None:
    """`verify` right after a stop, before any opening: something may be incomplete, nothing was changed."""
    folder = world.work / f"early-{name}"
    start = start_of(world, broken, name)
    wrong: list[str] = []
    for stop in random.Random(f"early {name}").sample(all_stops(world, broken, name, 7), 5):
        shutil.copytree(start, folder)
        trace = trace_of(folder, SCENARIOS[name], world, 7, stop)
        report = verify_vault(folder, now=now(), receipt=world.receipt)
        told = "; ".join(f"{check.id} {check.detail_en}" for check in report.failures())
        wrong += [f"{stop.side} {trace.calls[-1]}: {told}"] if told else []
        shutil.rmtree(folder)
        folder.with_suffix(".zip").unlink(missing_ok=True)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kill_at_every_call_loses_nothing_acknowledged(world: World, broken: Path, name: str) -> None:
    stops = once(all_stops(world, broken, name, 7))
    assert require_all(world, broken, name, 7, stops) > 0.9 * len(stops)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_fifty_kills_of_varied_acts_lose_nothing_acknowledged(world: World, broken: Path, seed: int) -> None:
    """Ten seeds of fifty: the five hundred runs, each seed with other sizes, counts and moments."""
    dice = random.Random(f"kills {seed}")
    kills = 0
    for name in SCENARIOS:
        stops = all_stops(world, broken, name, seed)
        kills += require_all(world, broken, name, seed, dice.choices(stops, k=10))
    assert kills >= 50


@pytest.mark.slow
def test_a_kill_while_a_vault_is_made_leaves_a_vault_or_room_for_one(world: World) -> None:
    folder = world.work / "made"

    def live(say: Say) -> None:
        Vault.create(folder, clock=now).close()
        say("made")

    calls = run(live).calls
    shutil.rmtree(folder)
    for stop in once(stops_of(calls)):
        trace = run(live, stop=stop)
        is_made = (folder / "FORMAT").exists()
        assert is_made or "made" not in trace.said, stop
        with (Vault.open if is_made else Vault.create)(folder, clock=now) as vault:
            assert vault.opening == (), stop
            sealed = vault.seal(SealItem("a", b"abc"))
            assert vault.read_bytes(sealed.item) == b"abc"
        report = verify_vault(folder, now=now())
        assert report.verdict == "verified", (stop, report.failures())
        shutil.rmtree(folder)
