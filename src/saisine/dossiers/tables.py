"""The two tables that travel with a dossier: chronology and exhibits, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from saisine.dossiers.data import KINDS_FR, DossierData, Exhibit, When
from saisine.dossiers.masks import Masker
from saisine.notices.table import safe_cell

CHRONOLOGY = ("date", "precision", "source", "evenement", "pieces")
EXHIBITS = (
    "piece", "titre", "nature", "date", "precision", "adresse", "sha256", "chemin", "ligne_du_journal",
    "horodatage", "original_joint",
)  # fmt: skip


def chronology_csv(data: DossierData, masker: Masker) -> bytes:
    """One row per event, in order; UTF-8 with its mark, which spreadsheets need for accents."""
    lines = sorted(data.chronology, key=lambda line: line.when.sort_key())
    rows = (
        (
            _date(line.when),
            line.when.precision,
            line.when.source_words(),
            masker.text(line.text),
            " ".join(map(str, line.exhibits)),
        )
        for line in lines
    )
    return _csv(CHRONOLOGY, rows)


def exhibits_csv(exhibits: Sequence[Exhibit], paths: Mapping[int, str], masker: Masker) -> bytes:
    """One row per exhibit; `paths` gives the file in the bundle of each original that is joined."""
    rows = (
        (
            str(exhibit.number),
            masker.text(exhibit.title),
            KINDS_FR.get(exhibit.kind, exhibit.kind),
            _date(exhibit.when),
            exhibit.when.precision,
            masker.text(exhibit.url),
            exhibit.sha256,
            paths.get(exhibit.number, ""),
            "" if exhibit.seq is None else str(exhibit.seq),
            "" if exhibit.seq is None else "daté" if exhibit.is_dated else "pas encore daté",
            "oui" if exhibit.number in paths else "non",
        )
        for exhibit in exhibits
    )
    return _csv(EXHIBITS, rows)


def _date(when: When) -> str:
    return when.at.isoformat() if when.at is not None else ""


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "backslashreplace")
