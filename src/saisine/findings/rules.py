"""Danger rules as data: `danger.yaml` compiled into sequences of word sets with bounded gaps.

They are not regular expressions: a jurist can read them, and matching takes a time proportional to the text,
whatever the text.

    "je|on {will}? te|vous {kill}"     words, `|` for either, `{name}` for a list, `?` when it may be absent
    "habites [3] <number>"             `[3]` up to three other words of the same sentence, `<number>` digits
    "^ va te pendre"                   `^` the start of a sentence; `faire_la_peau` several words as one
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import yaml

from saisine.errors import SaisineError
from saisine.findings.sieve import Sieve, bits_of
from saisine.findings.signs import EMOJI, SHAPES, Vocabulary, Word

Owner = TypeVar("Owner")
# The loader in C reads the rules in a tenth of the time; where PyYAML was built without it, the other one does.
_Loader: Final[type[yaml.SafeLoader] | type[yaml.CSafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DATA: Final = Path(__file__).with_name("danger.yaml")
KINDS: Final = ("threat", "doxxing", "suicide_incitement", "raid")
MAX_GAP: Final = 8
ALONE: Final[tuple[tuple[str, ...], ...]] = ((),)  # the tails of a step's word that nothing has to follow


def read_yaml(path: Path) -> Any:
    """What a file of rules, terms or words holds. Raises OSError, UnicodeDecodeError or yaml.YAMLError."""
    return yaml.load(path.read_text("utf-8"), Loader=_Loader)


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a pattern: `words` gives, for a first word, the tails that may follow it.

    Up to `gap` other words of the same sentence may stand before it.
    """

    words: Mapping[str, tuple[tuple[str, ...], ...]]
    gap: int = 0
    optional: bool = False

    def ends(self, words: Sequence[Word], at: int, found: set[int]) -> None:
        """Adds to `found` where this step may end when the one before it ends at word `at`."""
        table, last = self.words, min(at + self.gap, len(words) - 1)
        if self.optional:
            found.add(at)
        while at <= last:
            word = words[at]
            for form in word[0]:  # by place: half the time of by name, in the busiest loop
                tails = table.get(form)
                if tails is ALONE:
                    found.add(at + 1)
                elif tails is not None:
                    found.update(_followed(words, at + 1, tails))
            at += 1
            if at > last or word[3] or words[at][3]:
                return
            if self.optional:
                found.add(at)

    def phrases(self) -> list[tuple[str, ...]]:
        """What it may be, each as its words."""
        return [(first, *tail) for first, tails in self.words.items() for tail in tails]


def _followed(words: Sequence[Word], start: int, tails: Sequence[tuple[str, ...]]) -> Iterator[int]:
    """Where each tail that stands there ends; its first word is looked at alone: it is nearly always another."""
    left = len(words) - start
    next_forms = words[start].forms if left > 0 else ()
    for tail in tails:
        if not tail:
            yield start
        elif len(tail) <= left and tail[0] in next_forms:
            after = start + len(tail)
            if all(t in w.forms for t, w in zip(tail, words[start:after], strict=True)):
                yield after


@dataclass(frozen=True, slots=True)
class Pattern:
    """Steps in order; `opens` when the match must start a sentence; a bit of `bit` is lit when its words are there."""

    steps: tuple[Step, ...]
    opens: bool
    bit: int
    firsts: frozenset[str]

    @classmethod
    def of(cls, steps: tuple[Step, ...], opens: bool, sieve: Sieve) -> "Pattern":
        must = [step.phrases() for step in steps if not step.optional]
        return cls(steps, opens, sieve.add(must, opens), frozenset(steps[0].words))

    def end(self, words: Sequence[Word], at: int) -> int | None:
        """The furthest end of a match that starts at word `at`, or None."""
        return max(self.ends(words, at), default=None)

    def ends(self, words: Sequence[Word], at: int) -> set[int]:
        """Every end of a match that starts at word `at`; all are followed at once, never back."""
        if self.firsts.isdisjoint(words[at][0]) or (self.opens and not words[at][3]):
            return set()
        ends = {at}
        for step in self.steps:
            found: set[int] = set()
            for end in ends:
                step.ends(words, end, found)
            if not found:
                return found
            ends = found
        return ends


class PatternIndex(Generic[Owner]):
    """Patterns by their bit: a text looks only at those that its words lit."""

    def __init__(self, pairs: Iterable[tuple[Owner, Pattern]]) -> None:
        self.by_bit = {bit: (owner, pattern) for owner, pattern in pairs for bit in bits_of(pattern.bit)}
        self.bits = sum(self.by_bit)

    def matches(self, words: Sequence[Word], lit: int) -> Iterator[tuple[Owner, int, int]]:
        """(owner, first word, word after) of every match; the furthest end for each start."""
        lit &= self.bits
        if not lit:
            return
        forms = [word[0] for word in words]
        while lit:
            owner, pattern = self.by_bit[lit & -lit]
            lit &= ~pattern.bit
            is_elsewhere = pattern.firsts.isdisjoint
            for at in [at for at, form in enumerate(forms) if not is_elsewhere(form)]:
                ends = pattern.ends(words, at)
                if ends:
                    yield owner, at, max(ends)


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of danger, its reason in both languages, and the contexts in which it is not one."""

    id: str
    kind: str
    why_fr: str
    why_en: str
    since: str
    patterns: tuple[Pattern, ...]
    phone: bool
    needs: tuple[Pattern, ...]
    unless_after: tuple[Pattern, ...]
    unless_before: tuple[Pattern, ...]
    unless_inside: tuple[Pattern, ...]
    unless_near: tuple[Pattern, ...]
    despite: tuple[Pattern, ...]
    fires: tuple[str, ...]
    stays_silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The whole file: `version`, the rules, the words of reported speech, and the index of their patterns."""

    version: str
    rules: tuple[Rule, ...]
    reporting: tuple[Pattern, ...]
    vocabulary: Vocabulary
    sieve: Sieve
    index: PatternIndex[Rule]


@cache
def load_rules(path: Path = DATA) -> Rules:
    """The rules of danger. Raises `danger_rules_malformed` naming the rule and its fault."""
    try:
        raw = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        reader = Reader({name: tuple(words) for name, words in raw["words"].items()})
        rules = tuple(reader.rule(entry) for entry in raw["rules"])
        reporting = tuple(reader.pattern(line, "reporting") for line in raw["reporting"])
        version = str(raw["version"])
        index = PatternIndex((rule, pattern) for rule in rules for pattern in rule.patterns)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise SaisineError("danger_rules_malformed", place=path.name, reason=repr(error)) from error
    return Rules(version, rules, reporting, Vocabulary(frozenset(reader.seen)), reader.sieve, index)


class Reader:
    """Turns the lines of the file into patterns; keeps every word that it saw, and the sieve of all its patterns."""

    CONTEXTS: Final = (
        "patterns",
        "needs",
        "unless_after",
        "unless_before",
        "unless_inside",
        "unless_near",
        "despite",
    )

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self.lists = lists
        self.seen: set[str] = set()
        self.sieve = Sieve()

    def rule(self, raw: Mapping[str, Any]) -> Rule:
        place = str(raw["id"])
        if raw["kind"] not in KINDS:
            raise _fault(place, f"kind {raw['kind']}")
        return Rule(
            id=place,
            kind=raw["kind"],
            why_fr=raw["why_fr"],
            why_en=raw["why_en"],
            since=str(raw["since"]),
            phone=bool(raw.get("phone", False)),
            fires=tuple(raw["fires"]),
            stays_silent=tuple(raw["stays_silent"]),
            **self.contexts(raw, place),
        )

    def contexts(self, raw: Mapping[str, Any], place: str) -> dict[str, tuple[Pattern, ...]]:
        """The patterns of an entry and of what stands around them."""
        return {
            name: tuple(self.pattern(line, place) for line in raw.get(name, ())) for name in self.CONTEXTS
        }

    def pattern(self, line: str, place: str) -> Pattern:
        parts = line.split()
        opens = parts[0] == "^"
        steps, gap = [], 0
        for part in parts[opens:]:
            if part[0] == "[":
                gap += _gap(part, place)
            else:
                steps.append(self._step(part, gap, place))
                gap = 0
        if not steps or gap or steps[0].gap or steps[0].optional:
            raise _fault(place, f"« {line} »")
        return Pattern.of(tuple(steps), opens, self.sieve)

    def _step(self, part: str, gap: int, place: str) -> Step:
        optional = part.endswith("?")
        words: dict[str, list[tuple[str, ...]]] = {}
        for choice in part.removesuffix("?").split("|"):
            for phrase in self._expand(choice, place):
                first, *tail = phrase.split("_")
                words.setdefault(first, []).append(tuple(tail))
                self.seen.update((first, *tail))
        found = {first: ALONE if tails == [()] else tuple(tails) for first, tails in words.items()}
        return Step(found, gap, optional)

    def _expand(self, choice: str, place: str) -> Sequence[str]:
        """One word, or the words of the list that it names, written as they are after folding."""
        if choice.startswith("{"):
            if choice[1:-1] not in self.lists:
                raise _fault(place, choice)
            return [word for one in self.lists[choice[1:-1]] for word in self._expand(one, place)]
        if choice in SHAPES:
            return [choice]
        if not re.fullmatch(rf"[a-z0-9{EMOJI}]+(?:_[a-z0-9]+)*", choice):
            raise _fault(place, choice)
        return [choice]


def _gap(part: str, place: str) -> int:
    """The words that « [3] » lets stand between."""
    found = re.fullmatch(r"\[(\d)\]", part)
    if found is None or not 1 <= int(found[1]) <= MAX_GAP:
        raise _fault(place, part)
    return int(found[1])


def _fault(place: str, reason: str) -> SaisineError:
    return SaisineError("danger_rules_malformed", place=place, reason=reason)
