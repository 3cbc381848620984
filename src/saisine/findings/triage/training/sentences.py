"""Frames turned into training sentences: the same slots and the same typing faults on both sides.

A frame is a pattern with slots; it stays whole on one side of every validation, never split by sentence. The same
harmless frames are filled for all eight groups, or a group's name would become a sign of harm by itself. Files with a
`hand` hold sentences as they were written, one each: all those of one hand stay on one side together.
"""

import random
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from saisine.findings.rules import read_yaml
from saisine.findings.triage.lexicon import GROUPS

DATA: Final = Path(__file__).parents[1] / "data" / "sentences"
HANDS: Final = 134
# Who wrote everyday talk beside attacks in the same words; since hand 14, all others wrote dangers and what resembles
# them, nothing else.
EVERYDAY_HANDS: Final = frozenset(
    {*range(36, 42), *range(44, 60), 66, 67, 73, 89, 94, 102, 103, 110, 118, *range(123, 132), 133}
)
DANGER_HANDS: Final = frozenset(range(14, HANDS + 1)) - EVERYDAY_HANDS
FILES: Final = (
    "against_groups.yaml",
    "beside_groups.yaml",
    "persons.yaml",
    "nuances.yaml",
    "wordings.yaml",
    "dangers.yaml",
    *(f"written_{hand}.yaml" for hand in range(1, HANDS + 1)),
)
FOLDS: Final = 5
PER_GROUP: Final = 1  # sentences of a frame for each group
ALONE: Final = 6  # sentences of a frame that names no group
DISGUISED: Final = 0.3  # share of sentences with typing faults or disguises, the same on both sides
_SLOT: Final = re.compile(r"\{(\w+)\}")
_GROUP_SLOTS: Final = frozenset(
    {"pl", "pl_nu", "un", "un_de", "je", "elle", "elle_h", "slur", "slurs", "tous", "trope"}
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One pattern with what holds for all its sentences; `pair` names the frame it differs from by one step.

    `hand` numbers who wrote a sentence that is kept as it is, without slot or disguise.
    """

    id: str
    function: str
    harmful: bool
    hate: bool | None  # None where sentences of a function differ in it
    types: tuple[str, ...]
    register: str
    pattern: str
    pair: str | None
    author_role: str
    added: str
    hand: int | None = None

    @property
    def slots(self) -> tuple[str, ...]:
        return tuple(_SLOT.findall(self.pattern))

    @property
    def names_a_group(self) -> bool:
        return not _GROUP_SLOTS.isdisjoint(self.slots)

    @property
    def fold(self) -> int:
        """The fold that leaves this frame out: by hand, else by hash, so that a new frame moves no other."""
        if self.hand is not None:
            return self.hand % FOLDS
        return int(sha256(self.id.encode()).hexdigest(), 16) % FOLDS


@dataclass(frozen=True, slots=True)
class Sentence:
    """One realised sentence, the frame it comes from and the group it names, if any."""

    text: str
    frame: Frame
    group: str | None


@cache
def load_frames(folder: Path = DATA) -> tuple[Frame, ...]:
    """Every frame of the files; the id is made of the function and a short hash of the pattern."""
    return tuple(frame for name in FILES for frame in _frames(read_yaml(folder / name)))


def _frames(raw: Mapping[str, Any]) -> Iterator[Frame]:
    for function in raw["functions"]:
        for entry in function["patterns"]:
            one = {"pattern": entry} if isinstance(entry, str) else entry
            mark = sha256(one["pattern"].encode()).hexdigest()[:8]
            yield Frame(
                id=f"{function['function']}-{mark}",
                function=function["function"],
                harmful=bool(function["harmful"]),
                hate=None if function["hate"] is None else bool(function["hate"]),
                types=tuple(one.get("types", function.get("types", ()))),
                register=one.get("register", function.get("register", "spoken")),
                pattern=one["pattern"],
                pair=one.get("pair"),
                author_role=one.get("author_role", "project"),
                added=str(one.get("added", raw["added"])),
                hand=raw.get("hand"),
            )


def realise(frames: Sequence[Frame], seed: int = 1, folder: Path = DATA) -> list[Sentence]:
    """The sentences of the frames: the same seed gives the same sentences, in the same order."""
    fillers = read_yaml(folder / "slots.yaml")
    made: list[Sentence] = []
    for frame in frames:
        if frame.hand is not None:
            made.append(Sentence(frame.pattern, frame, None))
            continue
        rng = random.Random(f"{seed}:{frame.id}")
        groups: Sequence[str | None] = GROUPS if frame.names_a_group else (None,)
        for group in groups:
            texts: dict[str, None] = {}
            for _ in range(PER_GROUP if group else ALONE):
                texts.setdefault(_disguise(_fill(frame.pattern, fillers, group, rng), rng))
            made += [Sentence(text, frame, group) for text in texts]
    return made


def _fill(pattern: str, fillers: Mapping[str, Any], group: str | None, rng: random.Random) -> str:
    words = fillers["groups"][group] if group else {}

    def word(match: re.Match[str]) -> str:
        name = match[1]
        if name == "tous":
            return str(words["tous"])
        if name == "un_de":
            return "d'" + str(rng.choice(words["un"]))
        key = {"pl_nu": "pl", "elle_h": "elle"}.get(name, name)
        return str(rng.choice(words[key] if key in _GROUP_SLOTS else fillers["slots"][key]))

    text = re.sub(r"\s+", " ", _SLOT.sub(word, pattern)).strip()
    return (
        text[:1].upper() + text[1:]
        if pattern[:1] in "{ABCDEFGHIJKLMNOPQRSTUVWXYZ" and rng.random() < 0.7
        else text
    )


_SMS: Final = (
    ("qu'", "k"), ("que ", "ke "), ("qui ", "ki "), ("c'est", "c"), ("vous ", "vs "), ("pour ", "pr "), ("tout", "tt"),
    ("dans ", "ds "), ("pas ", "pa "), ("avec ", "ac "), ("j'ai", "g"), ("quoi", "koi"), ("parce que", "pcq"),
    ("plus", "+"),
    ("je ", "j "), ("toujours", "tjr"), ("ne ", ""), ("beaucoup", "bcp"), ("même", "mm"),
)  # fmt: skip
_LEET: Final = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"})


def _disguise(text: str, rng: random.Random) -> str:
    """Case and accents as people type them, and sometimes one disguise."""
    if rng.random() < 0.25:
        text = "".join(s for s in unicodedata.normalize("NFD", text) if not unicodedata.combining(s))
    if rng.random() < 0.3:
        text = text.lower().rstrip(".")
    if rng.random() > DISGUISED:
        return text
    kind = rng.randrange(9)
    if kind == 0:
        return text.upper()
    if kind == 1:
        for long, short in _SMS:
            text = text.replace(long, short)
        return text
    words = text.split(" ")
    long_ones = [at for at, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if long_ones:
        at = rng.choice(long_ones)
        words[at] = _change(words[at], kind, rng)
    return " ".join(words)


def _change(word: str, kind: int, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    if kind == 2:
        return word[0] + word[1:].translate(_LEET)
    if kind == 3:
        return rng.choice(" .-").join(word)
    if kind == 4:
        return word[:at] + "*" + word[at + 1 :]
    if kind == 5:
        return word[:at] + word[at] * rng.randrange(3, 6) + word[at + 1 :]
    if kind == 6:
        return word[:at] + word[at + 1 :]
    if kind == 7:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + "." + word[at:]
