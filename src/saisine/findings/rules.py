"""Danger rules as data: `danger.yaml` compiled into sequences of word sets with bounded gaps.

They are not regular expressions: a jurist can read them, and matching takes a time proportional to the text,
whatever the text.

    "je|on {will}? te|vous {kill}"     words, `|` for either, `{name}` for a list, `?` when it may be absent
    "habites [3] <number>"             `[3]` up to three other words of the same sentence, `<number>` digits
    "^ va te pendre"                   `^` the start of a sentence; `faire_la_peau` several words as one
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from saisine.errors import SaisineError
from saisine.findings.signs import Vocabulary, Word

DATA: Final = Path(__file__).with_name("danger.yaml")
KINDS: Final = ("threat", "doxxing", "suicide_incitement")
MAX_GAP: Final = 8
SHAPES: Final = {
    "<number>": re.compile(r"\d{1,4}(?:bis|ter|quater|[a-d])?"),
    "<postcode>": re.compile(r"\d{5}"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a pattern: `words` gives, for a first word, the tails that may follow it."""

    words: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    gap: int = 0
    shape: str = ""
    optional: bool = False

    def ends(self, words: Sequence[Word], at: int) -> Iterator[int]:
        """Where this step may end when it starts at word `at`."""
        if self.gap:
            yield at
            for skipped in range(1, self.gap + 1):
                if at + skipped >= len(words) or words[at + skipped - 1].opens or words[at + skipped].opens:
                    return
                yield at + skipped
            return
        if self.optional:
            yield at
        if at < len(words):
            yield from self._taken(words, at)

    def _taken(self, words: Sequence[Word], at: int) -> Iterator[int]:
        if self.shape:
            if SHAPES[self.shape].fullmatch(words[at].forms[0]):
                yield at + 1
            return
        for form in words[at].forms:
            for tail in self.words.get(form, ()):
                after = at + 1 + len(tail)
                if after <= len(words) and all(
                    t in w.forms for t, w in zip(tail, words[at + 1 : after], strict=True)
                ):
                    yield after


@dataclass(frozen=True, slots=True)
class Pattern:
    """Steps in order; `opens` when the match must start a sentence."""

    steps: tuple[Step, ...]
    opens: bool = False

    def end(self, words: Sequence[Word], at: int) -> int | None:
        """The furthest end of a match that starts at word `at`, or None."""
        return max(self.ends(words, at), default=None)

    def ends(self, words: Sequence[Word], at: int) -> set[int]:
        """Every end of a match that starts at word `at`; all are followed at once, never back."""
        if self.opens and not words[at].opens:
            return set()
        ends = {at}
        for step in self.steps:
            ends = {after for end in ends for after in step.ends(words, end)}
        return ends

    def first_words(self) -> Iterator[str]:
        step = self.steps[0]
        yield from step.words
        if step.shape:
            yield step.shape


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
    """The whole file: `version`, the rules, the words of reported speech, and the index by first word."""

    version: str
    rules: tuple[Rule, ...]
    reporting: tuple[Pattern, ...]
    vocabulary: Vocabulary
    index: Mapping[str, tuple[tuple[Rule, Pattern], ...]]


@cache
def load_rules(path: Path = DATA) -> Rules:
    """The rules of danger. Raises `danger_rules_malformed` naming the rule and its fault."""
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
        reader = _Reader({name: tuple(words) for name, words in raw["words"].items()})
        rules = tuple(reader.rule(entry) for entry in raw["rules"])
        reporting = tuple(reader.pattern(line, "reporting") for line in raw["reporting"])
        version = str(raw["version"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise SaisineError("danger_rules_malformed", place=path.name, reason=repr(error)) from error
    return Rules(version, rules, reporting, Vocabulary(frozenset(reader.seen)), _index(rules))


def _index(rules: Sequence[Rule]) -> dict[str, tuple[tuple[Rule, Pattern], ...]]:
    found: dict[str, list[tuple[Rule, Pattern]]] = {}
    for rule in rules:
        for pattern in rule.patterns:
            for word in pattern.first_words():
                found.setdefault(word, []).append((rule, pattern))
    return {word: tuple(pairs) for word, pairs in found.items()}


class _Reader:
    """Turns the lines of the file into patterns; keeps every word that it saw."""

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

    def rule(self, raw: Mapping[str, Any]) -> Rule:
        place = str(raw["id"])
        if raw["kind"] not in KINDS:
            raise _fault(place, f"kind {raw['kind']}")
        contexts = {
            name: tuple(self.pattern(line, place) for line in raw.get(name, ())) for name in self.CONTEXTS
        }
        return Rule(
            id=place,
            kind=raw["kind"],
            why_fr=raw["why_fr"],
            why_en=raw["why_en"],
            since=str(raw["since"]),
            phone=bool(raw.get("phone", False)),
            fires=tuple(raw["fires"]),
            stays_silent=tuple(raw["stays_silent"]),
            **contexts,
        )

    def pattern(self, line: str, place: str) -> Pattern:
        parts = line.split()
        opens = parts[0] == "^"
        steps = tuple(self._step(part, place) for part in parts[opens:])
        if not steps or steps[0].gap or steps[0].optional or steps[-1].gap:
            raise _fault(place, f"« {line} »")
        return Pattern(steps, opens)

    def _step(self, part: str, place: str) -> Step:
        if part in SHAPES:
            return Step(shape=part)
        if found := re.fullmatch(r"\[(\d)\]", part):
            if not 1 <= int(found[1]) <= MAX_GAP:
                raise _fault(place, part)
            return Step(gap=int(found[1]))
        optional = part.endswith("?")
        words: dict[str, list[tuple[str, ...]]] = {}
        for choice in part.removesuffix("?").split("|"):
            for phrase in self._expand(choice, place):
                first, *tail = phrase.split("_")
                words.setdefault(first, []).append(tuple(tail))
                self.seen.update((first, *tail))
        return Step({first: tuple(tails) for first, tails in words.items()}, optional=optional)

    def _expand(self, choice: str, place: str) -> Sequence[str]:
        """One word, or the words of the list that it names, written as they are after folding."""
        if choice.startswith("{"):
            if choice[1:-1] not in self.lists:
                raise _fault(place, choice)
            return [word for one in self.lists[choice[1:-1]] for word in self._expand(one, place)]
        if not re.fullmatch(r"[a-z0-9🔪🗡🔫💣🪓⚰🪦]+(?:_[a-z0-9]+)*", choice):
            raise _fault(place, choice)
        return [choice]


def _fault(place: str, reason: str) -> SaisineError:
    return SaisineError("danger_rules_malformed", place=place, reason=reason)
