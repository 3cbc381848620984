"""The model as files: `model.npz`, plain arrays and no pickle, and `model.json`, what made it and how it decides.

A damaged or foreign file never runs anything and never stops the triage: the rules are enough to go on.
"""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.errors import SaisineError
from saisine.findings.triage import columns
from saisine.findings.triage.blend import Bands, Blend
from saisine.findings.triage.fields import FieldRows, load_fields
from saisine.findings.triage.linear import Tfidf
from saisine.findings.triage.network import OUTPUTS, Network, pack, unpack

FOLDER: Final = Path(__file__).with_name("model")
VERSION: Final = "5"  # of the model shipped: its scores are not to be compared with those of another
LARGEST_BYTES: Final = 64 << 20  # of a file, opened: six times what ours takes
Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Model:
    """Members and calibration; `tfidf`, `fields` and `network` are None when only the rules can be used.

    `linear`, `on_fields`, `linear_features`: weights whose columns `columns.py` names.
    """

    version: str
    sha256: str
    features: tuple[str, ...]
    rules: npt.NDArray[np.float64]
    blends: Mapping[str, Blend]
    bands: Bands
    tfidf: Tfidf | None = None
    linear: npt.NDArray[np.float32] | None = None
    linear_features: npt.NDArray[np.float32] | None = None
    fields: FieldRows | None = None
    on_fields: npt.NDArray[np.float32] | None = None
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
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
        raise SaisineError("triage_model_damaged", place=folder.name, reason=type(error).__name__) from error


def load_rules_alone(folder: Path = FOLDER) -> Model:
    """The same without the learnt members: what is left when the arrays are damaged."""
    try:
        facts = json.loads((folder / "model.json").read_text("utf-8"))
        return _rules_alone(facts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SaisineError("triage_model_damaged", place=folder.name, reason=type(error).__name__) from error


def _rules_alone(facts: Mapping[str, Any]) -> Model:
    return Model(
        version=str(facts["version"]),
        sha256=str(facts["sha256"]),
        features=tuple(facts["features"]),
        rules=np.array(facts["rules"], float),
        blends={name: Blend.of(facts["rules_alone"][name]) for name in OUTPUTS},
        bands=Bands(**facts["bands"]),
    )


def _whole(facts: Mapping[str, Any], arrays: Arrays) -> Model:
    vocabulary = bytes(arrays["vocabulary"]).decode("utf-8").split("\n")
    tfidf = Tfidf(vocabulary, arrays["idf"].astype(np.float32))
    linear = arrays["linear"].astype(np.float32)
    on_features = arrays["linear_features"].astype(np.float32)
    fields = FieldRows(
        arrays["field_keys"].astype(np.int64), arrays["field_idf"].astype(np.float32), load_fields()
    )
    on_fields = arrays["on_fields"].astype(np.float32)
    heights = len(vocabulary), len(facts["features"]) + 1, len(fields.keys)
    shapes = tuple((height, columns.COUNT) for height in heights)
    if (linear.shape, on_features.shape, on_fields.shape) != shapes:
        raise ValueError("shape")
    base = _rules_alone(facts)
    return Model(
        version=base.version,
        sha256=base.sha256,
        features=base.features,
        rules=base.rules,
        blends={name: Blend.of(facts["blends"][name]) for name in OUTPUTS},
        bands=base.bands,
        tfidf=tfidf,
        linear=linear,
        linear_features=on_features,
        fields=fields,
        on_fields=on_fields,
        network=Network(unpack({n[4:]: array for n, array in arrays.items() if n.startswith("net_")})),
    )


def pack_model(
    tfidf: Tfidf,
    fields: FieldRows,
    on: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]],
    network: Any,
) -> Arrays:
    """The arrays of the file, `on` being weights on words, fields and features; half floats where they are enough."""
    linear, on_fields, on_features = on
    vocabulary = np.frombuffer("\n".join(tfidf.vocabulary).encode("utf-8"), np.uint8)
    return {
        "vocabulary": vocabulary,
        "idf": tfidf.idf.astype(np.float16),
        "linear": linear.astype(np.float16),
        "linear_features": on_features.astype(np.float32),
        "field_keys": fields.keys.astype(np.int32),
        "field_idf": fields.idf.astype(np.float16),
        "on_fields": on_fields.astype(np.float16),
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
            with out.open(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), "w") as member:
                np.lib.format.write_array(member, np.ascontiguousarray(arrays[name]), allow_pickle=False)
    body = json.dumps({**facts, "sha256": digest_of(arrays)}, ensure_ascii=False, indent=1)
    (folder / "model.json").write_text(body + "\n", "utf-8")


def _read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    with zipfile.ZipFile(path) as packed:
        if sum(member.file_size for member in packed.infolist()) > LARGEST_BYTES:
            raise ValueError("size")
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}
