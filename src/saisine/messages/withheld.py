"""What was erased at a person's request and stays out of later readings: keyed hashes of it, the sieve of imports."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple
from unicodedata import normalize

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saisine.errors import SaisineError
from saisine.messages.corpus import Corpora
from saisine.messages.corpus_files import CorpusInfo, PartKeys
from saisine.messages.decrypted import Mask
from saisine.messages.formats.contract import Note
from saisine.messages.ledger import Ledger
from saisine.messages.queries import fold_asked
from saisine.messages.side_files import read_side

SUPPRESSED: Final = "suppressed.bin"
ACCOUNT: Final = ("author_id", "author_handle", "author_name")
NAMED_BY: Final = ("platform", "message_id", "source_sha256", "record_sha256", "locator", *ACCOUNT)
# What makes a message the same in a file of another name: its author, its minute, its text.
_SAID_AS_WRITTEN: Final = ("platform", "message_id", "created_at_raw", "created_at_precision", "text")
_SIGNED_BY: Final = ("author_name", "author_handle", "author_id")
SAID_BY: Final = (*_SAID_AS_WRITTEN, "created_at", *_SIGNED_BY)
# The keys of these parts ended with their unit: what they held is gone already.
GONE: Final = frozenset({"part_key_missing", "unit_erased", "unit_unknown"})
_DIGEST_BYTES: Final = 16
# Where the name of an account is what one telephone, or who kept a table, calls somebody.
_LOCAL_NAMES: Final = frozenset({"whatsapp", "other"})
_COARSE: Final = frozenset({"day", "week", "month", "year"})
_TO_THE_MINUTE: Final = frozenset({"min", "s", "ms", "us"})
_NUMBER: Final = re.compile(r"\d+")
_DAY_AND_MINUTE: Final = 5  # numbers: day, month, year, hour, minute


class Suppressed(msgspec.Struct, frozen=True):
    """What another reading of the same source must leave out: keyed hashes, no content, under the corpus's keys.

    `is_all`: the whole corpus was erased. `said`: the messages without an identifier of their platform, whatever
    their conversation is called; an older workspace has kept none.
    """

    salt: bytes
    is_all: bool = False
    digests: frozenset[bytes] = frozenset()
    said: frozenset[bytes] = frozenset()

    def keep(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of a batch that were not erased."""
        allowed = self.allowed(batch)
        return batch if allowed.all() else batch.filter(pa.array(allowed))

    def allowed(self, batch: pa.RecordBatch) -> Mask:
        """Which rows of a batch were not erased."""
        if self.is_all:
            return np.zeros(batch.num_rows, np.bool_)
        columns = [batch.column(name).to_pylist() for name in NAMED_BY]
        return np.array(
            [self.digests.isdisjoint(self._of(row)) for row in zip(*columns, strict=True)], np.bool_
        )

    def is_message(self, batch: pa.RecordBatch, said: Sequence[bytes | None] | None = None) -> Mask:
        """Which rows are a message that was erased, whatever file they come from. `said` is `said_in` of the batch,
        when it is known already."""
        pairs = zip(*(batch.column(name).to_pylist() for name in ("platform", "message_id")), strict=True)
        # of a table kept by hand the same short number names another message in another file
        named = (
            one is not None
            and (platform != "other" or one.startswith("derived:"))
            and self.digest("key", platform, one) in self.digests
            for platform, one in pairs
        )
        found = np.fromiter(named, np.bool_, batch.num_rows)
        if not self.said:
            return found
        # a derived identifier changes with the name of the file; author, minute and text do not
        words = said_in(batch) if said is None else said
        known = (one is not None and self._hash(one) in self.said for one in words)
        return found | np.fromiter(known, np.bool_, batch.num_rows)

    def is_named(self, platform: str, value: str) -> bool:
        """Whether an account of this name was erased: it says nothing of another file."""
        return any(
            self.digest("author_name", platform, form) in self.digests
            for form in _forms("author_name", value)
        )

    def is_account(self, batch: pa.RecordBatch) -> Mask:
        """Which rows were written by an account that was erased, whatever file they come from: by its identifier, or
        by its handle where handles are unique. A name is not: two people may have it."""
        found = np.zeros(batch.num_rows, np.bool_)
        platforms = batch.column("platform").to_pylist()
        for name in ("author_id", "author_handle"):
            pairs = [*zip(platforms, batch.column(name).to_pylist(), strict=True)]
            known = {pair: self._is_erased(name, *pair) for pair in set(pairs)}
            found |= np.fromiter(map(known.__getitem__, pairs), np.bool_, batch.num_rows)
        return found

    def _is_erased(self, name: str, platform: str, value: str | None) -> bool:
        forms = _forms(name, value) if value and platform not in _LOCAL_NAMES else ()
        return any(self.digest(name, platform, form) in self.digests for form in forms)

    def _of(self, row: tuple[str | None, ...]) -> Iterator[bytes]:
        platform, message_id, source, record, locator, *account = row
        yield self.digest("row", source, record, locator)
        if message_id is not None:
            yield self.digest("key", platform, message_id)
        for name, value in zip(ACCOUNT, account, strict=True):
            for compared in _forms(name, value) if value else ():
                yield self.digest(name, platform, compared)

    def digest(self, *words: str | None) -> bytes:
        return self._hash("\x1f".join(word or "" for word in words).encode())

    def _hash(self, words: bytes) -> bytes:
        return blake2b(words, key=self.salt, digest_size=_DIGEST_BYTES).digest()

    def with_rows(self, table: pa.Table, asked: str) -> "Suppressed":
        """The same, and these rows; of an author, the account too: a newer mapper may read more of it."""
        fresh = set(self.digests)
        said = {self._hash(words) for words in said_in(table) if words is not None}
        for row in zip(*(table[name].to_pylist() for name in NAMED_BY), strict=True):
            platform, message_id, source, record, locator, *account = row
            fresh.add(self.digest("row", source, record, locator))
            if message_id is not None:
                fresh.add(self.digest("key", platform, message_id))
            for name, value in zip(ACCOUNT, account, strict=True):
                if asked and value and _folded(name, value) == _folded(name, asked):
                    fresh.add(self.digest(name, platform, _folded(name, value)))
        return msgspec.structs.replace(self, digests=frozenset(fresh), said=self.said | said)


def said_in(rows: pa.RecordBatch | pa.Table) -> list[bytes | None]:
    """What names each message without its conversation; None where its platform names it, where author or
    minute are not known, and for a text of a word or two."""
    platforms, ids, stated, precisions, texts = (rows.column(name).to_pylist() for name in _SAID_AS_WRITTEN)
    # as whole numbers: a column of moments takes longer to read than all the others
    at_us = rows.column("created_at").cast(pa.int64()).to_pylist()
    authors = _first_folded(*(rows.column(name).to_pylist() for name in _SIGNED_BY))
    return list(map(_said, platforms, ids, stated, at_us, precisions, authors, texts))


# « ok » at the same minute may be of a namesake in another chat.
_LEAST_SIGNS: Final = 12


def _said(
    platform: str,
    message_id: str | None,
    stated: str | None,
    at_us: int | None,
    precision: str,
    author: str,
    text: str | None,
) -> bytes | None:
    """The number of a true repeat (`#2`) is part of it: one of the two may have been erased alone."""
    is_derived = message_id is None or message_id.startswith("derived:")
    if not author or not (is_derived or platform == "other") or len(text or "") < _LEAST_SIGNS:
        return None
    moment = _moment(stated, at_us, precision)
    if moment is None:
        return None
    repeat = message_id.partition("#")[2] if message_id is not None and is_derived else ""
    return "\x1f".join(("said", platform, author, moment, text or "", repeat)).encode()


def _first_folded(*columns: Sequence[str | None]) -> list[str]:
    """The first name of each row as it is compared; "" without any. A chat has few, and folding is slow."""
    names = [next(filter(None, row), "") for row in zip(*columns, strict=True)]
    folded = {name: fold_asked(name) for name in set(names)}
    return [folded[name] for name in names]


def _moment(stated: str | None, at_us: int | None, precision: str) -> str | None:
    """The time as it is written, when that tells day and minute: a date that can be read in two ways has no other."""
    if precision in _COARSE:
        return None
    if stated and len(_NUMBER.findall(stated)) >= _DAY_AND_MINUTE:
        return stated
    return str(at_us) if at_us is not None and precision in _TO_THE_MINUTE else None


def spelled(name: str, value: str) -> str:
    """How an account is counted: `zoe` and `Zoé` may be two, and a person is told so before anything goes."""
    return value if name == "author_id" else normalize("NFC", value.strip().removeprefix("@")).casefold()


def _folded(name: str, value: str) -> str:
    return value if name == "author_id" else fold_asked(value)


def _forms(name: str, value: str) -> set[str]:
    """How a name may stand in what was kept: folded, or in small letters alone as it was kept at first."""
    return {_folded(name, value)} | (
        set() if name == "author_id" else {value.strip().removeprefix("@").lower()}
    )


class Sifted(NamedTuple):
    """What may be kept of a batch; how many rows were withheld, how many of an erased account were written after
    its erasure and are kept, and how many are kept that bear its name alone, beside messages that were withheld."""

    batch: pa.RecordBatch
    source: str = ""  # SHA-256, when anything is to be told
    withheld: int = 0
    later: int = 0
    named: int = 0

    def tell(self, ledger: Ledger) -> None:
        """Note each in the account of the file that is being read: the last one begun of this source."""
        entry = next((one for one in reversed(ledger.sources) if one.sha256 == self.source), None)
        told = (("erased_before", self.withheld), ("erased_account", self.later), ("erased_name", self.named))
        for code, count in told:
            if entry is not None and count:
                entry.note(Note(code, "", count=count))


class _Held(NamedTuple):
    """What was erased from one corpus: of which sources (SHA-256), and the last time."""

    sources: frozenset[str]
    last_at: datetime
    suppressed: Suppressed


class Sieve:
    """Everything that was erased from the corpora of a workspace: no later reading brings it back.

    A source that was read before is held to all that was erased of it. Of another source, a newer export for
    example, the same messages stay out, and what the same accounts had written by the day of the erasure; what
    they write later is a new collection that nobody asked to erase: it is kept, and told. A name alone withholds
    nothing; where the same file holds erased messages under that name, what else it signs there is told.

    `again` is a corpus that is read again: what was erased from others after its import has no say, since that act
    left the rows of this one where they were.
    """

    def __init__(self, corpora: Corpora, again: CorpusInfo | None = None) -> None:
        self._held: list[_Held] = []
        self._met: set[tuple[str, str, str]] = set()  # file, platform, name, beside messages that were erased
        for info in corpora.list():
            suppressed = _suppressed_of(corpora, info)
            if suppressed is None:
                continue
            # a second reading of a source has what was erased of the first, and no tombstone of its own
            acts = [one.at for one in info.tombstones] or [info.created_at]
            if again is None or again.id == info.id or min(acts) <= again.created_at:
                sources = frozenset(digest for digest, _ in info.sources)
                self._held.append(_Held(sources, max(acts), suppressed))

    def of_source(self, source: str) -> Suppressed | None:
        """What was erased from the first reading of a source (SHA-256) that lost rows; None without any."""
        return next((one for sources, _, one in self._held if source in sources), None)

    def sift(self, batch: pa.RecordBatch) -> Sifted:
        """The rows of a batch, all of one source, that were not erased."""
        if not self._held or not batch.num_rows:
            return Sifted(batch)
        source, rows = batch.column("source_sha256")[0].as_py(), batch.num_rows
        later, named = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
        allowed = np.ones(rows, np.bool_)
        said = said_in(batch) if any(one.suppressed.said for one in self._held) else []
        for sources, until, suppressed in self._held:
            if source in sources:
                allowed &= suppressed.allowed(batch)
                continue
            is_after = _is_after(batch, until)
            is_account = suppressed.is_account(batch)
            is_message = suppressed.is_message(batch, said)
            allowed &= ~(is_message | (is_account & ~is_after))
            later |= is_account & is_after
            self._meet(batch, is_message, suppressed)
        if self._met:
            named = self._is_met(batch)
        kept = batch if allowed.all() else batch.filter(pa.array(allowed))
        told = (later & allowed).sum(), (named & allowed & ~later).sum()
        return Sifted(kept, source, rows - kept.num_rows, *map(int, told))

    def _meet(self, batch: pa.RecordBatch, is_message: Mask, suppressed: Suppressed) -> None:
        """Remember under which names of erased accounts a file holds messages that were erased."""
        if is_message.any():
            found = batch.filter(pa.array(is_message))
            self._met |= {one for one in _signed(found) if one[2] and suppressed.is_named(*one[1:])}

    def _is_met(self, batch: pa.RecordBatch) -> Mask:
        return np.fromiter((one in self._met for one in _signed(batch)), np.bool_, batch.num_rows)


def _signed(batch: pa.RecordBatch) -> Iterator[tuple[str, str, str]]:
    """(file, platform, name as compared) of each row; a file inside an archive has its own place there."""
    sources, locators, platforms, names = (
        batch.column(name).to_pylist() for name in ("source_sha256", "locator", "platform", "author_name")
    )
    for source, locator, platform, name in zip(
        sources, locators, platforms, _first_folded(names), strict=True
    ):
        yield f"{source} {locator.partition('#')[0]}", platform, name


def _suppressed_of(corpora: Corpora, info: CorpusInfo) -> Suppressed | None:
    """What may not come back of one corpus; None too when its keys ended with its unit."""
    try:
        return load_suppressed(corpora.folder / info.id, info, corpora.keys)
    except SaisineError as error:
        if error.code not in GONE:
            raise
        return None


def _is_after(batch: pa.RecordBatch, until: datetime) -> Mask:
    """The rows whose message was written after a moment; one without a date is not."""
    column = batch.column("created_at")
    after = pc.greater(column, pa.scalar(until, column.type))
    found: Mask = pc.fill_null(after, False).to_numpy(zero_copy_only=False)
    return found


def load_suppressed(folder: Path, info: CorpusInfo, keys: PartKeys) -> Suppressed | None:
    """What may not come back into this corpus; None when nothing was ever erased from it."""
    body = read_side(folder, info, SUPPRESSED, keys)
    return None if body is None else msgspec.json.decode(body, type=Suppressed)
