"""Cues for and against, read from `data/rules/cues.yaml` and the lexicon, and the features they make.

A cue is a sequence of token sets (the pattern language of `findings/rules.py`), so a jurist can read it and the
time is linear in the text. Danger signs are those of `findings/danger.py`: one set of floors for the whole house.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml

from saisine.errors import SaisineError
from saisine.findings.contexts import Context, quoted_spans
from saisine.findings.danger import Danger, look_for_danger
from saisine.findings.rules import Pattern, PatternIndex, Reader, load_rules
from saisine.findings.signs import Vocabulary, Word, words_of
from saisine.findings.triage.lexicon import GROUPS, Lexicon, Term, load_lexicon
from saisine.findings.triage.normalise import Normal, normalise

DATA: Final = Path(__file__).with_name("data") / "rules" / "cues.yaml"
SIDES: Final = ("for", "against")
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
    words: Sequence[Word]
    terms: tuple[Found, ...]
    cues: Mapping[str, tuple[Span, ...]]
    quoted_cues: Set[str]
    names: Mapping[str, tuple[Span, ...]]
    dangers: tuple[Danger, ...]
    cancelled: tuple[Danger, ...]
    has_quotes: bool


@dataclass(frozen=True)
class Cues:
    """The compiled file: cues, index by first word, terms and names by first word, shared vocabulary."""

    version: str
    cues: tuple[Cue, ...]
    index: PatternIndex[Cue]
    terms: Mapping[str, tuple[tuple[tuple[str, ...], Term], ...]]
    names: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    reporting: tuple[Pattern, ...]
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

    def read(self, text: str) -> Evidence:
        """Everything the rules see in a text, in one pass over its words."""
        normal = normalise(text)
        words = words_of(normal.text, normal.places, self.vocabulary)
        forms = {form for word in words for form in word.forms}
        quotes = quoted_spans(normal.text, normal.places)
        context = Context(words, quotes, self.reporting)
        dangers, cancelled = look_for_danger(normal, words)
        cues, quoted = self._cues(words, context, quotes)
        return Evidence(
            normal=normal,
            words=words,
            terms=tuple(self._terms(words, forms, quotes)),
            cues=cues,
            quoted_cues=quoted,
            names=self._names(words),
            dangers=dangers,
            cancelled=cancelled,
            has_quotes=bool(quotes),
        )

    def _cues(
        self, words: Sequence[Word], context: Context, quotes: Sequence[Span]
    ) -> tuple[dict[str, tuple[Span, ...]], set[str]]:
        """(spans by cue, cues of which every span is quoted)."""
        found: dict[str, tuple[Span, ...]] = {}
        plain: set[str] = set()
        for cue, first, after in self.index.matches(words):
            spans = found.get(cue.id, ())
            if len(spans) > 3 or not context.holds(cue, first, after):
                continue
            span = words[first].start, words[after - 1].end
            found[cue.id] = (*spans, span)
            if not is_inside(span, quotes):
                plain.add(cue.id)
        return found, found.keys() - plain

    def _terms(self, words: Sequence[Word], forms: Set[str], quotes: Sequence[Span]) -> Iterator[Found]:
        end = 0
        for at, word in enumerate(words):
            hits = [
                hit for form in word.forms for hit in self.terms.get(form, ()) if _follows(words, at, hit[0])
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

    def _names(self, words: Sequence[Word]) -> dict[str, tuple[Span, ...]]:
        found: dict[str, tuple[Span, ...]] = {}
        for at, word in enumerate(words):
            for tail, group in self.names.get(word.forms[0], ()):
                if _follows(words, at, tail):
                    span = word.start, words[at + len(tail)].end
                    found[group] = (*found.get(group, ()), span)
        return found


NAMED, HATED = "@groupe", "@terme"


def tokens_of(evidence: Evidence, cues: Cues) -> list[str]:
    """The words as the learnt members read them: every name of a group is one word, every hateful term another.

    A decision then cannot depend on which of the eight groups is named: fairness by construction, and what is
    learnt on one group holds for all.
    """
    tokens = evidence.normal.tokens
    hated = {
        form
        for found in evidence.terms
        if not found.harmless and {"individu", "aucun"}.isdisjoint(found.term.groups)
        for word in evidence.words[found.first : found.after]
        for form in word.forms
    }
    if not evidence.names and not hated:
        return tokens
    made: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        tails = [
            tail for tail, _ in cues.names.get(token, ()) if (*tokens[at + 1 : at + 1 + len(tail)],) == tail
        ]
        new = NAMED if tails else HATED if token in hated else token
        at += 1 + max(map(len, tails), default=0)
        if new not in (NAMED, HATED) or made[-1:] != [new]:
            made.append(new)
    return made


def words_for_linear(evidence: Evidence, cues: Cues, tokens: list[str]) -> list[str]:
    """The words as the linear member reads them: names of groups as they are only where something argues for harm.

    Names tell much in hostile posts (0.05 of AUC on forum posts) and must tell nothing in harmless ones.
    """
    attacks = evidence.dangers or harmful_terms(evidence) or fired(evidence, cues)
    return evidence.normal.tokens if attacks else tokens


def harmful_terms(evidence: Evidence) -> list[Found]:
    """Terms that aim at somebody: neither quoted nor beside words that give them another sense."""
    return [found for found in evidence.terms if not found.harmless and not found.quoted and found.term.types]


def fired(evidence: Evidence, cues: Cues) -> list[Cue]:
    """Cues that argue for, with at least one span outside quotation marks."""
    plain = evidence.cues.keys() - evidence.quoted_cues
    return [cue for cue in cues.cues if cue.side == "for" and cue.id in plain]


def is_inside(span: Span, spans: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _follows(words: Sequence[Word], at: int, tail: Sequence[str]) -> bool:
    after = at + 1 + len(tail)
    if after > len(words):
        return False
    return all(part in word.forms for part, word in zip(tail, words[at + 1 : after], strict=True))


@cache
def load_cues(path: Path = DATA, lexicon: Lexicon | None = None) -> Cues:
    """The cues over a lexicon. Raises `triage_rules_malformed` naming the cue and its fault."""
    lexicon = lexicon or load_lexicon()
    danger = load_rules()
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
        reader = Reader({**_lists(lexicon), **{name: tuple(words) for name, words in raw["words"].items()}})
        cues = tuple(_cue(reader, entry) for entry in raw["cues"])
        index = PatternIndex((cue, pattern) for cue in cues for pattern in cue.patterns)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise SaisineError("triage_rules_malformed", place=path.name, reason=repr(error)) from error
    terms = _by_first((form, term) for term in lexicon.terms for form in term.forms())
    names = _by_first((tuple(name.split()), group) for group in GROUPS for name in lexicon.names[group])
    seen = reader.seen | danger.vocabulary.words | set(chain.from_iterable(_words_in(terms)))
    version, vocabulary = str(raw["version"]), Vocabulary(frozenset(seen))
    return Cues(version, cues, index, terms, names, danger.reporting, vocabulary, feature_names(cues))


def _words_in(terms: Mapping[str, tuple[tuple[tuple[str, ...], Term], ...]]) -> Iterator[tuple[str, ...]]:
    for first, entries in terms.items():
        yield (first,)
        yield from (tail for tail, _ in entries)


def _by_first(
    pairs: Iterator[tuple[tuple[str, ...], Any]],
) -> dict[str, tuple[tuple[tuple[str, ...], Any], ...]]:
    found: dict[str, tuple[tuple[tuple[str, ...], Any], ...]] = {}
    for (first, *tail), value in pairs:
        found[first] = (*found.get(first, ()), (tuple(tail), value))
    return found


def _lists(lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """Lists that the cues may name: slurs, insults, profanity, the names of the groups."""
    lists: dict[str, list[str]] = {"slur": [], "insult": [], "crude": []}
    for term in lexicon.terms:
        kind = "crude" if "aucun" in term.groups else "insult" if "individu" in term.groups else "slur"
        forms = [form for form in term.forms() if all(re.fullmatch(r"[a-z0-9]+", word) for word in form)]
        if term.strength > 1 or kind != "slur":
            lists[kind] += ["_".join(form) for form in forms]
    named = [name for group in GROUPS for name in lexicon.names[group]]
    lists["name"] = ["_".join(name.split()) for name in named if name.replace(" ", "").isalnum()]
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


DANGERS: Final = ("threat", "doxxing", "suicide_incitement", "raid")
SHAPES: Final = (
    "asks", "exclaims", "capitals", "mentions", "links", "length", "emoji", "has_quotes", "names_any",
    "slur", "slur_harmless", "slur_quoted", "slur_and_against", "slur_and_self", "insult", "insult_n",
    "insult_harmless", "insult_quoted", "insult_and_against", "crude", "crude_and_thing", "to_you",
    "name_and_against", "for_n", "for_quoted", "against_n", "for_and_against", "hate_cues", "no_cue",
)  # fmt: skip
YOU: Final = frozenset({"tu", "toi", "te", "t", "ton", "ta", "tes", "vous", "vos", "votre"})


def feature_names(cues: Sequence[Cue]) -> tuple[str, ...]:
    """The columns of the features, in order."""
    return (
        *(f"cue:{cue.id}" for cue in cues),
        *(f"danger:{kind}" for kind in DANGERS),
        *(f"cancelled:{kind}" for kind in DANGERS),
        *SHAPES,
    )


AGAINST_HATE: Final = frozenset({"counter", "reported", "testimony", "about_words", "denied"})


def features_of(evidence: Evidence, cues: Cues, text: str) -> list[float]:
    """The numbers of one message, one per name of `feature_names`."""
    row, column = [0.0] * len(cues.features), cues.column
    for cue, spans in evidence.cues.items():
        row[column["cue:" + cue]] = min(2, len(spans))
    for sign in evidence.dangers:
        row[column["danger:" + sign.kind]] = 1.0
    for sign in evidence.cancelled:
        row[column["cancelled:" + sign.kind]] = 1.0
    shapes = _text_shapes(evidence, text) | _cue_shapes(evidence, cues)
    if evidence.terms:
        shapes |= _term_shapes(evidence)
    for name, value in shapes.items():
        row[column[name]] = float(value)
    return row


def _text_shapes(evidence: Evidence, text: str) -> dict[str, float]:
    words = evidence.words
    return {
        "asks": "?" in text,
        "exclaims": min(2, text.count("!")) / 2,
        "capitals": (len(text) > 10) * sum(map(str.isupper, text)) / (len(text) or 1),
        "mentions": min(3, evidence.normal.text.count("@user")) / 3,
        "links": "@url" in evidence.normal.text,
        "length": min(60, len(words)) / 60,
        "emoji": bool(text) and max(text) > "\U0001f000",
        "has_quotes": evidence.has_quotes,
        "names_any": bool(evidence.names),
        "to_you": any(word.forms[0] in YOU for word in words),
    }


def _is_against(evidence: Evidence) -> bool:
    return bool(evidence.quoted_cues) or not AGAINST_HATE.isdisjoint(evidence.cues)


def _cue_shapes(evidence: Evidence, cues: Cues) -> dict[str, float]:
    sides = cues.sides
    for_n = sum(sides[cue].side == "for" for cue in evidence.cues)
    against_n = len(evidence.cues) - for_n
    return {
        "name_and_against": bool(evidence.names) and _is_against(evidence),
        "for_n": min(4, for_n) / 4,
        "for_quoted": min(2, sum(sides[cue].side == "for" for cue in evidence.quoted_cues)) / 2,
        "against_n": min(4, against_n) / 4,
        "for_and_against": for_n > 0 and against_n > 0,
        "hate_cues": min(2, sum(sides[cue].hate for cue in evidence.cues)) / 2,
        "no_cue": not evidence.cues and not evidence.terms,
    }


def _term_shapes(evidence: Evidence) -> dict[str, float]:
    against = _is_against(evidence)
    slurs = [one for one in evidence.terms if {"individu", "aucun"}.isdisjoint(one.term.groups)]
    insults = [one for one in evidence.terms if "individu" in one.term.groups]
    slur = max((one.term.strength for one in slurs if not one.harmless), default=0)
    insult = max((one.term.strength for one in insults if not one.harmless), default=0)
    crude = len(evidence.terms) - len(slurs) - len(insults)
    return {
        "slur": slur / 3,
        "slur_harmless": any(one.harmless for one in slurs),
        "slur_quoted": any(one.quoted for one in slurs),
        "slur_and_against": slur > 0 and against,
        "slur_and_self": slur > 0 and "self" in evidence.cues,
        "insult": insult / 3,
        "insult_n": min(3, len(insults)) / 3,
        "insult_harmless": any(one.harmless for one in insults),
        "insult_quoted": any(one.quoted for one in insults),
        "insult_and_against": insult > 0 and against,
        "crude": min(3, crude) / 3,
        "crude_and_thing": crude > 0 and "about_things" in evidence.cues,
    }
