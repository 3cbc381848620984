"""Triage: messages a second on one core, all outputs, beside TF-IDF and a dot product over the same texts.

The bar is 2,000 a second, on the first reading: most words are met for the first time. The second reading is what a
large inbox comes near to. Texts of the shared data when they are there (mean 90 signs, none twice), else invented ones.
Times are of the processor: the machine may be shared.
"""

import csv
import os
import sys
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from saisine.findings.triage import Triage  # noqa: E402 - numpy reads these when it is imported

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "triage"
INVENTED = [
    "Bonjour, à quelle heure commence la réunion de jeudi ?",
    "Vous êtes la honte du quartier, partez d’ici",
]


def texts() -> list[str]:
    found = []
    for name in ("ftr_train", "mlma_fr_train", "rtplx_fr_dev", "toxifrench_agreement"):
        path = DATA / f"{name}.csv"
        if path.exists():
            found += [
                row["text"] for row in csv.DictReader(path.read_text("utf-8").splitlines(keepends=True))
            ]
    return found or INVENTED * 2_000


def main() -> int:
    start = time.process_time()
    triage = Triage.load()
    loaded = time.process_time() - start
    read = texts()
    for _ in triage.score(enumerate_texts(read[:600])):
        pass
    taken, again = (seconds(triage, read) for _ in range(2))
    count = len(read)
    words = triage.model.words
    assert words is not None
    documents = [text.lower().split() for text in read]
    start = time.process_time()
    for at in range(0, len(documents), 512):
        words.tfidf.rows(documents[at : at + 512]).dot(words.on_tfidf)
    yardstick = time.process_time() - start
    print(f"load {loaded:.2f} s; {count} messages, {len(set(read))} of them distinct")
    print(f"{count / taken:,.0f} a second at first reading, {count / again:,.0f} once words are known")
    print(f"TF-IDF and dot product alone: {count / yardstick:,.0f} a second; ratio {taken / yardstick:.1f}")
    return 0 if count / taken >= 2_000 else 1


def seconds(triage: Triage, read: list[str]) -> float:
    start = time.process_time()
    for _ in triage.score(enumerate_texts(read)):
        pass
    return time.process_time() - start


def enumerate_texts(some: list[str]) -> "list[tuple[str, str]]":
    return [(str(at), text) for at, text in enumerate(some)]


if __name__ == "__main__":
    sys.exit(main())
