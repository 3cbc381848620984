"""The rows of a corpus as the vault seals them, and one message disclosed out of its sealed original."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from saisine.errors import SaisineError
from saisine.messages.corpus import Corpora, MessageRef
from saisine.messages.corpus_files import CorpusInfo, Part, PartKeys, open_part
from saisine.messages.originals import read_record
from saisine.vault import Vault
from saisine.vault.bundle_dating import HeadChoice
from saisine.vault.disclosures import Disclosure, disclose
from saisine.vault.row_checks import Original
from saisine.vault.rows import REFS_PER_ROWS, RowBlock, RowGroup, find_row

_COLUMNS: Final = ("record_sha256", "source_sha256", "locator")
_BLOCK_ROWS: Final = 20_000


class _Parts:
    """The provenance columns of a corpus, part by part; the last part read is kept, as groups follow each
    other through the same parts."""

    def __init__(self, folder: Path, info: CorpusInfo, keys: PartKeys) -> None:
        self._folder, self._info, self._keys = folder, info, keys
        self._last: tuple[Part, pa.Table] | None = None
        self.sources = [self._sources_of(part) for part in info.parts]

    def _sources_of(self, part: Part) -> dict[str, int]:
        """How many rows of each source, by its SHA-256, a part holds."""
        column = self._read(part, ["source_sha256"])["source_sha256"]
        return {one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist()}

    def _read(self, part: Part, names: Sequence[str]) -> pa.Table:
        try:
            with open_part(self._folder, self._info, part, self._keys) as file:
                return file.read(columns=list(names))
        except (OSError, pa.ArrowException) as error:
            raise SaisineError("corpus_damaged", corpus=self._info.id) from error

    def blocks(self, numbers: dict[str, int]) -> Iterator[RowBlock]:
        """The rows of some sources in the order of the corpus; `numbers` gives each source its number."""
        for part, sources in zip(self._info.parts, self.sources, strict=True):
            if numbers.keys().isdisjoint(sources):
                continue
            if self._last is None or self._last[0] != part:
                self._last = part, self._read(part, _COLUMNS)
            table = self._last[1]
            if not sources.keys() <= numbers.keys():
                wanted = pc.is_in(table["source_sha256"].cast(pa.string()), pa.array(list(numbers)))
                table = table.filter(wanted)
            for start in range(0, table.num_rows, _BLOCK_ROWS):
                yield _block(table.slice(start, _BLOCK_ROWS), numbers)


def _block(table: pa.Table, numbers: dict[str, int]) -> RowBlock:
    # through numpy: arrow makes each word of a dictionary column anew, 80 times slower
    digests, sources, places = (table[name].to_numpy().tolist() for name in _COLUMNS)
    return RowBlock(digests, [numbers[source] for source in sources], places)


def row_groups(folder: Path, info: CorpusInfo, keys: PartKeys) -> list[RowGroup]:
    """The rows of a corpus by groups of at most 20 sealed sources, in flat memory (one part at a time).

    Every row has its leaf, context rows too. Raises `corpus_damaged`, or what the key store refuses.
    """
    parts = _Parts(folder, info, keys)
    counts: Counter[str] = Counter()
    for found in parts.sources:
        counts.update(found)
    items = {digest: item for digest, item in info.sources if item and counts[digest]}
    known = list(items)
    groups = []
    for start in range(0, len(known), REFS_PER_ROWS):
        some = known[start : start + REFS_PER_ROWS]
        refs = tuple(items[digest] for digest in some)
        numbers = {digest: number for number, digest in enumerate(some)}
        count = sum(counts[digest] for digest in some)
        groups.append(RowGroup(refs, count, partial(parts.blocks, numbers)))
    return groups


def sealed_original(vault: Vault, item: str) -> Original:
    """A sealed source, to be read again as often as it takes. Raises `item_unknown` or `item_barred`."""
    sealed = vault.find(item)
    return Original(sealed.name.rpartition("/")[2] or "original", sealed.size, partial(vault.open_item, item))


def disclose_message(
    vault: Vault,
    corpora: Corpora,
    ref: MessageRef | str,
    *,
    scratch: Path | None = None,
    heads: HeadChoice | None = None,
) -> Disclosure:
    """The disclosure of one message: its record is read again in the sealed original, then proved.

    `scratch` is where an archive larger than 64 MiB may be unpacked, in a file without a name. Raises
    `rows_none` for an import made before rows were sealed, `record_not_found`, and what reading refuses.
    """
    message = corpora.get(ref)
    info = corpora.info(MessageRef.parse(ref).corpus if isinstance(ref, str) else ref.corpus)
    item = info.item_of(message.source_sha256)
    if not item:
        raise SaisineError("rows_none")
    entry, index = find_row(vault, item, message.locator, message.record_sha256)
    original = sealed_original(vault, item)
    raw = read_record(
        original, message.locator, message.record_sha256, mapper=message.mapper, scratch=scratch
    )
    return disclose(vault, entry.seq, index, raw, heads=heads)
