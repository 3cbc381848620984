"""Searches over 1,000,000 encrypted messages: cold (nothing decrypted yet) and warm (columns kept in memory).

Bars: a page of 50 in at most 1.5 s cold and 0.4 s warm, a count in 0.8 s, one hit opened in 0.15 s (docs/messages.md).
Wall time is what a person waits; CPU time is printed beside, because a shared machine makes people wait longer. The
same words counted by arrow kernels over the same columns are the peer. `--twice` adds half of the messages again in a
second corpus, to see what “one row per message” costs when imports overlap; `--index` also measures the index of words.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from import_ratio import FIRST, NOW, WORDS, now
from saisine.messages.columns import to_batch
from saisine.messages.corpus import Corpora, Query
from saisine.messages.corpus_files import PART_ROWS, CorpusWriter
from saisine.messages.ledger import Ledger
from saisine.messages.queries import microseconds
from saisine.messages.schema import Message
from saisine.texts import fold
from saisine.vault import Vault

COUNT = 1_000_000
COLD_S, WARM_S, COUNT_S, OPEN_S = 1.5, 0.4, 0.8, 0.15
QUERIES = {
    "newest": Query(),
    "two words": Query(text="réunion élue"),
    "phrase": Query(text='"le debat"'),
    "absent word": Query(text="introuvable"),
    "author": Query(author="compte_12"),
    "one week": Query(text="liberté", since=date(2026, 3, 9), until=date(2026, 3, 15)),
}


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def batches(count: int, seed: int) -> Iterator[pa.RecordBatch]:
    """Posts of 5 to 30 French words from 5,000 accounts, 13 seconds apart, in whole parts."""
    rnd, draw = Random(seed), np.random.default_rng(seed)
    halves = [" ".join(rnd.choice(WORDS) for _ in range(rnd.randint(2, 15))) for _ in range(20_000)]
    written, folded = pa.array(halves), pa.array([fold(half) for half in halves])
    model = Message(
        platform="x", message_id="0", kind="post", mapper="x-api-v2@1", created_at=FIRST, text_norm=""
    )
    for start in range(0, count, PART_ROWS):
        numbers = np.arange(start, min(start + PART_ROWS, count), dtype=np.int64)
        pair = [pa.array(draw.integers(0, len(halves), len(numbers))) for _ in range(2)]
        who = pa.array(draw.integers(0, 5_000, len(numbers)))
        at = pa.array(numbers * 13_000_000 + microseconds(FIRST))
        columns = {
            "message_id": pa.array(1_790_000_000_000_000_000 + (numbers << 22)).cast(pa.string()),
            "text": pc.binary_join_element_wise(*(written.take(one) for one in pair), " "),
            "text_norm": pc.binary_join_element_wise(*(folded.take(one) for one in pair), " "),
            "created_at": at.cast(pa.timestamp("us", tz="UTC")),
            "author_id": pc.add(who, 10**9).cast(pa.string()),
            "author_handle": pc.binary_join_element_wise("compte_", who.cast(pa.string()), ""),
        }
        same = to_batch([model] * len(numbers))
        yield pa.RecordBatch.from_arrays(
            [columns.get(name, same.column(name)) for name in same.schema.names], schema=same.schema
        )


def store(vault: Vault, corpora: Corpora, name: str, count: int) -> None:
    writer = CorpusWriter(corpora.folder, name, vault.new_unit(), vault.part_keys, now=NOW)
    for batch in batches(count, seed=7):
        writer.add(batch)
    writer.finish(Ledger(), [])
    writer.publish()


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """(seconds waited, seconds of CPU)."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def warm(call: Callable[[], object]) -> tuple[float, float]:
    found = [timed(call) for _ in range(5)]
    return statistics.median(one[0] for one in found), statistics.median(one[1] for one in found)


def kernels(corpora: Corpora) -> None:
    """The peer: « réunion élue » counted by arrow over the same decrypted columns."""
    for info in corpora.list():
        for number in range(len(info.parts)):
            opened = corpora._open(info, number, ["text_norm"])
            assert opened is not None
            masks = [pc.match_substring(opened.columns["text_norm"], word) for word in ("reunion", "elue")]
            pc.sum(pc.and_(*masks)).as_py()


def measure(corpora: Corpora) -> dict[str, float]:
    corpora.search(Query(corpus="none"))  # what the process loads once is not the question's
    first = timed(lambda: corpora.count(Query(text="mot")))
    print(f"first question of all, DuckDB started: {first[0]:.3f} s ({first[1]:.3f} s of CPU)")
    worst = {"cold": 0.0, "warm": 0.0, "count": 0.0}
    for label, query in QUERIES.items():
        corpora.forget()
        cold = timed(lambda query=query: corpora.search(query))  # type: ignore[misc]
        page = warm(lambda query=query: corpora.search(query))  # type: ignore[misc]
        count = warm(lambda query=query: corpora.count(query))  # type: ignore[misc]
        for name, pair in (("cold", cold), ("warm", page), ("count", count)):
            worst[name] = max(worst[name], pair[0])
        shown = "   ".join(
            f"{name} {wall:.3f} s (CPU {cpu:.3f})"
            for name, (wall, cpu) in (("cold", cold), ("warm", page), ("count", count))
        )
        print(f"{label:12} {corpora.count(query):>9,} found   {shown}")
    return worst


def index(corpora: Corpora) -> None:
    """What the index of words costs to build, and what it changes for a word found nowhere."""
    wall, cpu = timed(corpora.build_index)
    print(f"index of words built in memory in {wall:.1f} s ({cpu:.1f} s of CPU), {peak_mb()} MB at most")
    for label in ("two words", "phrase", "absent word"):
        query = QUERIES[label]
        corpora._columns.forget()
        cold, page = (
            timed(lambda query=query: corpora.search(query)),
            warm(lambda query=query: corpora.search(query)),
        )  # type: ignore[misc]
        shown = (
            f"{name} {wall:.3f} s (CPU {cpu:.3f})" for name, (wall, cpu) in (("cold", cold), ("warm", page))
        )
        print(f"{label:12} with the index   {'   '.join(shown)}")


def write(folder: Path, *, twice: bool) -> None:
    with Vault.create(folder / "vault", clock=now) as vault:
        corpora = Corpora(folder / "corpora", vault.part_keys)
        store(vault, corpora, "one", COUNT)
        if twice:
            store(vault, corpora, "two", COUNT // 2)


def main(*options: str) -> None:
    if "--write" in options:
        write(Path(options[-1]), twice="--twice" in options)
        return
    with tempfile.TemporaryDirectory() as name:
        # in a process of its own, so that the memory told below is that of searching
        subprocess.run([sys.executable, __file__, *options, "--write", name], check=True)
        with Vault.open(Path(name) / "vault", clock=now) as vault:
            run(Corpora(Path(name) / "corpora", vault.part_keys), *options)


def run(corpora: Corpora, *options: str) -> None:
    start = peak_mb()
    worst = measure(corpora)
    print(f"arrow kernels, two words: {warm(lambda: kernels(corpora))[1]:.3f} s of CPU")
    second = corpora.search(Query(), after=corpora.search(Query()).next)
    one = str(second.items[0].ref)
    corpora.forget()
    worst["open"] = timed(lambda: corpora.get(one))[0]
    for name, bar in (("cold", COLD_S), ("warm", WARM_S), ("count", COUNT_S), ("open", OPEN_S)):
        print(f"worst {name:5} {worst[name]:.3f} s, ratio to the bar {worst[name] / bar:.2f} (bar {bar} s)")
    print(f"peak memory {peak_mb()} MB, of which {start} before the first search")
    if "--index" in options:
        index(corpora)


if __name__ == "__main__":
    main(*sys.argv[1:])
