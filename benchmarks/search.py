"""A page of results over 200,000 encrypted messages: cold (columns decrypted) and warm (kept in memory).

Bar: a page of 50 in less than 0.4 s warm (docs/messages.md).
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from import_ratio import COUNT, now, write_x_lines
from saisine.messages.corpus import Corpora, Query
from saisine.messages.importing import import_paths
from saisine.vault import Vault

BAR_S = 0.4
QUERIES = {
    "newest": Query(),
    "two words": Query(text="réunion élue"),
    "phrase": Query(text='"le debat"'),
    "absent word": Query(text="introuvable"),
    "author": Query(author="compte_12"),
    "one week": Query(text="liberté", since=date(2026, 3, 9), until=date(2026, 3, 15)),
}


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "posts.jsonl"
        write_x_lines(path, COUNT)
        with Vault.create(Path(name) / "vault", clock=now) as vault:
            corpora = Corpora(Path(name) / "corpora", vault.part_keys)
            import_paths([path], vault=vault, corpora=corpora, clock=now)
            worst = 0.0
            for label, query in QUERIES.items():
                corpora.forget()
                cold = seconds(lambda query=query: corpora.search(query))  # type: ignore[misc]
                warm = statistics.median(seconds(lambda query=query: corpora.search(query)) for _ in range(5))  # type: ignore[misc]
                worst = max(worst, warm)
                print(f"{label:12} {corpora.count(query):>8,} found   cold {cold:.3f} s   warm {warm:.3f} s")
            second = corpora.search(Query(), after=corpora.search(Query()).next)
            one = str(second.items[0].ref)
            print(f"open one hit {seconds(lambda: corpora.get(one)):.4f} s")
            print(f"worst warm page {worst:.3f} s, ratio to the bar {worst / BAR_S:.2f} (bar {BAR_S} s)")


if __name__ == "__main__":
    main()
