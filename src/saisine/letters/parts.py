"""A composed letter: lines of runs, ready for either format."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from saisine.letters.fields import Line


@dataclass(frozen=True, slots=True)
class Part:
    kind: Literal["heading", "text", "item"]
    line: Line


@dataclass(frozen=True, slots=True)
class Composed:
    """One letter. `notes` stand in the header: draft, review, warnings; `unmet` and `gaps` are in words."""

    kind: str
    title: str
    number: int
    written_on: date
    notes: tuple[str, ...]
    sender: tuple[Line, ...]
    recipient: tuple[Line, ...]
    dated: Line
    subject: Line
    parts: tuple[Part, ...]
    signature: tuple[Line, ...]
    unmet: tuple[str, ...]
    gaps: tuple[str, ...]
    sources: str

    @property
    def is_draft(self) -> bool:
        return bool(self.unmet)

    @property
    def text(self) -> str:
        """Everything the letter says, one line a paragraph."""
        lines = (*self.sender, *self.recipient, self.dated, self.subject)
        body = (part.line for part in self.parts)
        return "\n".join("".join(run.text for run in line) for line in (*lines, *body, *self.signature))
