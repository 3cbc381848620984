"""The model as files: `model.npz`, plain arrays and no pickle, and `model.json`, what made it and how it decides.

A damaged or foreign file never runs anything and never stops the triage: the rules are enough to go on.
"""

import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.errors import SaisineError
from saisine.findings.triage import columns
from saisine.findings.triage.blend import ALARMS, MEMBERS, Bands, Blend
from saisine.findings.triage.fields import FieldRows, load_fields
from saisine.findings.triage.linear import Tfidf
from saisine.findings.triage.network import OUTPUTS, Network, pack, unpack
from saisine.findings.triage.stems import StemRows

FOLDER: Final = Path(__file__).with_name("model")
VERSION: Final = "9"  # of the model shipped: its scores are not to be compared with those of another
LARGEST_BYTES: Final = 64 << 20  # of a file, opened: twelve times what ours takes
# What a damaged file may raise while it is opened: a zip of which one bit changed asks for a password, or for a
# compression that does not exist (RuntimeError), and brackets nested without end are a RuntimeError too.
DAMAGE: Final = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)
Arrays = Mapping[str, npt.NDArray[Any]]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class OnWords:
    """What reads the words of a message, and its weights: on words, fields, stems, then features with the bias last.

    The columns of all four are those that `columns.py` names.
    """

    tfidf: Tfidf
    fields: FieldRows
    stems: StemRows
    on_tfidf: Floats
    on_fields: Floats
    on_stems: Floats
    on_features: Floats

    def logits(
        self,
        words: Sequence[Sequence[str]],
        tokens: Sequence[Sequence[str]],
        features: npt.NDArray[Any],
        columns: slice,
    ) -> npt.NDArray[Any]:
        """(messages, columns): `words` as the linear member reads them, `tokens` as the network does."""
        found: npt.NDArray[Any] = self.tfidf.rows(words).dot(self.on_tfidf[:, columns])
        found = found + self.fields.rows(tokens).dot(self.on_fields[:, columns])
        found = found + self.stems.rows(tokens).dot(self.on_stems[:, columns])
        return found + features @ self.on_features[:-1, columns] + self.on_features[-1, columns]


@dataclass(frozen=True, slots=True)
class Model:
    """Members and calibration; `words` and `network` are None when only the rules can be used."""

    version: str
    sha256: str
    features: tuple[str, ...]
    rules: npt.NDArray[np.float64]
    blends: Mapping[str, Blend]
    bands: Bands
    words: OnWords | None = None
    network: Network | None = None

    @property
    def id(self) -> str:
        return f"triage@{self.version}+{self.sha256[:12]}"


def load_model(folder: Path = FOLDER) -> Model:
    """The model of a folder, each array checked. Raises `triage_model_damaged`."""
    try:
        facts = json.loads((folder / "model.json").read_text("utf-8"))
        arrays = _read_arrays(folder / "model.npz")
        if digest_of(arrays) != facts["sha256"]:
            raise ValueError("sha256")
        return _whole(facts, arrays)
    except DAMAGE as error:
        raise SaisineError("triage_model_damaged", place=folder.name, reason=type(error).__name__) from error


def load_rules_alone(folder: Path = FOLDER) -> Model:
    """The same without the learnt members: what is left when the arrays are damaged."""
    try:
        facts = json.loads((folder / "model.json").read_text("utf-8"))
        return _rules_alone(facts)
    except DAMAGE as error:
        raise SaisineError("triage_model_damaged", place=folder.name, reason=type(error).__name__) from error


def _rules_alone(facts: Mapping[str, Any]) -> Model:
    features, rules = tuple(facts["features"]), np.array(facts["rules"], float)
    blends = {name: Blend.of(facts["rules_alone"][name]) for name in OUTPUTS}
    bands = Bands(float(facts["bands"]["first"]), float(facts["bands"]["next"]))
    if rules.shape != (len(features) + 1, len(OUTPUTS)) or not np.isfinite(rules).all():
        raise ValueError("rules")
    if not 0 < bands.next <= bands.first < 1:
        raise ValueError("bands")
    _require_whole(blends, 1)
    return Model(str(facts["version"]), str(facts["sha256"]), features, rules, blends, bands)


def _require_whole(blends: Mapping[str, Blend], width: int) -> None:
    """Each has a scale and a share for every member, and numbers that are some. Raises ValueError."""
    for one in blends.values():
        numbers = [*one.scales, *one.shares, one.slope, one.bias]
        if len(one.scales) != width or len(one.shares) != width or not np.isfinite(numbers).all():
            raise ValueError("blend")


def _whole(facts: Mapping[str, Any], arrays: Arrays) -> Model:
    words = OnWords(
        Tfidf(_lines(arrays["vocabulary"]), arrays["idf"].astype(np.float32)),
        FieldRows(
            arrays["field_keys"].astype(np.int64), arrays["field_idf"].astype(np.float32), load_fields()
        ),
        StemRows(
            _lines(arrays["stems"]),
            arrays["stem_pairs"].astype(np.int64),
            arrays["stem_idf"].astype(np.float32),
        ),
        *(arrays[f"on_{name}"].astype(np.float32) for name in ("tfidf", "fields", "stems", "features")),
    )
    heights = (
        len(words.tfidf.vocabulary),
        len(words.fields.keys),
        len(words.stems),
        len(facts["features"]) + 1,
    )
    weights = words.on_tfidf, words.on_fields, words.on_stems, words.on_features
    if any(one.shape != (height, columns.COUNT) for one, height in zip(weights, heights, strict=True)):
        raise ValueError("shape")
    base = _rules_alone(facts)
    blends = {name: Blend.of(facts["blends"][name]) for name in OUTPUTS}
    _require_whole(blends, len(MEMBERS) + len(ALARMS))
    return Model(
        version=base.version,
        sha256=base.sha256,
        features=base.features,
        rules=base.rules,
        blends=blends,
        bands=base.bands,
        words=words,
        network=Network(unpack({n[4:]: array for n, array in arrays.items() if n.startswith("net_")})),
    )


def _lines(array: npt.NDArray[Any]) -> list[str]:
    return bytes(array).decode("utf-8").split("\n")


def _packed(lines: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode("utf-8"), np.uint8)


def pack_model(words: OnWords, network: Any) -> Arrays:
    """The arrays of the file; half floats where they are enough."""
    return {
        "vocabulary": _packed(words.tfidf.vocabulary),
        "idf": words.tfidf.idf.astype(np.float16),
        "field_keys": words.fields.keys.astype(np.int32),
        "field_idf": words.fields.idf.astype(np.float16),
        "stems": _packed(words.stems.stems),
        "stem_pairs": words.stems.pairs.astype(np.int64),
        "stem_idf": words.stems.idf.astype(np.float16),
        "on_tfidf": words.on_tfidf.astype(np.float16),
        "on_fields": words.on_fields.astype(np.float16),
        "on_stems": words.on_stems.astype(np.float16),
        "on_features": words.on_features.astype(np.float32),
        **{f"net_{name}": array for name, array in pack(network).items()},
    }


def digest_of(arrays: Arrays) -> str:
    """SHA-256 over names, types, shapes and bytes: the zip around them may differ."""
    total = sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def write_model(folder: Path, arrays: Arrays, facts: Mapping[str, Any]) -> None:
    """Both files; the same arrays give the same bytes (times in the zip are fixed)."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "model.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in sorted(arrays):
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED  # the one of the archive does not count for it
            with out.open(info, "w") as member:
                np.lib.format.write_array(member, np.ascontiguousarray(arrays[name]), allow_pickle=False)
    body = json.dumps({**facts, "sha256": digest_of(arrays)}, ensure_ascii=False, indent=1)
    (folder / "model.json").write_text(body + "\n", "utf-8")


def _read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    with zipfile.ZipFile(path) as packed:
        if sum(member.file_size for member in packed.infolist()) > LARGEST_BYTES:
            raise ValueError("size")
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}
