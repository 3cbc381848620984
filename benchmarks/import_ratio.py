"""200,000 X posts read, mapped, sealed and stored encrypted, against `json.loads` per line over the same bytes.

Bar: at most 5 times the CPU time of `json.loads` in the same run (docs/messages.md); memory is that of
`import_memory.py`, one import a process. The
generated lines have a median of 1.1 kB; their text is French, with accents. Reading alone is printed beside.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from saisine.messages.corpus import Corpora, Query
from saisine.messages.importing import import_paths, read_paths
from saisine.vault import Vault

COUNT = 200_000
ROUNDS = 3
BAR = 5.0
WORDS = (
    "le la les une femme association réunion liberté élue quartier école ça encore toujours "
    "jamais très rien dire voilà pays gens hier demain parler message photo lutte débat c’est "
    "n’est qu’elle être même où déjà"
).split()
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def now() -> datetime:
    return NOW


def x_lines(count: int, seed: int = 7) -> Iterator[bytes]:
    """Posts of the X API, flat with their author (as `twarc2 flatten` writes them), one per line."""
    rnd = Random(seed)
    for number in range(count):
        at = FIRST + timedelta(seconds=13 * number)
        name = str((int(at.timestamp() * 1000) - 1_288_834_974_657 << 22) + rnd.randrange(1 << 20))
        who = rnd.randrange(5_000)
        post = {
            "id": name,
            "text": " ".join(rnd.choice(WORDS) for _ in range(rnd.randint(5, 30))),
            "author_id": str(10**9 + who),
            "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
            "lang": "fr",
            "conversation_id": name,
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "source": "Twitter for Android",
            "edit_history_tweet_ids": [name],
            "in_reply_to_user_id": "1400000000",
            "referenced_tweets": [{"type": "replied_to", "id": "1899999999999999999"}],
            "entities": {
                "mentions": [{"start": 0, "end": 9, "username": f"asso_{who % 7}", "id": "1400000000"}],
                "hashtags": [{"start": 10, "end": 20, "tag": "solidarité"}],
            },
            "public_metrics": {
                "retweet_count": rnd.randrange(5),
                "reply_count": rnd.randrange(9),
                "like_count": rnd.randrange(50),
                "quote_count": 0,
                "impression_count": rnd.randrange(9_000),
            },
            "author": {
                "id": str(10**9 + who),
                "username": f"compte_{who}",
                "name": f"Compte {who}",
                "created_at": "2020-01-01T00:00:00.000Z",
                "verified": False,
                "public_metrics": {"followers_count": 12, "following_count": 5, "tweet_count": 99},
            },
        }
        yield json.dumps(post, ensure_ascii=False).encode() + b"\n"


def write_x_lines(path: Path, count: int) -> None:
    with path.open("wb") as out:
        out.writelines(x_lines(count))


def parse_alone(path: Path) -> float:
    """CPU seconds of `json.loads` on each line."""
    start = time.process_time()
    with path.open("rb") as stream:
        for line in stream:
            json.loads(line)
    return time.process_time() - start


def read_alone(path: Path) -> float:
    start = time.process_time()
    if sum(len(batch) for batch in read_paths([path], now=NOW).batches()) != COUNT:
        raise SystemExit("rows were lost")
    return time.process_time() - start


def import_whole(path: Path, folder: Path) -> float:
    with Vault.create(folder / "vault", clock=now) as vault:
        corpora = Corpora(folder / "corpora", vault.part_keys)
        start = time.process_time()
        done = import_paths([path], vault=vault, corpora=corpora, clock=now)
        whole = time.process_time() - start
        if not done.ledger.totals().mapped == corpora.count(Query()) == COUNT:
            raise SystemExit("rows were lost")
    return whole


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        path, folder = Path(name) / "posts.jsonl", Path(name)
        write_x_lines(path, COUNT)
        median = statistics.median(len(line) for line in x_lines(2_000))
        print(f"{COUNT:,} lines, {path.stat().st_size >> 20} MB, median {median:.0f} bytes")
        floors, reads, wholes = [], [], []
        for turn in range(ROUNDS):  # in turn: a shared processor slows what runs at that moment
            floors.append(parse_alone(path))
            reads.append(read_alone(path))
            floors.append(parse_alone(path))
            wholes.append(import_whole(path, folder / str(turn)))
        floor = min(floors)
        print(f"json.loads per line   {floor:6.2f} s of CPU, the least of {len(floors)} runs")
        print(f"read and mapped       {min(reads):6.2f} s   ratio {min(reads) / floor:.2f}")
        print(f"sealed and stored too {min(wholes):6.2f} s   ratio {min(wholes) / floor:.2f} (bar {BAR:.2f})")
        print(f"all runs              {', '.join(f'{whole / floor:.2f}' for whole in wholes)}")


if __name__ == "__main__":
    main()
