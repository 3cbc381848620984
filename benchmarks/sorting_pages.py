"""The sorting box over 200,000 invented messages and more: how long each list takes, and how soon it is ready.

Bar: 200 ms for 95 requests in 100 to each list without a text search. Times are CPU of the whole request, through
Django's own test client, templates included; wall time is printed beside. `sorting_pages.py 1000000` for a million;
`--decided` puts a wave aside first; `--arrays` draws what a survey of so many messages would hold, and leaves the
survey itself out.
"""

import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import numpy as np
import pyarrow as pa

from saisine.casework.session import Session, create_workspace, open_session
from saisine.messages.columns import to_batch
from saisine.messages.corpus_files import PART_ROWS, CorpusWriter
from saisine.messages.ledger import Ledger
from saisine.messages.schema import Message

COUNT = 200_000
ASKED = 40  # requests a list
BAR_MS = 200.0
NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
CALM = 0.94  # of the rows: those of the background
BURST_S = 1_700_000_000 + 20 * 86_400  # a day of the thirty


def store(session: Session, table: pa.Table, name: str = "invented") -> None:
    """A table of `make_campaigns` as a corpus, three pages reached: campaigns and a fifth of the rest on one day."""
    model = Message(
        platform="x",
        message_id="0",
        kind="post",
        mapper="x-api-v2@1",
        created_at=NOW,
        text_norm="",
        created_at_precision="s",
    )
    writer = CorpusWriter(
        session.corpora.folder, name, session.vault.new_unit(), session.vault.part_keys, now=NOW
    )
    at = table["created_at"].cast(pa.int64()).to_numpy()
    rows = np.arange(len(table))
    stirred = (rows % 5 == 0) | (rows >= CALM * len(rows))  # campaigns come last in the table
    moved = np.where(stirred, (BURST_S + at // 1_000_000 % 86_400) * 1_000_000, at)
    columns = {
        **{
            field: table[field].combine_chunks()
            for field in table.column_names
            if field not in ("ref", "target_id")
        },
        "created_at": pa.array(moved, pa.timestamp("us", tz="UTC")),
        "target_id": pa.array([f"page{row % 3}" for row in rows]),
    }
    for start in range(0, len(table), PART_ROWS):
        size = min(PART_ROWS, len(table) - start)
        same = to_batch([model] * size)
        arrays = [
            columns[field].slice(start, size).cast(same.schema.field(field).type)
            if field in columns and not pa.types.is_dictionary(same.schema.field(field).type)
            else same.column(field)
            for field in same.schema.names
        ]
        writer.add(pa.RecordBatch.from_arrays(arrays, schema=same.schema))
    writer.finish(Ledger(), [])
    writer.publish()


def drawn(count: int) -> Any:
    """The arrays of a survey of `count` messages: a wave of a fifth, groups of copies, three targets."""
    from saisine.casework.row_files import split_refs
    from saisine.casework.surveys import Placed, RefCodes

    draw = np.random.default_rng(11)
    codes = RefCodes(("invented",))
    places = np.arange(count)
    band = np.where(draw.random(count) < 0.2, 1, 2).astype(np.int32)
    group = np.full(count, -1, np.int32)
    for number in range(count // 1_000):
        group[draw.integers(0, count, 40)] = number
    code = codes.encode(f"invented:{place // PART_ROWS}:{place % PART_ROWS}" for place in places)
    rows = [
        {
            "kind": "wave",
            "id": "0" * 16,
            "day": "2026-03-14",
            "hours": [["2026-03-14T08:00:00+01:00", 7]],
            "refs": [],
        }
    ]
    for number in range(count // 1_000):
        first = int(np.flatnonzero(group == number)[0])
        wave = "0" * 16 if band[first] == 1 else None
        rows.append({"kind": "copies", "group": f"{number:016x}", "variants": 3, "wave": wave,
                     "medoid": codes.decode(code[first : first + 1])[0], "ids": []})  # fmt: skip
    return Placed(
        "drawn", code, band, group, draw.permutation(count) * 1_000_000, np.zeros(count, np.uint8),
        (places % 3).astype(np.int32), np.full(count, 12, np.int32), ("urgent", "0" * 16, "others"), ("x",),
        (("a" * 16, 0), ("b" * 16, 1), ("c" * 16, 2)), tuple(range(1, len(rows))),
        {row["group"]: at for at, row in enumerate(rows[1:])}, split_refs(rows, codes), (), "2026-04-21",
    )  # fmt: skip


def main(count: int, decided: bool, arrays: bool) -> None:
    from make_campaigns import make  # beside this file; the tests use `store` alone

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saisine.web.settings")
    django.setup()

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "espace"
        create_workspace(place, name="Association inventée", clock=lambda: NOW)
        with open_session(place, clock=lambda: NOW) as session:
            if arrays:
                from saisine.casework import surveys  # late: Django is ready from here on

                placed = drawn(count)
                surveys.ready = surveys.current = lambda *_: placed
            else:
                store(session, make(count, french=True).table())
            _measure(session, count, decided)


def _measure(session: Session, count: int, decided: bool) -> None:
    from django.test import Client

    from saisine.casework import surveys, triage
    from saisine.web import clock, current, wsgi

    clock.now = lambda: NOW
    current.use(session)
    wsgi.prepare_accounts()
    begun = time.process_time()
    surveys.current(session)
    print(f"{count:,} messages: survey {time.process_time() - begun:.0f} s of CPU")
    session.kept.clear()
    begun = time.process_time()
    surveys.current(session)
    print(f"read again from its file: {1000 * (time.process_time() - begun):.0f} ms")
    if decided:
        begun = time.process_time()
        n = triage.discard_rest(session, next(b.id for b in triage.bands(session) if b.kind == "wave")).count
        print(f"a wave set aside, {n:,} messages: {time.process_time() - begun:.1f} s")
    client = Client(HTTP_HOST="127.0.0.1")
    for path in _paths(session):
        _time(client, path)


def _paths(session: Session) -> list[str]:
    from saisine.casework import triage

    paths = ["/", "/tri/", "/tri/?par=plateforme", "/tri/?par=cible"]
    for band in [*triage.bands(session), *triage.by_platform(session)[:1], *triage.by_target(session)[:1]]:
        after = triage.cards(session, band.id, limit=500).next
        paths += [f"/tri/{band.id}/", f"/tri/{band.id}/?apres={after}"]
    return paths


def _time(client: Any, path: str) -> None:
    answers = []
    for _ in range(ASKED):
        wall, cpu = time.perf_counter(), time.process_time()
        status = client.get(path).status_code
        answers.append((1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)))
        assert status == 200, (path, status)
    cpu_ms, wall_ms = (sorted(column)[int(0.95 * len(answers))] for column in zip(*answers, strict=True))
    print(
        f"{path[:44]:44} p95 {cpu_ms:6.1f} ms of CPU, {wall_ms:6.1f} ms wall, ratio to the bar {cpu_ms / BAR_MS:.2f}"
    )


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(numbers[0] if numbers else COUNT, "--decided" in sys.argv, "--arrays" in sys.argv)
