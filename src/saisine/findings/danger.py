"""Signs that someone may be in danger: a threat, an address published, a call to suicide.

Recall comes before precision for what is said to the person read. A sign is a reason to look first and to
show the help numbers; it is not an offence, and its absence proves nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from saisine.findings.contexts import Context, quoted_spans
from saisine.findings.rules import Rule, Rules, load_rules
from saisine.findings.signs import Word, words_of
from saisine.findings.triage.normalise import Normal, normalise

VERSION: Final = "2026-11-27.6"  # of danger.yaml: what was found under another one has to be looked for again
DOES_NOT_PROVE_FR: Final = (
    "Un signe de danger est une phrase repérée par une règle. Il n’établit ni intention ni infraction. "
    "L’absence de signe ne veut pas dire qu’il n’y a pas de danger."
)
DOES_NOT_PROVE_EN: Final = (
    "A danger sign is a sentence found by a rule. It establishes neither an intention nor an offence. "
    "The absence of a sign does not mean that there is no danger."
)

# French numbers of persons: 01 to 07 and 09, with or without the country code, digits apart by one sign at
# most. 08 is left out: service numbers belong to no person (Arcep numbering plan, decision 2018-0881).
PHONE: Final = re.compile(
    r"(?<![\d+])(?:(?:\+|00)[ .-]?33[ .-]?(?:\(0\)[ .-]?)?[1-79]|[0o][ .-]?[1-79])"
    r"(?:[ ./-]?[\do]){8}(?![\do])"
)

_DIGIT: Final = re.compile(r"\d")  # without one, there is no number to look for


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
    normal = normalise(text, longest=None)
    words = words_of(normal.text, normal.places, rules.vocabulary)
    return look_for_danger(normal, words)[0]


def look_for_danger(
    normal: Normal, words: Sequence[Word], lit: int | None = None
) -> tuple[tuple[Danger, ...], tuple[Danger, ...]]:
    """(signs that stand, signs that their context cancels) of a text already read into words.

    `lit` is what the sieve of the rules says of these words, when it is known.
    """
    rules = load_rules()
    lit = rules.sieve.lit(words) if lit is None else lit
    hits = [*_by_words(words, lit, rules), *_by_phone(normal.text, normal.places, words, rules)]
    if not hits:
        return (), ()
    context = Context(words, lit, quoted_spans(normal.text, normal.places), rules.reporting)
    stand: list[Danger] = []
    cancelled: list[Danger] = []
    for rule, span, first, after in hits:
        if context.is_complete(rule, first, after):
            reported = rule.kind != "doxxing" and context.is_reported(first, after)
            kept = cancelled if reported or not context.holds(rule, first, after) else stand
            kept.append(Danger(rule.kind, span, rule.id, rule.why_fr, rule.why_en))
    return _apart(stand), _apart(cancelled)


Hit = tuple[Rule, tuple[int, int], int, int]  # the rule, its span, its first word, the word after it


def _by_words(words: Sequence[Word], lit: int, rules: Rules) -> Iterator[Hit]:
    for rule, first, after in rules.index.matches(words, lit):
        yield rule, (words[first].start, words[after - 1].end), first, after


def _by_phone(folded: str, places: Sequence[int], words: Sequence[Word], rules: Rules) -> Iterator[Hit]:
    if _DIGIT.search(folded) is None:
        return
    phone_rules = [rule for rule in rules.rules if rule.phone]
    first = 0
    for match in PHONE.finditer(folded):
        span = places[match.start()], places[match.end() - 1] + 1
        while first < len(words) and words[first].end <= span[0]:
            first += 1
        after = first
        while after < len(words) and words[after].start < span[1]:
            after += 1
        yield from ((rule, span, first, after) for rule in phone_rules)


def _apart(found: Sequence[Danger]) -> tuple[Danger, ...]:
    """In order of place; of two signs of one kind that overlap, the first and longest stays."""
    kept: list[Danger] = []
    ends: dict[str, int] = {}
    for sign in sorted(found, key=lambda one: (one.span[0], -one.span[1], one.kind, one.rule)):
        if sign.span[0] >= ends.get(sign.kind, 0):
            kept.append(sign)
            ends[sign.kind] = sign.span[1]
    return tuple(kept)
