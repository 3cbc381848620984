"""Change files for a while and read each as an import does: nothing but a SaisineError, and every sum holds.

A fault is told with what gives it again: `make_case(seed, number)` builds the same bytes without what came before.
"""

import json
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

import saisine
from saisine.errors import SaisineError
from saisine.messages.archive_streams import Limits
from saisine.messages.formats import FORMATS
from saisine.messages.ledger import Ledger
from saisine.messages.reading import Reading, read_paths
from tests.messages.formats.reading import NOW
from tests.messages.fuzzing.containers import rezipped, wrap
from tests.messages.fuzzing.json_mutations import mutate_documents
from tests.messages.fuzzing.seeds import Seed
from tests.messages.fuzzing.text_mutations import mutate_bytes

IDS = [one.id for one in FORMATS]
OURS = str(Path(saisine.__file__).parent)
ENOUGH_FAULTS = 20


class Case(NamedTuple):
    """One changed file, under the name it is read with, and the format a person names (None: it is sniffed)."""

    label: str
    name: str
    data: bytes
    format_id: str | None


@dataclass
class Outcome:
    """What a run did: `faults` by the place in the code where they arose, the first case of each."""

    cases: int = 0
    read: int = 0
    mapped: int = 0
    refused: int = 0
    formats: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)


def make_case(seed: int, number: int, seeds: Sequence[Seed]) -> Case:
    """The case of this number: the same bytes for the same seed and files."""
    rng = Random(f"{seed}:{number}")
    chosen, other = rng.choice(seeds), rng.choice(seeds)
    data = _changed(chosen, other, rng)
    forced = rng.random()
    if rng.random() < 0.12:
        data = wrap([data, _changed(other, chosen, rng)], rng)
        if rng.random() < 0.4:
            data = mutate_bytes(data, rng, other.data)
        forced = 1.0 - forced / 2
    format_id = chosen.format_id if forced < 0.6 else rng.choice(IDS) if forced < 0.7 else None
    name = rng.choice(
        ("export.json", "a.jsonl", "tweets.js", "Comments.csv", "chat.txt", "a.eml", "sans-nom")
    )
    return Case(f"{chosen.name} (seed {seed}, number {number})", name, data, format_id)


def _changed(chosen: Seed, other: Seed, rng: Random) -> bytes:
    if chosen.documents is not None and rng.random() < 0.75:
        return mutate_documents(chosen.documents, rng)
    if chosen.data.startswith(b"PK\x03\x04") and rng.random() < 0.7:
        return rezipped(chosen.data, rng, lambda part: mutate_bytes(part, rng, other.data))
    return mutate_bytes(chosen.data, rng, other.data)


def fuzz(
    seeds: Sequence[Seed],
    folder: Path,
    *,
    seed: int,
    goes_on: Callable[[int], bool],
    watch: Callable[[Case], None] = lambda case: None,
) -> Outcome:
    """Read changed files while `goes_on(number)`. Stops early after twenty different faults."""
    outcome = Outcome()
    for number in count():
        if not goes_on(number) or len(outcome.faults) >= ENOUGH_FAULTS:
            return outcome
        case = make_case(seed, number, seeds)
        outcome.cases += 1
        try:
            reading = read_case(case, folder)
        except SaisineError:
            outcome.refused += 1
        except Exception as error:  # noqa: BLE001 - whatever leaves an importer is what is looked for
            outcome.faults.setdefault(
                _place_of(error), f"{case.label}, format {case.format_id}: {error!r}"[:600]
            )
        else:
            totals = reading.ledger.totals()
            outcome.read += totals.read
            outcome.mapped += totals.mapped
            outcome.formats |= {one.format for one in reading.ledger.sources if one.format}
        watch(case)
    return outcome


def read_case(case: Case, folder: Path) -> Reading:
    """Read one file to the end, as an import or as `saisine read` does by turns, and check the account of it."""
    path = folder / case.name
    path.write_bytes(case.data)
    reading = read_paths([path], format_id=case.format_id, limits=Limits(members=500), now=NOW)
    if len(case.data) % 2:
        out = BytesIO()
        reading.write_ndjson(out)
        rows = len(msgspec.json.Decoder(dict[str, Any]).decode_lines(out.getvalue()))
    else:
        rows = sum(batch.num_rows for batch in reading.record_batches())
    require_account(reading.ledger, rows)
    return reading


def require_account(ledger: Ledger, rows: int) -> None:
    """Every source balances, every row is counted, and the ledger may be written, read again and said."""
    for entry in ledger.sources:
        entry.require_balance()
        assert min(entry.mapped, entry.context, entry.read) >= 0, "a count below zero"
        assert entry.format is not None or entry.unread is not None, "a file neither read nor explained"
    assert rows == sum(entry.mapped + entry.context for entry in ledger.sources), "rows without account"
    document = ledger.as_json()
    written = json.dumps(document, ensure_ascii=False).encode("utf-8")
    assert Ledger.from_json(json.loads(written)).as_json() == document, "another ledger once written"
    for language in ("fr", "en"):
        "".join(ledger.sentences(language)).encode("utf-8")


def _place_of(error: BaseException) -> str:
    """Where it arose in the code: two cases of one fault are told once."""
    frames = traceback.extract_tb(error.__traceback__)
    last = ([one for one in frames if one.filename.startswith(OURS)] or frames)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} ({last.name})"
