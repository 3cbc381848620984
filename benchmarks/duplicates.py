"""Groups of near-copies among 200,000 invented messages, beside datasketch alone on a part of them.

Bars (docs/findings.md): recall and precision at 0.98 or above, under 20 s of CPU, on these messages and on those
of make_campaigns.py (copied, templated and slow campaigns among a background of power laws).
"""

import random
import resource
import time
from collections import Counter
from itertools import pairwise

from datasketch import MinHash, MinHashLSH

from make_campaigns import make
from saisine.findings.duplicates import THRESHOLD, Duplicates, copy_key, group_duplicates
from saisine.findings.inputs import Text
from saisine.findings.shingles import shingle_set
from saisine.texts import fold

COUNT = 200_000
PART = 20_000  # datasketch alone takes minutes on the whole
BAR_S = 20.0
CAMPAIGNS = 400
SEED = 20_260_314
COPYING = ("copypaste", "template", "slow")


def vocabulary(rng: random.Random) -> list[str]:
    """20,000 invented words of real lengths, drawn by Zipf's law below."""
    signs = "aaeeeiioulrntsscdmpvbgfh"
    return ["".join(rng.choices(signs, k=rng.randint(2, 10))) for _ in range(20_000)]


def sentence(rng: random.Random, words: list[str]) -> list[str]:
    length = rng.randint(9, 28)
    return [words[int(len(words) ** rng.random()) - 1] for _ in range(length)]  # Zipf: log-uniform ranks


def edited(rng: random.Random, words: list[str], base: list[str]) -> str:
    """A copy with what people change: a word, a word added, signs at the end."""
    copy = list(base)
    act = rng.random()
    if act < 0.4:
        copy[rng.randrange(len(copy))] = rng.choice(words)
    elif act < 0.6:
        copy.insert(rng.randrange(len(copy)), rng.choice(words))
    return " ".join(copy) + rng.choice(["", "!!!", " 🤬", "…"])


def invent(count: int, seed: int) -> tuple[list[Text], dict[str, int]]:
    """(messages, campaign of each copied one): one message in four is a copy."""
    rng = random.Random(seed)
    words = vocabulary(rng)
    bases = [sentence(rng, words) for _ in range(max(1, CAMPAIGNS * count // COUNT))]
    rows, truth = [], {}
    for number in range(count):
        key = f"m{number}"
        if rng.random() < 0.25:
            truth[key] = rng.randrange(len(bases))
            text = edited(rng, words, bases[truth[key]])
        else:
            text = " ".join(sentence(rng, words))
        rows.append(Text(key, text, text.lower()))
    return rows, truth


def pairs(sizes: Counter[object]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def quality(found: Duplicates, truth: dict[str, int]) -> tuple[float, float]:
    """(recall, precision) over pairs of messages of one campaign."""
    together: Counter[object] = Counter()
    claimed = 0
    for group in found.groups:
        claimed += group.n * (group.n - 1) // 2
        together.update((group.group, truth[one]) for one in group.ids if one in truth)
    right = pairs(together)
    return right / pairs(Counter(truth.values())), right / max(1, claimed)


def by_datasketch(rows: list[Text]) -> int:
    """The peer: its MinHash and its LSH index on the same shingles; how many texts have a neighbour."""
    keys = sorted({copy_key(row.norm) for row in rows})
    index = MinHashLSH(threshold=THRESHOLD, num_perm=100)
    shingles = ([part.encode() for part in shingle_set(key)] for key in keys)
    signed = list(zip(keys, MinHash.generator(shingles, num_perm=100), strict=True))
    for key, signature in signed:
        index.insert(key, signature)
    return sum(len(index.query(signature)) > 1 for _, signature in signed)


def by_campaigns() -> tuple[float, float, float]:
    """(CPU, recall, precision) over the messages of the copying campaigns of make_campaigns.py, shares left out."""
    made = make(COUNT)
    rows = [
        Text(name, "", fold(text))
        for name, text, share in zip(made.message_id, made.text, made.repost_id, strict=True)
        if share is None
    ]
    kinds = {name: kind for name, (kind, _) in made.campaigns.items()}
    copied = {one: name for one, name in made.campaign_of.items() if kinds[name] in COPYING}
    cpu = time.process_time()
    found = group_duplicates(rows)
    cpu = time.process_time() - cpu
    grouped = [[copied.get(one, "") for one in group.ids] for group in found.groups]
    mixed = [names for names in grouped if any(names)]
    right = sum(max(names.count(name) for name in set(names) - {""}) for names in mixed)
    held = sum(bool(name) for names in grouped for name in names)
    return cpu, held / len(copied), right / sum(map(len, mixed))


def main() -> None:
    cpu, recall, precision = by_campaigns()
    print(
        f"{COUNT:,} messages with campaigns: recall {recall:.3f}, precision {precision:.3f}, CPU {cpu:.1f} s"
    )
    rows, truth = invent(COUNT, SEED)
    marks = [time.process_time()]
    found = group_duplicates(rows)
    marks.append(time.process_time())
    part = rows[:PART]
    group_duplicates(part)
    marks.append(time.process_time())
    by_datasketch(part)
    marks.append(time.process_time())
    ours, ours_part, peer_part = (after - before for before, after in pairwise(marks))
    recall, precision = quality(found, truth)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{COUNT:,} messages: {len(found.groups)} groups, recall {recall:.3f}, precision {precision:.3f}")
    print(f"CPU {ours:.1f} s, ratio to the bar {ours / BAR_S:.2f} (bar {BAR_S:.0f} s), peak {peak:.0f} MB")
    print(f"{PART:,} messages: {ours_part:.1f} s, datasketch alone {peer_part:.1f} s", end="")
    print(f", ratio {peer_part / ours_part:.1f} to 1")


if __name__ == "__main__":
    main()
