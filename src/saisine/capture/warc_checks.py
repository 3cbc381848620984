"""C09: every record of one or several WARC files, and what they tick off of the index and of the pages."""

from collections import Counter
from typing import Final

from saisine.capture.books import IndexBook, PageBook
from saisine.capture.containers import Limits
from saisine.capture.findings import Check, Findings, Words, told
from saisine.capture.streams import Budget, OverBudget, Readable
from saisine.capture.warc import NotWarc, Record, WarcReader, placed
from saisine.vault.report import counted

TOO_MUCH: Final[Words] = (
    "trop de contenu compressé : lecture arrêtée",
    "too much compressed content: stopped",
)


def hashes(count: int) -> Words:
    return f"{count} empreinte{'s' if count > 1 else ''}", f"{count} hash{'' if count == 1 else 'es'}"


class RecordChecks:
    """Reads files one after the other; `say` tells what was verified over all of them."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._unchecked: Counter[Words] = Counter()
        self.records = 0
        self.hashes = 0

    def read(
        self, name: str, raw: Readable, budget: Budget, index: IndexBook | None, pages: PageBook | None
    ) -> None:
        """Raises `OverBudget`, OSError."""
        reader = WarcReader(raw, budget)
        try:
            for record in reader:
                record.finish()
                self._take(name, record)
                if index is not None and not record.is_cut:
                    self._tick(name, record, index)
                if pages is not None:
                    pages.meet(record)
        except NotWarc as error:
            self._findings.skip("C09", told(name, error.words))
        for words in reader.faults:
            self._findings.fail("C09", told(name, words))

    def _take(self, name: str, record: Record) -> None:
        self.records += 1
        self.hashes += record.verified
        self._unchecked.update(record.unchecked)
        for words in record.faults:
            self._findings.fail("C09", told(name, placed(record.offset, words)))

    def _tick(self, name: str, record: Record, index: IndexBook) -> None:
        words = index.meet(name, record)
        if words is not None:
            where, what = placed(record.offset, words), record.uri
            self._findings.fail("C10", told(f"{name} {what}", where))

    def say(self) -> None:
        """One line for all that was verified, and one for each reason why a hash was not."""
        for (fr, en), count in self._unchecked.items():
            self._findings.skip("C09", (f"{fr} : {hashes(count)[0]}", f"{en}: {hashes(count)[1]}"))
        fr, en = counted(self.records, "enregistrement", "record")
        if self.records:
            self._findings.good("C09", (f"{fr}, {hashes(self.hashes)[0]}", f"{en}, {hashes(self.hashes)[1]}"))
        elif not self._findings.is_told("C09"):
            self._findings.fail("C09", ("aucun enregistrement", "no record"))


def check_warc(raw: Readable, name: str, *, limits: Limits | None = None) -> list[Check]:
    """C09 over one WARC file, gzip or plain, which need not be seekable. Raises OSError."""
    findings = Findings()
    checks = RecordChecks(findings)
    try:
        checks.read(name, raw, Budget((limits or Limits()).total_bytes), None, None)
    except OverBudget:
        findings.fail("C03", told(name, TOO_MUCH))
    checks.say()
    return findings.checks()
