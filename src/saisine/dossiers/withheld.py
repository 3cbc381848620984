"""Originals that stay at home because a masked name stands in them, and the proof that travels instead.

Text originals are searched as the pages are. What cannot be searched (pictures, PDF, archives) is named in
`to_review`: a person looks before the file is handed over.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from saisine.dossiers.masks import Masker
from saisine.vault.records import Sealed
from saisine.vault.store import Vault

# searched in about 2 s; a larger text is a whole export, full of other people: it stays at home
TEXT_LIMIT_BYTES: Final = 2 << 20
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_TEXT_TYPES: Final = ("text/", "application/json", "application/x-ndjson", "application/xml")
_TEXT_ENDINGS: Final = (".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".html", ".htm", ".xml", ".md")


def with_masked_words(vault: Vault, rows: Sequence[Sealed], masker: Masker) -> set[str]:
    """The items that show a masked name in their file name, their record or their text."""
    if masker.is_empty:
        return set()
    return {row.item for row in {row.item: row for row in rows}.values() if _shows(vault, row, masker)}


def _shows(vault: Vault, row: Sealed, masker: Masker) -> bool:
    if masker.finds(row.name) or masker.finds(vault.record_line(row.item).decode("utf-8", "replace")):
        return True
    if not is_text(row):
        return False
    return row.size > TEXT_LIMIT_BYTES or any(map(masker.finds, _readings(vault.read_bytes(row.item))))


def _readings(body: bytes) -> Iterable[str]:
    """The text as UTF-8, and with the escapes of JSON (« \\u00e9 ») undone."""
    text = body.decode("utf-8", "replace")
    yield text
    if "\\u" in text:
        yield _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def is_text(row: Sealed) -> bool:
    return row.media_type.startswith(_TEXT_TYPES) or row.name.lower().endswith(_TEXT_ENDINGS)


def unread(sealed: Mapping[int, Sealed], joined: Iterable[int], masker: Masker) -> tuple[int, ...]:
    """The exhibits that travel whole although nothing here could look for masked names in them."""
    if masker.is_empty:
        return ()
    return tuple(number for number in joined if not is_text(sealed[number]))


def proofs(vault: Vault, rows: Mapping[int, Sealed]) -> dict[str, bytes]:
    """For each original that stays: its line of the log (no personal data) and the proof of that line."""
    found: dict[str, bytes] = {}
    for number, row in rows.items():
        found[f"preuves/piece-{number:04d}-ligne.json"] = vault.entry_line(row.seq)
        found[f"preuves/piece-{number:04d}-preuve.txt"] = vault.proof(row.item).encode()
    return found
