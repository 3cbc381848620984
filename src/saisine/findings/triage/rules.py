"""Cues for and against, read from `data/rules/cues.yaml` and the lexicon, and the features they make.

A cue is a sequence of token sets (the pattern language of `findings/rules.py`), so a jurist can read it and the
time is linear in the text. Danger signs are those of `findings/danger.py`: one set of floors for the whole house.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml

from saisine.errors import SaisineError
from saisine.findings.contexts import Context, quoted_spans
from saisine.findings.danger import Danger, look_for_danger
from saisine.findings.rules import Pattern, PatternIndex, Reader, load_rules, read_yaml
from saisine.findings.sieve import Sieve
from saisine.findings.signs import Vocabulary, Word
from saisine.findings.triage.chunks import ChunkReader, Reading
from saisine.findings.triage.features import feature_names
from saisine.findings.triage.lexicon import Lexicon, Term, load_lexicon
from saisine.findings.triage.names import (
    NAME,
    Named,
    Names,
    by_first,
    masked,
    names_as_one,
    spans_of,
    told,
    words_in,
)
from saisine.findings.triage.normalise import Normal

DATA: Final = Path(__file__).with_name("data") / "rules" / "cues.yaml"
SIDES: Final = ("for", "against")
MOST_SPANS: Final = 4  # of one cue in one message
NEAR: Final = 6  # words around a term in which a homonym context makes it harmless
TYPE_OF_DANGER: Final = {
    "threat": "menace",
    "doxxing": "doxxing",
    "suicide_incitement": "incitation",
    "raid": "incitation",
}
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry of the file: the side it argues for, what it says when it does, and its contexts."""

    id: str
    side: str
    hate: bool
    types: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    needs: tuple[Pattern, ...]
    unless_after: tuple[Pattern, ...]
    unless_before: tuple[Pattern, ...]
    unless_inside: tuple[Pattern, ...]
    unless_near: tuple[Pattern, ...]
    despite: tuple[Pattern, ...]
    fires: tuple[str, ...]
    stays_silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A term of the lexicon in a text: its words (half-open), and whether its neighbours make it harmless."""

    term: Term
    first: int
    after: int
    harmless: bool
    quoted: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules see in one message; spans are code points of the text as received."""

    normal: Normal
    tokens: list[str]
    words: Sequence[Word]
    length: int  # in words, a group's name counting as one
    terms: tuple[Found, ...]
    cues: Mapping[str, tuple[Span, ...]]
    quoted_cues: Set[str]
    names: Mapping[str, tuple[Span, ...]]
    dangers: tuple[Danger, ...]
    cancelled: tuple[Danger, ...]
    has_quotes: bool


@dataclass(frozen=True, eq=False)
class Cues:
    """The compiled file: cues, index by first word, terms and names by first word, shared vocabulary."""

    version: str
    cues: tuple[Cue, ...]
    index: PatternIndex[Cue]
    terms: Mapping[str, tuple[tuple[tuple[str, ...], Term], ...]]
    names: Names
    sieve: Sieve
    vocabulary: Vocabulary
    features: tuple[str, ...]

    @cached_property
    def column(self) -> Mapping[str, int]:
        """The place of each feature."""
        return {name: at for at, name in enumerate(self.features)}

    @cached_property
    def sides(self) -> Mapping[str, Cue]:
        """The cues by id."""
        return {cue.id: cue for cue in self.cues}

    @cached_property
    def reader(self) -> ChunkReader:
        """Reads a text into words, what it read before being kept."""
        return ChunkReader(self.vocabulary)

    @cached_property
    def term_firsts(self) -> frozenset[str]:
        return frozenset(self.terms)

    @cached_property
    def term_tells(self) -> frozenset[str]:
        """The word of each term that tells most: a text without any of them holds none."""
        return frozenset(told(self.terms))

    def read(self, text: str) -> Evidence:
        """Everything the rules see in a text."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[Evidence]:
        """Everything the rules see in each text; what their patterns may find is looked for in all of them at once."""
        reader = self.reader
        reads = reader.read_all(texts)
        threats = load_rules().sieve.lit_all([read.numbers for read in reads], reader.numbered)
        named = [self._named(read.words) for read in reads]
        masks = [
            masked(read.words, read.numbers, names, reader.numbered)
            for read, (_, names) in zip(reads, named, strict=True)
        ]
        lit = self.sieve.lit_all([numbers for _, numbers in masks], reader.numbered)
        return [
            self._evidence(read, *both, words, *bits)
            for read, both, (words, _), bits in zip(
                reads, named, masks, zip(threats, lit, strict=True), strict=True
            )
        ]

    def _named(self, words: Sequence[Word]) -> tuple[set[str], list[Named]]:
        """(every form of the words, the names of groups)."""
        each = [word[0] for word in words]
        forms = set(chain.from_iterable(each))
        return forms, self.names.find(each, forms)

    def _evidence(
        self,
        read: Reading,
        forms: Set[str],
        named: Sequence[Named],
        masks: Sequence[Word],
        threats: int,
        lit: int,
    ) -> Evidence:
        """What the rules see in a text read into words; `threats` and `lit` are what both sieves say of it."""
        normal, words, _, tokens = read
        quotes = quoted_spans(normal.text, normal.places)
        dangers, cancelled = look_for_danger(normal, words, threats)
        cues, quoted = self._cues(masks, quotes, lit)
        return Evidence(
            normal=normal,
            tokens=tokens,
            words=words,
            length=len(masks),
            terms=tuple(outside_names(self._terms(words, forms, quotes), named)),
            cues=cues,
            quoted_cues=quoted,
            names=spans_of(words, named),
            dangers=dangers,
            cancelled=cancelled,
            has_quotes=bool(quotes),
        )

    def _cues(
        self, words: Sequence[Word], quotes: Sequence[Span], lit: int
    ) -> tuple[dict[str, tuple[Span, ...]], set[str]]:
        """(the first spans of each cue, in order; cues of which every span is quoted)."""
        found: dict[str, set[Span]] = {}
        plain: set[str] = set()
        context = Context(words, lit)
        for cue, first, after in self.index.matches(words, lit):
            span = words[first].start, words[after - 1].end
            if span in found.get(cue.id, ()):
                continue
            if context.is_complete(cue, first, after) and context.holds(cue, first, after):
                found.setdefault(cue.id, set()).add(span)
                if not is_inside(span, quotes):
                    plain.add(cue.id)
        spans = {cue: tuple(sorted(found[cue])[:MOST_SPANS]) for cue in sorted(found)}
        return spans, spans.keys() - plain

    def _terms(self, words: Sequence[Word], forms: Set[str], quotes: Sequence[Span]) -> Iterator[Found]:
        end = 0
        known = self.term_firsts
        if self.term_tells.isdisjoint(forms):
            return
        for at, word in enumerate(words):
            if known.isdisjoint(word[0]):
                continue
            after = words[at + 1].forms if at + 1 < len(words) else ()
            hits = [
                hit
                for form in word.forms
                for hit in self.terms.get(form, ())
                if not hit[0] or (hit[0][0] in after and _follows(words, at, hit[0]))
            ]
            if not hits or at < end:
                continue
            tail, term = max(hits, key=lambda hit: (len(hit[0]), hit[1].strength))
            end = at + 1 + len(tail)
            harmless = not term.homonym_contexts.isdisjoint(forms) and self._is_near(words, at, end, term)
            yield Found(term, at, end, harmless, is_inside((word.start, words[end - 1].end), quotes))

    @staticmethod
    def _is_near(words: Sequence[Word], first: int, after: int, term: Term) -> bool:
        around = chain(words[max(0, first - NEAR) : first], words[after : after + NEAR])
        return any(form in term.homonym_contexts for word in around for form in word.forms)


def outside_names(terms: Iterator[Found], named: Sequence[Named]) -> Iterator[Found]:
    """The terms that are not a part of a name (« un demandeur d’asile »)."""
    return (t for t in terms if not any(first <= t.first and t.after <= after for first, after, _ in named))


NAMED, HATED = "@groupe", "@terme"


def tokens_of(evidence: Evidence, words: list[str]) -> list[str]:
    """The words as the network reads them, from those of the linear member: every hateful term is one word too.

    A decision then cannot depend on which of the eight groups is named: fairness by construction, and what is
    learnt on one group holds for all.
    """
    hated = {
        form
        for found in evidence.terms
        if not found.harmless and {"individu", "aucun"}.isdisjoint(found.term.groups)
        for word in evidence.words[found.first : found.after]
        for form in word.forms
    }
    if hated.isdisjoint(words):
        return words
    made: list[str] = []
    for token in words:
        new = HATED if token in hated else token
        if new != HATED or made[-1:] != [HATED]:
            made.append(new)
    return made


def words_for_linear(evidence: Evidence) -> list[str]:
    """The words as the linear member reads them: every name of a group is one word, hateful terms stay themselves.

    The article before a name loses its gender: « une » would tell women from others.
    """
    if not evidence.names:
        return evidence.tokens
    spans = sorted({span for spans in evidence.names.values() for span in spans})
    return names_as_one(evidence.normal, spans, NAMED)


def harmful_terms(evidence: Evidence) -> list[Found]:
    """Terms that aim at somebody: neither quoted nor beside words that give them another sense."""
    return [found for found in evidence.terms if not found.harmless and not found.quoted and found.term.types]


def fired(evidence: Evidence, cues: Cues) -> list[Cue]:
    """Cues that argue for, with at least one span outside quotation marks."""
    found = [cues.sides[cue] for cue in evidence.cues if cue not in evidence.quoted_cues]
    return [cue for cue in found if cue.side == "for"]


def is_inside(span: Span, spans: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _follows(words: Sequence[Word], at: int, tail: Sequence[str]) -> bool:
    after = at + 1 + len(tail)
    if after > len(words):
        return False
    return all(part in word.forms for part, word in zip(tail, words[at + 1 : after], strict=True))


@lru_cache(8)
def load_cues(path: Path = DATA, lexicon: Lexicon | None = None) -> Cues:
    """The cues over a lexicon. Raises `triage_rules_malformed` naming the cue and its fault."""
    lexicon = lexicon or load_lexicon()
    danger = load_rules()
    try:
        raw = read_yaml(path)
        reader = Reader({**_lists(lexicon), **{name: tuple(words) for name, words in raw["words"].items()}})
        cues = tuple(_cue(reader, entry) for entry in raw["cues"])
        index = PatternIndex((cue, pattern) for cue in cues for pattern in cue.patterns)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise SaisineError("triage_rules_malformed", place=path.name, reason=repr(error)) from error
    terms = by_first((form, term) for term in lexicon.terms for form in term.forms())
    names = Names.of(lexicon)
    seen = reader.seen | danger.vocabulary.words | set(chain.from_iterable(words_in(terms)))
    seen |= set(names.words)
    version, vocabulary = str(raw["version"]), Vocabulary(frozenset(seen))
    features = feature_names(cues)
    return Cues(version, cues, index, terms, names, reader.sieve, vocabulary, features)


def _lists(lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """Lists that the cues may name: slurs, insults, profanity, the names of the groups."""
    lists: dict[str, list[str]] = {"slur": [], "insult": [], "crude": []}
    for term in lexicon.terms:
        kind = "crude" if "aucun" in term.groups else "insult" if "individu" in term.groups else "slur"
        forms = [form for form in term.forms() if all(re.fullmatch(r"[a-z0-9]+", word) for word in form)]
        if term.strength > 1 or kind != "slur":
            lists[kind] += ["_".join(form) for form in forms]
    lists["name"] = [NAME]
    return {name: tuple(dict.fromkeys(words)) for name, words in lists.items()}


def _cue(reader: Reader, raw: Mapping[str, Any]) -> Cue:
    if raw["side"] not in SIDES:
        raise KeyError(raw["side"])
    return Cue(
        id=raw["id"],
        side=raw["side"],
        hate=bool(raw.get("hate", False)),
        types=tuple(raw.get("types", ())),
        fires=tuple(raw["fires"]),
        stays_silent=tuple(raw["stays_silent"]),
        **reader.contexts(raw, raw["id"]),
    )
