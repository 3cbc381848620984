"""Courtesies alone (« Bonsoir », « À ce soir, merci »): too short to resemble anything, so that no alarm hears them."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from saisine.findings.rules import read_yaml

DATA: Final = Path(__file__).with_name("data") / "courtesies.yaml"
MOST_WORDS: Final = 12  # what is longer says something


@cache
def load_courtesies(path: Path = DATA) -> frozenset[tuple[str, ...]]:
    """Each courtesy as its folded words."""
    return frozenset(tuple(phrase.split()) for line in read_yaml(path)["courtesies"] for phrase in line)


def is_courtesy(words: Sequence[str]) -> bool:
    """Whether folded words are courtesies and nothing else, one or several in a row; no word is none."""
    if not words or len(words) > MOST_WORDS or words[0] not in _firsts():
        return False
    phrases, reached = load_courtesies(), {0}
    for end in range(1, len(words) + 1):
        if any(tuple(words[start:end]) in phrases for start in reached):
            reached.add(end)
    return len(words) in reached


@cache
def _firsts() -> frozenset[str]:
    return frozenset(phrase[0] for phrase in load_courtesies())
