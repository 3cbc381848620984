"""Signs that someone may be in danger: a threat, an address published, a call to suicide.

Recall comes before precision for what is said to the person read. A sign is a reason to look first and to
show the help numbers; it is not an offence, and its absence proves nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from saisine.findings.rules import Pattern, Rule, Rules, load_rules
from saisine.findings.signs import Word, fold_with_places, words_of

DOES_NOT_PROVE_FR: Final = (
    "Un signe de danger est une phrase repérée par une règle. Il n’établit ni intention ni infraction. "
    "L’absence de signe ne veut pas dire qu’il n’y a pas de danger."
)
DOES_NOT_PROVE_EN: Final = (
    "A danger sign is a sentence found by a rule. It establishes neither an intention nor an offence. "
    "The absence of a sign does not mean that there is no danger."
)

# A cancelling word touches the sign, or stands one word after it. Four words on each side let
# « tu ne sers à rien, suicide-toi » pass for a negation.
AFTER: Final = 2
LONGEST_BEFORE: Final = 6  # words that a cancelling phrase before the sign may have
AROUND: Final = 15  # words around a sign in which its context is read: about two lines
# French numbers of persons: 01 to 07 and 09, with or without the country code, digits apart by one sign at
# most. 08 is left out: service numbers belong to no person (Arcep numbering plan, decision 2018-0881).
PHONE: Final = re.compile(
    r"(?<![\d+])(?:(?:\+|00)[ .-]?33[ .-]?(?:\(0\)[ .-]?)?[1-79]|[0o][ .-]?[1-79])"
    r"(?:[ ./-]?[\do]){8}(?![\do])"
)
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+")
_QUOTE_MARK: Final = re.compile('[«»“”"]')


@dataclass(frozen=True, slots=True)
class Danger:
    """One sign: its kind, its span (code points of the text as received, half-open), its rule, and why."""

    kind: str
    span: tuple[int, int]
    rule: str
    why_fr: str
    why_en: str


def find_danger(text: str) -> tuple[Danger, ...]:
    """The danger signs of one message, in order, none overlapping another of its kind.

    >>> find_danger("Je vais te tuer, on sait où tu habites.")[0].kind
    'threat'
    """
    rules = load_rules()
    folded, places = fold_with_places(text)
    words = words_of(folded, places, rules.vocabulary)
    context = _Context(words, _quotes(folded, places), rules)
    found = [
        Danger(rule.kind, span, rule.id, rule.why_fr, rule.why_en)
        for rule, span, first, after in (*_by_words(words, rules), *_by_phone(folded, places, words, rules))
        if context.holds(rule, first, after)
    ]
    return _apart(found)


Hit = tuple[Rule, tuple[int, int], int, int]  # the rule, its span, its first word, the word after it


def _by_words(words: Sequence[Word], rules: Rules) -> Iterator[Hit]:
    for at, word in enumerate(words):
        keys = (*word.forms, "<number>") if word.forms[0][0].isdigit() else word.forms
        for key in keys:
            for rule, pattern in rules.index.get(key, ()):
                after = pattern.end(words, at)
                if after is not None:
                    yield rule, (word.start, words[after - 1].end), at, after


def _by_phone(folded: str, places: Sequence[int], words: Sequence[Word], rules: Rules) -> Iterator[Hit]:
    phone_rules = [rule for rule in rules.rules if rule.phone]
    bare = _LINK.sub(lambda link: " " * len(link.group()), folded)
    first = 0
    for match in PHONE.finditer(bare):
        span = places[match.start()], places[match.end() - 1] + 1
        while first < len(words) and words[first].end <= span[0]:
            first += 1
        after = first
        while after < len(words) and words[after].start < span[1]:
            after += 1
        yield from ((rule, span, first, after) for rule in phone_rules)


def _quotes(folded: str, places: Sequence[int]) -> list[tuple[int, int]]:
    """Spans between quotation marks, in the original text; a mark left open quotes nothing."""
    spans, opened = [], -1
    for mark in _QUOTE_MARK.finditer(folded):
        if opened >= 0 and mark.group() in '»”"':
            spans.append((places[opened], places[mark.start()] + 1))
            opened = -1
        elif mark.group() in '«“"':
            opened = mark.start()
    return spans


class _Context:
    """What stands around a sign: the words that cancel it, quotation marks, reported speech."""

    def __init__(self, words: Sequence[Word], quotes: Sequence[tuple[int, int]], rules: Rules) -> None:
        self.words = words
        self.quotes = quotes
        self.rules = rules

    def holds(self, rule: Rule, first: int, after: int) -> bool:
        """Whether the sign stays one in its context."""
        low, high = max(0, first - AROUND), min(len(self.words), after + AROUND)
        if rule.needs and not self._any(rule.needs, low, high):
            return False
        if rule.kind != "doxxing" and self._is_reported(first, after):
            return False
        return not self._is_cancelled(rule, first, after) or self._any(rule.despite, low, high)

    def _is_cancelled(self, rule: Rule, first: int, after: int) -> bool:
        low, high = max(0, first - AROUND), min(len(self.words), after + AROUND)
        return (
            self._any(rule.unless_after, after, self._same_sentence(after, AFTER))
            or self._ends_at(rule.unless_before, first)
            or self._any(rule.unless_inside, first, after)
            or self._any(rule.unless_near, low, high)
        )

    def _same_sentence(self, after: int, count: int) -> int:
        """The word before which what follows still belongs to the sentence."""
        end = after
        while end < min(len(self.words), after + count) and not self.words[end].opens:
            end += 1
        return end

    def _any(self, patterns: Sequence[Pattern], low: int, high: int) -> bool:
        return any(pattern.end(self.words, at) is not None for at in range(low, high) for pattern in patterns)

    def _ends_at(self, patterns: Sequence[Pattern], first: int) -> bool:
        """Whether one of these phrases stands right before a sign, in its sentence."""
        if first < len(self.words) and self.words[first].opens:
            return False
        starts = range(max(0, first - LONGEST_BEFORE), first)
        return any(first in pattern.ends(self.words, at) for at in starts for pattern in patterns)

    def _is_reported(self, first: int, after: int) -> bool:
        """Quoted, by someone who says outside the quotation marks that it was received, said or judged."""
        start, end = self.words[first].start, self.words[after - 1].end
        if not any(opened <= start and end <= closed for opened, closed in self.quotes):
            return False
        outside = [word for word in self._near(first, after) if not self._is_quoted(word)]
        return any(
            pattern.end(outside, at) is not None
            for at in range(len(outside))
            for pattern in self.rules.reporting
        )

    def _near(self, first: int, after: int) -> Sequence[Word]:
        return self.words[max(0, first - 2 * AROUND) : after + 2 * AROUND]

    def _is_quoted(self, word: Word) -> bool:
        return any(opened <= word.start < closed for opened, closed in self.quotes)


def _apart(found: Sequence[Danger]) -> tuple[Danger, ...]:
    """In order of place; of two signs of one kind that overlap, the first and longest stays."""
    kept: list[Danger] = []
    ends: dict[str, int] = {}
    for sign in sorted(found, key=lambda one: (one.span[0], -one.span[1], one.kind, one.rule)):
        if sign.span[0] >= ends.get(sign.kind, 0):
            kept.append(sign)
            ends[sign.kind] = sign.span[1]
    return tuple(kept)
