"""A model of one's own, from a folder: ONNX weights with a `tokenizer.json`, read without running any code of it.

The folder is looked at before anything is opened: only data files, no shortcut, no path that leaves it. Rules,
floors, types and evidence stay ours; the text is data for the model and can change a number at most.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.errors import SaisineError
from saisine.findings.triage.network import OUTPUTS

WEIGHTS, TOKENIZER, LABELS = "model.onnx", "tokenizer.json", "labels.json"
# Data that is read or shown; anything else could be code, and is not needed.
ALLOWED: Final = frozenset({".onnx", ".json", ".txt", ".md", ".safetensors", ".gguf", ""})
PICKLES: Final = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")
PROGRAMS: Final = (b"\x7fELF", b"MZ", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
# A tensor kept in another file says so by an entry whose key is « location » (onnx.proto, TensorProto.external_data).
ELSEWHERE: Final = b"\x0a\x08location\x12"
BATCH: Final = 16
LONGEST_TOKENS: Final = 256
SHOWN: Final = 500  # signs of the licence text that are shown
ACTIVATIONS: Final = ("softmax", "sigmoid")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file of the folder, as shown before first use."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class OwnModel:
    """A loaded folder: `score` gives logits; `mapping` says which of its labels make `score` and `hate`."""

    folder: str
    files: tuple[FileFacts, ...]
    licence: str
    mapping: Mapping[str, tuple[int, ...]]
    activation: str
    session: Any
    tokenizer: Any

    @property
    def sha256(self) -> str:
        return next(one.sha256 for one in self.files if one.name == WEIGHTS)

    def score(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """(texts, 2) logits of `score` and `hate`; not calibrated: bands only, no sentence of frequency."""
        found = [self._batch(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        return np.concatenate(found) if found else np.zeros((0, len(OUTPUTS)))

    def _batch(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        encoded = self.tokenizer.encode_batch(clean)
        arrays = {
            "input_ids": np.array([one.ids for one in encoded], np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], np.int64),
            "token_type_ids": np.array([one.type_ids for one in encoded], np.int64),
        }
        wanted = {one.name: arrays[one.name] for one in self.session.get_inputs() if one.name in arrays}
        raw = np.asarray(self.session.run(None, wanted)[0], float).reshape(len(texts), -1)
        chances = _chances(raw, self.activation)
        columns = [chances[:, list(self.mapping[name])].sum(axis=1) for name in OUTPUTS]
        bounded = np.clip(np.stack(columns, axis=1), 1e-6, 1 - 1e-6)
        found: npt.NDArray[np.float64] = np.log(bounded / (1 - bounded))
        return found

    def describe(self, language: str) -> Iterator[str]:
        """What is shown at first use, one line each."""
        french = language != "en"
        yield ("Modèle fourni par vous : " if french else "Model given by you: ") + self.folder
        for one in self.files:
            yield f"  {one.name}  {one.size}  sha256 {one.sha256}"
        none = "aucune dans le dossier" if french else "none in the folder"
        yield ("  Licence : " if french else "  Licence: ") + (self.licence or none)
        labels = ", ".join(f"{name} = {list(self.mapping[name])}" for name in OUTPUTS)
        yield ("  Étiquettes : " if french else "  Labels: ") + labels
        yield (
            "  Non calibré : seules les bandes comptent." if french else "  Not calibrated: only bands count."
        )


def load_own_model(folder: Path) -> OwnModel:
    """Check and load a folder.

    Raises `own_model_refused` (code or pickle), `own_model_outside` (a way out of the folder),
    `own_model_incomplete` and `own_model_extra_missing`.
    """
    files = tuple(check_folder(folder))
    mapping, activation = _labels(folder)
    onnxruntime, tokenizers = _extras()
    try:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        body = (folder / WEIGHTS).read_bytes()  # as bytes: no other file is looked for beside it
        session = onnxruntime.InferenceSession(body, options, providers=["CPUExecutionProvider"])
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # both libraries raise untyped errors of their own on hostile bytes
        raise _incomplete(type(error).__name__) from error
    tokenizer.enable_truncation(LONGEST_TOKENS)
    tokenizer.enable_padding()
    return OwnModel(folder.name, files, _licence(folder), mapping, activation, session, tokenizer)


def check_folder(folder: Path) -> Iterator[FileFacts]:
    """Every file with its size and SHA-256, in order of name; stops at the first one that is refused."""
    if not folder.is_dir():
        raise _incomplete(f"« {folder.name} »")
    found = sorted(Path(root) / name for root, _, names in os.walk(folder) for name in names)
    links = [Path(root) / name for root, folders, _ in os.walk(folder) for name in folders]
    for path in [*links, *found]:
        if path.is_symlink():
            raise SaisineError("own_model_outside", name=path.name)
    for path in found:
        yield _look_at(path, folder)


def _look_at(path: Path, folder: Path) -> FileFacts:
    name = path.relative_to(folder).as_posix()
    if path.suffix.lower() not in ALLOWED or not path.is_file():
        raise SaisineError("own_model_refused", name=name)
    digest = sha256()
    with path.open("rb") as opened:
        head, before = opened.read(8), b""
        if head.startswith((*PICKLES, *PROGRAMS)):
            raise SaisineError("own_model_refused", name=name)
        digest.update(head)
        while chunk := opened.read(1 << 20):
            digest.update(chunk)
            if path.suffix == ".onnx" and ELSEWHERE in before + chunk:
                raise SaisineError("own_model_outside", name=name)
            before = chunk[-len(ELSEWHERE) :]
    return FileFacts(name, path.stat().st_size, digest.hexdigest())


def _labels(folder: Path) -> tuple[dict[str, tuple[int, ...]], str]:
    """`labels.json`, written by a person: {"score": [1], "hate": [1], "activation": "softmax"}."""
    for name in (WEIGHTS, TOKENIZER):
        if not (folder / name).is_file():
            raise _incomplete(f"« {name} »")
    try:
        raw = json.loads((folder / LABELS).read_text("utf-8"))
        mapping = {name: tuple(int(at) for at in raw[name]) for name in OUTPUTS}
        activation = str(raw.get("activation", ACTIVATIONS[0]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _incomplete(f"« {LABELS} »") from error
    if activation not in ACTIVATIONS or any(at < 0 for columns in mapping.values() for at in columns):
        raise _incomplete(f"« {LABELS} »")
    return mapping, activation


def _incomplete(reason: str) -> SaisineError:
    return SaisineError("own_model_incomplete", reason=reason)


def _extras() -> tuple[Any, Any]:
    try:
        import onnxruntime
        import tokenizers
    except ImportError as error:
        raise SaisineError("own_model_extra_missing", name=error.name) from error
    return onnxruntime, tokenizers


def _licence(folder: Path) -> str:
    for path in sorted(folder.iterdir()):
        if path.stem.lower() in ("license", "licence") and path.is_file():
            return " ".join(path.read_text("utf-8", "replace")[:SHOWN].split())
    return ""


def _chances(raw: npt.NDArray[np.float64], activation: str) -> npt.NDArray[np.float64]:
    if activation == "sigmoid":
        found: npt.NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(raw, -40, 40)))
        return found
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    shares: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares
