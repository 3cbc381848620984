"""What stands around a sign: the words that cancel it, quotation marks, reported speech."""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from saisine.findings.rules import Pattern
from saisine.findings.signs import Word

# A cancelling word touches the sign, or stands one word after it. Four words on each side let
# « tu ne sers à rien, suicide-toi » pass for a negation.
AFTER: Final = 2
LONGEST_BEFORE: Final = 6  # words that a cancelling phrase before the sign may have
AROUND: Final = 15  # words around a sign in which its context is read: about two lines
_QUOTE_MARK: Final = re.compile('[«»“”"]')


class InContext(Protocol):
    """A rule or a cue: what it needs around it, what cancels it, what restores it."""

    @property
    def needs(self) -> tuple[Pattern, ...]: ...
    @property
    def unless_after(self) -> tuple[Pattern, ...]: ...
    @property
    def unless_before(self) -> tuple[Pattern, ...]: ...
    @property
    def unless_inside(self) -> tuple[Pattern, ...]: ...
    @property
    def unless_near(self) -> tuple[Pattern, ...]: ...
    @property
    def despite(self) -> tuple[Pattern, ...]: ...


def quoted_spans(folded: str, places: Sequence[int]) -> list[tuple[int, int]]:
    """Spans between quotation marks, in the original text; a mark left open quotes nothing."""
    spans, opened = [], -1
    for mark in _QUOTE_MARK.finditer(folded):
        if opened >= 0 and mark.group() in '»”"':
            spans.append((places[opened], places[mark.start()] + 1))
            opened = -1
        elif mark.group() in '«“"':
            opened = mark.start()
    return spans


class Context:
    """What stands around a sign: the words that cancel it, quotation marks, reported speech."""

    def __init__(
        self,
        words: Sequence[Word],
        lit: int,
        quotes: Sequence[tuple[int, int]] = (),
        reporting: Sequence[Pattern] = (),
    ) -> None:
        self.words = words
        self.lit = lit
        self.quotes = quotes
        self.reporting = reporting

    def is_complete(self, rule: InContext, first: int, after: int) -> bool:
        """Whether what the rule needs stands around."""
        low, high = max(0, first - AROUND), min(len(self.words), after + AROUND)
        return not rule.needs or self._any(rule.needs, low, high)

    def holds(self, rule: InContext, first: int, after: int) -> bool:
        """Whether nothing around cancels the sign."""
        low, high = max(0, first - AROUND), min(len(self.words), after + AROUND)
        return not self._is_cancelled(rule, first, after) or self._any(rule.despite, low, high)

    def _is_cancelled(self, rule: InContext, first: int, after: int) -> bool:
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
        likely = [pattern for pattern in patterns if pattern.bit & self.lit]
        return any(pattern.end(self.words, at) is not None for at in range(low, high) for pattern in likely)

    def _ends_at(self, patterns: Sequence[Pattern], first: int) -> bool:
        """Whether one of these phrases stands right before a sign, in its sentence."""
        if first < len(self.words) and self.words[first].opens:
            return False
        starts = range(max(0, first - LONGEST_BEFORE), first)
        likely = [pattern for pattern in patterns if pattern.bit & self.lit]
        return any(first in pattern.ends(self.words, at) for at in starts for pattern in likely)

    def is_reported(self, first: int, after: int) -> bool:
        """Quoted, by someone who says outside the quotation marks that it was received, said or judged."""
        start, end = self.words[first].start, self.words[after - 1].end
        if not any(opened <= start and end <= closed for opened, closed in self.quotes):
            return False
        outside = [word for word in self._near(first, after) if not self._is_quoted(word)]
        likely = [pattern for pattern in self.reporting if pattern.bit & self.lit]
        return any(pattern.end(outside, at) is not None for at in range(len(outside)) for pattern in likely)

    def _near(self, first: int, after: int) -> Sequence[Word]:
        return self.words[max(0, first - 2 * AROUND) : after + 2 * AROUND]

    def _is_quoted(self, word: Word) -> bool:
        return any(opened <= word.start < closed for opened, closed in self.quotes)
