"""The texts a model may be trained on and compared on, with their labels; each file by its SHA-256.

`score` is whether a person should look first, `hate` whether a protected group is attacked; NaN where a source says
nothing. Sets named `*_dev` are never trained on; two others serve both ways by cross-fitting.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from saisine.errors import SaisineError
from saisine.findings.triage.training.distance import refuse_near
from saisine.findings.triage.training.sentences import (
    DANGER_HANDS,
    EVERYDAY_HANDS,
    FOLDS,
    load_frames,
    realise,
)

Floats = npt.NDArray[np.float64]
UNKNOWN: Final = float("nan")
Row = Mapping[str, str]
# name, what makes the label of `score`, of `hate`, and the weight of the source beside the others
SOURCES: Final[tuple[tuple[str, Callable[[Row], float], Callable[[Row], float], float], ...]] = (
    ("mlma_fr_train", lambda r: float(r["label_abusive"]), lambda r: float(r["label_hateful"]), 0.7),
    ("ftr_train", lambda r: float(r["label_racist"]), lambda r: float(r["label_racist"]), 1.0),
    ("jigsaw_fr_mt", lambda r: float(r["toxic"]), lambda r: float(r["identity_hate"]), 1.0),
    ("rtplx_fr_dev", lambda r: float(r["label_toxic"]), lambda r: UNKNOWN, 1.0),
    ("toxifrench_agreement", lambda r: float(r["label_toxic"]), lambda r: UNKNOWN, 1.5),
    ("mlma_fr_dev", lambda r: float(r["label_abusive"]), lambda r: float(r["label_hateful"]), 0.0),
    ("ftr_dev", lambda r: float(r["label_racist"]), lambda r: float(r["label_racist"]), 0.0),
)
CROSS_FITTED: Final = ("rtplx_fr_dev", "toxifrench_agreement")
DEVELOPMENT: Final = ("ftr_dev", "mlma_fr_dev", *CROSS_FITTED)
OWN: Final = "own_sentences"
OWN_WEIGHT: Final = 2.0
WRITTEN: Final = "written_sentences"  # those of ours kept as several hands wrote them
WRITTEN_WEIGHT: Final = 2.0
# Those of hands who wrote dangers and what resembles them, nothing else: beside the others, they would thin out what is
# learnt of quotation, answers or praise.
DANGERS: Final = "danger_sentences"
# Those of hands who wrote what people say every day (slang, swearing at nobody, thanks, school, addresses), and attacks
# in the same words.
EVERYDAY: Final = "everyday_sentences"
OURS: Final = (OWN, WRITTEN, DANGERS, EVERYDAY)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts with labels (n each), the source and the fold of each (-1: in no fold), the weight of its source."""

    texts: Sequence[str]
    score: Floats
    hate: Floats
    source: npt.NDArray[np.str_]
    fold: npt.NDArray[np.int64]
    weight: Floats
    function: npt.NDArray[np.str_]
    group: npt.NDArray[np.str_]
    sha256: Mapping[str, str]


def load_corpus(folder: Path, seed: int = 1) -> Corpus:
    """The allowed sets of `folder` and our own sentences. Raises `triage_data_missing`, `triage_sentence_near`."""
    rows: list[tuple[str, float, float, str, int, str, str]] = []
    digests = {}
    for name, score, hate, _ in SOURCES:
        path = folder / f"{name}.csv"
        if not path.exists():
            raise SaisineError("triage_data_missing", name=path.name)
        body = path.read_bytes()
        digests[path.name] = sha256(body).hexdigest()
        for row in csv.DictReader(body.decode("utf-8").splitlines(keepends=True)):
            fold = _fold(row["text"]) if name in CROSS_FITTED else -1
            rows.append((row["text"], score(row), hate(row), name, fold, "", ""))
    own = realise(load_frames(), seed)
    refuse_near(
        [one.text for one in own],
        [one.frame.id for one in own],
        [text for text, _, _, name, *_ in rows if name in DEVELOPMENT],
    )
    for one in own:
        frame = one.frame
        source = _source_of(frame.hand)
        hateful = UNKNOWN if frame.hate is None else float(frame.hate)
        rows.append((one.text, frame.harmful, hateful, source, frame.fold, frame.function, one.group or ""))
    return _corpus(rows, digests)


def _corpus(
    rows: Sequence[tuple[str, float, float, str, int, str, str]], digests: Mapping[str, str]
) -> Corpus:
    texts, score, hate, source, fold, function, group = zip(*rows, strict=True)
    sources = np.array(source)
    return Corpus(
        texts=texts,
        score=np.array(score, float),
        hate=np.array(hate, float),
        source=sources,
        fold=np.array(fold),
        weight=_weights(sources),
        function=np.array(function),
        group=np.array(group),
        sha256=digests,
    )


def _weights(source: npt.NDArray[np.str_]) -> Floats:
    """Each source counts as much as another, whatever its size: the square root keeps large ones useful."""
    shares = {name: weight for name, _, _, weight in SOURCES} | {OWN: OWN_WEIGHT}
    shares |= dict.fromkeys((WRITTEN, DANGERS, EVERYDAY), WRITTEN_WEIGHT)
    found = np.zeros(len(source))
    for name, share in shares.items():
        at = source == name
        found[at] = share * np.sqrt(1000.0 / max(1, at.sum()))
    return found


def _source_of(hand: int | None) -> str:
    if hand is None:
        return OWN
    return DANGERS if hand in DANGER_HANDS else EVERYDAY if hand in EVERYDAY_HANDS else WRITTEN


def _fold(text: str) -> int:
    return int(sha256(text.encode()).hexdigest(), 16) % FOLDS
