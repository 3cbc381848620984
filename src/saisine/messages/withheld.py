"""What was erased at a person's request and stays out of later readings: keyed hashes of it, the sieve of imports."""

from collections.abc import Iterator
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
# The keys of these parts ended with their unit: what they held is gone already.
GONE: Final = frozenset({"part_key_missing", "unit_erased", "unit_unknown"})
_DIGEST_BYTES: Final = 16
# Where the name of an account is what one telephone, or who kept a table, calls somebody.
_LOCAL_NAMES: Final = frozenset({"whatsapp", "other"})


class Suppressed(msgspec.Struct, frozen=True):
    """What another reading of the same source must leave out: keyed hashes, no content, under the corpus's keys.

    `is_all`: the whole corpus was erased.
    """

    salt: bytes
    is_all: bool = False
    digests: frozenset[bytes] = frozenset()

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

    def is_message(self, batch: pa.RecordBatch) -> Mask:
        """Which rows are a message that was erased, whatever file they come from."""
        pairs = zip(*(batch.column(name).to_pylist() for name in ("platform", "message_id")), strict=True)
        # of a table kept by hand the same short number names another message in another file
        found = (
            one is not None
            and (platform != "other" or one.startswith("derived:"))
            and self.digest("key", platform, one) in self.digests
            for platform, one in pairs
        )
        return np.fromiter(found, np.bool_, batch.num_rows)

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
        joined = "\x1f".join(word or "" for word in words)
        return blake2b(joined.encode(), key=self.salt, digest_size=_DIGEST_BYTES).digest()

    def with_rows(self, table: pa.Table, asked: str) -> "Suppressed":
        """The same, and these rows; of an author, the account too: a newer mapper may read more of it."""
        fresh = set(self.digests)
        for row in zip(*(table[name].to_pylist() for name in NAMED_BY), strict=True):
            platform, message_id, source, record, locator, *account = row
            fresh.add(self.digest("row", source, record, locator))
            if message_id is not None:
                fresh.add(self.digest("key", platform, message_id))
            for name, value in zip(ACCOUNT, account, strict=True):
                if asked and value and _folded(name, value) == _folded(name, asked):
                    fresh.add(self.digest(name, platform, _folded(name, value)))
        return msgspec.structs.replace(self, digests=frozenset(fresh))


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
    """What may be kept of a batch; how many rows were withheld, and how many of an erased account were written
    after its erasure and are kept."""

    batch: pa.RecordBatch
    source: str = ""  # SHA-256, when anything is to be told
    withheld: int = 0
    later: int = 0

    def tell(self, ledger: Ledger) -> None:
        """Note both in the account of the file that is being read: the last one begun of this source."""
        entry = next((one for one in reversed(ledger.sources) if one.sha256 == self.source), None)
        for code, count in (("erased_before", self.withheld), ("erased_account", self.later)):
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
    they write later is a new collection that nobody asked to erase: it is kept, and told.

    `again` is a corpus that is read again: what was erased from others after its import has no say, since that act
    left the rows of this one where they were.
    """

    def __init__(self, corpora: Corpora, again: CorpusInfo | None = None) -> None:
        self._held: list[_Held] = []
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
        later = np.zeros(rows, np.bool_)
        allowed = np.ones(rows, np.bool_)
        for sources, until, suppressed in self._held:
            if source in sources:
                allowed &= suppressed.allowed(batch)
                continue
            is_after = _is_after(batch, until)
            is_account = suppressed.is_account(batch)
            allowed &= ~(suppressed.is_message(batch) | (is_account & ~is_after))
            later |= is_account & is_after
        kept = batch if allowed.all() else batch.filter(pa.array(allowed))
        return Sifted(kept, source, rows - kept.num_rows, int((later & allowed).sum()))


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
