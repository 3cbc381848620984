"""What travels between a log and its witnesses: add-checkpoint requests, cosigned heads, bare lines.

Sources: c2sp.org/tlog-witness (the body of add-checkpoint), c2sp.org/tlog-cosignature. Pure functions over
text. Files come by mail, and mail programs change them (mark at the start, CRLF, spaces, another dash): what
they do is undone here, and told; the signatures then say whether anything else has changed.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from saisine.vault.notes import COSIGNATURE, Head, Note, NoteError, Signature, VerifierKey, read_hash

MAX_REQUEST_BYTES: Final = 256 * 1024  # 63 proof lines and sixteen post-quantum signatures fit many times
MAX_PROOF_LINES: Final = 63  # c2sp.org/tlog-witness, add-checkpoint
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_DASH_LINE = re.compile(r"^(?:—|–|-{1,2}|\ufffd{1,3}|\x97|â€”)[ \xa0]+(?=\S)", re.MULTILINE)
_FOLDED = re.compile(r"^(— \S+)\n(?=[A-Za-z0-9+/]{40,}=*$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Request:
    """The body of add-checkpoint: the size that the witness last cosigned, a consistency proof, a head."""

    old: int
    proof: tuple[bytes, ...]
    head: Head

    @classmethod
    def from_text(cls, text: str) -> "Request":
        """Read a request strictly. Raises `NoteError`."""
        body, separator, note = text.partition("\n\n")
        first, *lines = body.split("\n")
        found = _OLD.fullmatch(first)
        if found is None or not separator:
            raise NoteError(
                "the first line is “old” and a size", "la première ligne est « old » et une taille"
            )
        if len(lines) > MAX_PROOF_LINES:
            raise NoteError("the proof is too long", "la preuve est trop longue")
        request = cls(int(found[1]), tuple(map(read_hash, lines)), Head.from_text(note))
        if not 0 < request.head.size >= request.old:
            raise NoteError("the old size is beyond the head", "l’ancienne taille dépasse la tête")
        if request.old == 0 and request.proof:
            raise NoteError("a proof from nothing", "une preuve qui part de zéro")
        return request

    def to_text(self) -> str:
        proof = (b64encode(node).decode() for node in self.proof)
        return "\n".join([f"old {self.old}", *proof, "", self.head.to_text()])


# ---------------------------------------------------------------- what mail programs do


def decode(body: bytes) -> str:
    """The text of a file that came by mail: UTF-8, else byte by byte; the dash of Windows is mended later."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def mend(text: str) -> str:
    """The text as it was before a mail program changed it, as far as that can be told.

    Undone: a mark at the start, CRLF, quoting with “>”, spaces around lines, empty lines around the whole, the
    final newline, another dash before a signature, a signature line cut at its space.
    """
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if all(line.startswith(">") for line in lines if line.strip()):
        lines = [line.removeprefix(">") for line in lines]
    plain = "\n".join(line.strip(" \t\xa0") for line in lines).strip("\n")
    return _FOLDED.sub(r"\1 ", _DASH_LINE.sub("— ", plain)) + "\n"


@dataclass(frozen=True, slots=True)
class Outside:
    """A head that came from elsewhere, with its proof when it came as a request.

    `is_mended` tells that a mail program had changed the file.
    """

    head: Head
    request: Request | None = None
    is_mended: bool = False

    @classmethod
    def from_text(cls, text: str) -> "Outside":
        """Read a cosigned note, a signed head or a whole request. Raises `NoteError`."""
        try:
            return cls._strictly(text)
        except NoteError:
            mended = mend(text)
            found = cls._strictly(mended)
            return cls(found.head, found.request, mended != text)

    @classmethod
    def _strictly(cls, text: str) -> "Outside":
        if text.startswith("\ufeff"):
            raise NoteError("a byte-order mark", "une marque d’ordre des octets")
        if not text.startswith("old "):
            return cls(Head.from_text(text))
        request = Request.from_text(text)
        return cls(request.head, request)


def read_lines(text: str) -> tuple[Signature, ...] | None:
    """The bare cosignature lines of a file, or None when it is something else. Raises `NoteError`."""
    lines = mend(text).removesuffix("\n").split("\n")
    if not lines[0].startswith("— "):
        return None
    return tuple(Signature.from_line(line) for line in lines if line)


# ---------------------------------------------------------------- verdicts


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """One signature line of a head that is not the log's own: whose, and whether it holds."""

    signature: Signature
    key: VerifierKey | None
    holds: bool

    @property
    def at(self) -> datetime:
        """When the witness signed. Only of a line that holds."""
        return self.signature.cosigned_at


def judge_lines(head: Head, witnesses: Iterable[VerifierKey]) -> Iterator[LineVerdict]:
    """Each line of a head but those of the log itself, which V08 judges."""
    known = [key for key in witnesses if key.kind == COSIGNATURE]
    for signature, key, holds in head.note.judge(known):
        if signature.name != head.origin:
            yield LineVerdict(signature, key, holds)


def last_cosigned_at(head: Head, witnesses: Iterable[VerifierKey]) -> datetime | None:
    """The newest time at which a known witness cosigned this head, or None."""
    return max((line.at for line in judge_lines(head, witnesses) if line.holds), default=None)


def own_part(head: Head, keys: Sequence[VerifierKey]) -> Note:
    """The head with the lines of these keys alone: what is asked or stored names no other witness."""
    return Note(head.note.text, tuple(line for line, key, holds in head.note.judge(keys) if holds and key))
