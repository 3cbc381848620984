"""The corpus as members read it, and what a sentence of each source weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.features import features_of
from saisine.findings.triage.fields import FieldRows, load_fields
from saisine.findings.triage.linear import Tfidf
from saisine.findings.triage.rules import Cues, tokens_of, words_for_linear
from saisine.findings.triage.stems import StemRows
from saisine.findings.triage.training.corpus import DANGERS, EVERYDAY, OURS, OWN, WRITTEN, Corpus
from saisine.findings.triage.training.logistic import matrix_of
from saisine.findings.triage.training.recipe import ANSWERING, Shares
from saisine.texts import fold

FORGOTTEN_SHARE: Final = 0.8  # a word written with a capital inside sentences this often is a name
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The corpus as members read it: tokens, features, sparse rows, and the vocabulary behind them."""

    corpus: Corpus
    tokens: Sequence[Sequence[str]]
    features: npt.NDArray[np.float32]
    tfidf: Tfidf
    matrix: Any
    fields: FieldRows
    on_fields: Any
    stems: StemRows
    on_stems: Any
    sources: Floats

    @property
    def blocks(self) -> tuple[Any, Any, Any, Any]:
        """What weights stand on: words, fields, stems, features."""
        return self.matrix, self.on_fields, self.on_stems, self.features

    def trains(self, fold: int) -> npt.NDArray[np.int64]:
        """Rows that members of a fold may learn from; fold -1 leaves nothing out but the development sets."""
        kept = (self.corpus.weight > 0) & ((self.corpus.fold != fold) | (fold < 0))
        return np.flatnonzero(kept)

    def tests(self, fold: int) -> npt.NDArray[np.int64]:
        return np.flatnonzero((self.corpus.fold == fold) | (self.corpus.weight == 0))

    def weights(self, rows: npt.NDArray[np.int64], shares: Shares) -> Floats:
        """Weights of rows times the share of what they are."""
        by_source = np.full(len(rows), float(shares.native))
        named = (
            (OWN, shares.own),
            (WRITTEN, shares.written),
            (DANGERS, shares.dangers),
            (EVERYDAY, shares.everyday),
        )
        for name, share in named:
            by_source[self.corpus.source[rows] == name] = share
        by_source[np.isin(self.corpus.function[rows], ANSWERING)] = shares.answering
        found: Floats = self.corpus.weight[rows] * by_source
        return found

    def labels(self, output: str) -> Floats:
        found: Floats = getattr(self.corpus, output)
        return found


def prepare(corpus: Corpus, cues: Cues) -> Prepared:
    """Read every text once."""
    evidence = [cues.read(text) for text in corpus.texts]
    pairs = zip(evidence, corpus.texts, strict=True)
    features = np.array([features_of(one, cues, text) for one, text in pairs], np.float32)
    words = [words_for_linear(one) for one in evidence]
    tokens = [tokens_of(one, read) for one, read in zip(evidence, words, strict=True)]
    native = np.flatnonzero((corpus.weight > 0) & ~np.isin(corpus.source, OURS))
    forgotten = names_in([corpus.texts[int(at)] for at in native]) - frozenset(cues.vocabulary.words)
    trained = [words[at] for at in np.flatnonzero(corpus.weight > 0)]
    tfidf = Tfidf.fit(trained, forgotten)
    learnt = [tokens[at] for at in np.flatnonzero(corpus.weight > 0)]
    fields, stems = FieldRows.fit(learnt, load_fields()), StemRows.fit(learnt, forgotten)
    names = np.unique(corpus.source)
    sources = (corpus.source[:, None] == names[None, :]).astype(float)
    matrices = (
        matrix_of(tfidf.rows(words), len(tfidf.vocabulary)),
        matrix_of(fields.rows(tokens), len(fields.keys)),
        matrix_of(stems.rows(tokens), len(stems)),
    )
    return Prepared(
        corpus, tokens, features, tfidf, matrices[0], fields, matrices[1], stems, matrices[2], sources
    )


def names_in(texts: Sequence[str]) -> frozenset[str]:
    """Words written with a capital inside sentences in most of their uses: probably names of people."""
    high: dict[str, int] = {}
    low: dict[str, int] = {}
    for text in texts:
        if text.isupper():
            continue
        for before, word in zip(text.split(), text.split()[1:], strict=False):
            bare = word.strip("\"'«»().,!?;:…-")
            if bare[:1].isalpha() and before[-1:] not in '.!?:…"':
                counts = high if bare[:1].isupper() and not bare.isupper() else low
                counts[fold(bare)] = counts.get(fold(bare), 0) + 1
    return frozenset(w for w, n in high.items() if n >= 2 and n / (n + low.get(w, 0)) >= FORGOTTEN_SHARE)
