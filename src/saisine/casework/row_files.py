"""Findings on the disk: plain arrays and JSON in one file, references as numbers; no text, no name, no pickle.

A reference `<corpus>:<part>:<row>` is one whole number (14, 20 and 30 bits), so that a million of them are
compared, searched and written at once. A file is derived: it may be deleted at any time.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
PART_BITS: Final = 20
ROW_BITS: Final = 30
UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class RefCodes:
    """References to numbers and back, for these corpora in this order."""

    corpora: tuple[str, ...]

    def encode(self, refs: Iterable[str]) -> Codes:
        """One number per reference, UNKNOWN for one of another corpus or of another form."""
        number = {corpus: at for at, corpus in enumerate(self.corpora)}
        found = []
        for ref in refs:
            corpus, _, rest = ref.partition(":")
            part, _, row = rest.partition(":")
            at = number.get(corpus, UNKNOWN)
            if at < 0 or not (part.isdecimal() and row.isdecimal()):
                found.append(UNKNOWN)
                continue
            found.append(((at << PART_BITS | int(part)) << ROW_BITS) | int(row))
        return np.array(found, np.int64)

    def decode(self, codes: Iterable[int]) -> list[str]:
        """The references of these numbers."""
        row_mask, part_mask = (1 << ROW_BITS) - 1, (1 << PART_BITS) - 1
        return [
            f"{self.corpora[code >> PART_BITS + ROW_BITS]}:{code >> ROW_BITS & part_mask}:{code & row_mask}"
            for code in map(int, codes)
        ]


@dataclass(frozen=True, slots=True)
class Rows:
    """Finding rows without their references, which lie in `members[starts[i]:starts[i + 1]]` as numbers."""

    rows: tuple[dict[str, Any], ...]
    starts: Codes
    members: Codes
    codes: RefCodes

    def refs(self, at: int) -> list[str]:
        """The references of one row."""
        return self.codes.decode(self.codes_of(at))

    def codes_of(self, at: int) -> Codes:
        found: Codes = self.members[self.starts[at] : self.starts[at + 1]]
        return found

    def whole(self) -> list[dict[str, Any]]:
        """The rows with their references again, as `saisine findings --json` gives them."""
        return [{**row, "ids" if row["kind"] == "copies" else "refs": self.refs(at)}
                for at, row in enumerate(self.rows)]  # fmt: skip


def split_refs(rows: Sequence[Mapping[str, Any]], codes: RefCodes) -> Rows:
    """Rows as the engines give them, their references taken out and numbered."""
    bare, lengths, members = [], [0], [np.zeros(0, np.int64)]
    for row in rows:
        refs = row.get("refs") or row.get("ids") or ()
        bare.append({name: value for name, value in row.items() if name not in ("refs", "ids")})
        members.append(codes.encode(refs))
        lengths.append(len(refs))
    return Rows(tuple(bare), np.cumsum(lengths).astype(np.int64), np.concatenate(members), codes)


def write(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    body = np.frombuffer(json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass"), np.uint8)
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        np.savez(stream, allow_pickle=False, facts=body, **arrays)
    part.replace(path)


def read(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
    """(facts, arrays); None when there is no file, or one that is damaged: it is then made again."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        facts = json.loads(bytes(arrays.pop("facts")).decode("utf-8", "surrogatepass"))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile):
        return None
    return (facts, arrays) if isinstance(facts, dict) else None
