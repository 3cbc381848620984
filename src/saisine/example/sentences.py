"""Sentences put together from parts, none of which resembles another."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from saisine.example.similarity import STRANGERS_BELOW, Known, runs

PARTS: Final = Path(__file__).parent / "parts"
TRIES: Final = 4_000  # thousands of combinations exist for each pool: far more than are ever asked for
EMOJI: Final = ("🙂", "🍏", "🌳", "🎶", "👏", "🤔", "😅", "📚")
SNEERS: Final = ("😂", "🤡", "🙄", "😤", "👎", "🤣", "😠")

_START: Final = re.compile(r"(^|[.!?…] )([¿«]?\s?)([a-zà-ÿœ])")
_SLOT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Pool:
    """The parts of one kind of message in one language. `slots` fill the `{names}` inside parts."""

    slots: Mapping[str, Sequence[str]]
    openings: Sequence[str]
    cores: Sequence[str]
    closings: Sequence[str]


@cache
def load_parts(name: str) -> Any:
    """One file of `parts/` as plain values."""
    return yaml.load((PARTS / f"{name}.yaml").read_text("utf-8"), yaml.CSafeLoader)


def load_pool(name: str, language: str | None = None) -> Pool:
    """The pool of a file, or of one language of it."""
    raw = load_parts(name)
    return Pool(**(raw if language is None else raw[language]))


class Writer:
    """Writes sentences of one pool, using every core as often as the others."""

    def __init__(
        self, pool: Pool, rng: random.Random, known: Known, signs: Sequence[str], language: str = "fr"
    ) -> None:
        self._ends = (".", ".", " !", "…") if language == "fr" else (".", ".", "!", "…")
        self._pool = pool
        self._rng = rng
        self._known = known
        self._signs = signs
        self._waiting: list[str] = []

    def write(self) -> str:
        """A sentence unlike any known one."""
        for _ in range(TRIES):
            text = self._compose()
            found = runs(text)
            if self._known.closest(found) < STRANGERS_BELOW:
                self._known.add(found)
                return text
        raise AssertionError("the pool of sentences is too small for what is asked of it")

    def _compose(self) -> str:
        pool, rng = self._pool, self._rng
        if not self._waiting:
            self._waiting = rng.sample(list(pool.cores), len(pool.cores))
        core = self._waiting.pop()
        core += "" if core.endswith("?") else rng.choice(self._ends)
        shape = rng.choice(("oc", "cl", "ocl", "ocl"))
        parts = [rng.choice(pool.openings)] if "o" in shape else []
        parts += [core, rng.choice(pool.closings)] if "l" in shape else [core]
        text = capitalise(self._filled(" ".join(parts)))
        return f"{text} {rng.choice(self._signs)}" if rng.random() < 0.2 else text

    def _filled(self, text: str) -> str:
        return _SLOT.sub(lambda found: self._rng.choice(self._pool.slots[found.group(1)]), text)


def capitalise(text: str) -> str:
    """Capitals where sentences begin."""
    return _START.sub(lambda found: found.group(1) + found.group(2) + found.group(3).upper(), text)
