"""Groups of near-copies: one sentence, pasted by many, with an emoji, a capital, a swapped word or a slip."""

import random
import re
from typing import Final

from saisine.example.sentences import SNEERS, load_parts
from saisine.example.similarity import COPIES_ABOVE, Known, jaccard, runs

GROUPS: Final = 37
COPIES: Final = 720
SMALLEST, LARGEST = 4, 60

_CHOICE: Final = re.compile(r"\(([^)]*)\)")
_LONG_WORD: Final = re.compile(r"[A-Za-zà-ÿ]{6,}")


def write_groups(rng: random.Random, known: Known) -> list[tuple[str, list[str]]]:
    """(language, copies) of each of the 37 groups; `known` learns every variant."""
    bases = [(language, text) for language, texts in load_parts("copies").items() for text in texts]
    sizes = draw_sizes(rng, len(bases), COPIES)
    groups = []
    for (language, base), size in zip(rng.sample(bases, len(bases)), sizes, strict=True):
        copies = write_copies(base, size, rng)
        for found in dict.fromkeys(runs(text) for text in copies):
            known.add(found)
        groups.append((language, copies))
    return groups


def draw_sizes(rng: random.Random, count: int, total: int) -> list[int]:
    """Sizes from 4 to 60 that add up to `total`: many small groups, a few large ones."""
    sizes = [min(LARGEST, SMALLEST + int(rng.expovariate(1 / 16))) for _ in range(count)]
    while (gap := total - sum(sizes)) != 0:
        number, step = rng.randrange(count), 1 if gap > 0 else -1
        if SMALLEST <= sizes[number] + step <= LARGEST:
            sizes[number] += step
    return sizes


def write_copies(base: str, size: int, rng: random.Random) -> list[str]:
    """The sentence as first written, then copies that stay close to it."""
    first = _CHOICE.sub(lambda found: found.group(1).split("|")[0], base)
    model = runs(first)
    copies = [first]
    while len(copies) < size:
        text = _vary(base, first, rng)
        if jaccard(runs(text), model) >= COPIES_ABOVE:
            copies.append(_dress(text, rng))
    return copies


def _vary(base: str, first: str, rng: random.Random) -> str:
    """Half of the copies are exact; the others swap the marked word or slip once."""
    chance = rng.random()
    if chance < 0.5:
        return first
    if chance < 0.8:
        return _CHOICE.sub(lambda found: rng.choice(found.group(1).split("|")), base)
    return slip(first, rng)


def slip(text: str, rng: random.Random) -> str:
    """One typing slip inside a long word: a letter lost, doubled, or two of them exchanged."""
    word = rng.choice(list(_LONG_WORD.finditer(text)))
    at = rng.randrange(word.start() + 1, word.end() - 2)
    slips = (
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    )
    return rng.choice(slips)


def _dress(text: str, rng: random.Random) -> str:
    """What changes no word: signs at the end, capitals, an emoji or two."""
    dressed = rng.choice((_as_is, _shouted, _louder, _low, _as_is))(text, rng)
    if rng.random() < 0.5:
        dressed += " " + "".join(rng.choices(SNEERS, k=rng.randint(1, 3)))
    return dressed


def _as_is(text: str, rng: random.Random) -> str:
    return text


def _shouted(text: str, rng: random.Random) -> str:
    """One word in capitals, or all of them."""
    if rng.random() < 0.25:
        return text.upper()
    word = rng.choice(list(_LONG_WORD.finditer(text)))
    return text[: word.start()] + word.group().upper() + text[word.end() :]


def _louder(text: str, rng: random.Random) -> str:
    return text.rstrip(".! ") + rng.choice((" !!!", "…", " !", " ?!", ""))


def _low(text: str, rng: random.Random) -> str:
    return text[0].lower() + text[1:]
