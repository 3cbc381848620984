"""What a letter is filled from: plain frozen records, built by the caller. Nothing here formats a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Sender:
    """The association that writes, as its card says."""

    name: str = ""
    email: str = ""
    object_fr: str = ""
    declared_on: date | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class DatedLine:
    """One fact of the chronology. `when` is in words, with its precision; `exhibits` are exhibit numbers."""

    when: str
    text: str
    exhibits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ExhibitLine:
    number: int
    title: str
    when: str = ""
    url: str = ""
    sha256: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One content complained of. `quoted` is None unless a person chose to quote.

    `is_lawful`: nothing unlawful was found in its statement, as when a message is quoted to denounce it.
    """

    url: str
    platform: str
    account: str = ""
    published: str = ""
    exhibit: int | None = None
    quoted: str | None = None
    is_lawful: bool = False


@dataclass(frozen=True, slots=True)
class OffenceLine:
    """One qualification that was kept, or is only proposed. `exhibits` show its statement; None: all of them."""

    id: str
    name: str
    articles: str
    statement: str
    elements: tuple[str, ...] = ()
    last_day: date | None = None
    is_press: bool = False
    exhibits: tuple[int, ...] | None = None
    complaint: str = "not_required"
    standing: str = ""

    def covers(self, exhibit: int | None) -> bool:
        return self.exhibits is None or exhibit is None or exhibit in self.exhibits


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice that was sent to a platform, and what came of it."""

    number: int
    platform: str
    url: str = ""
    sent_on: date | None = None
    reference: str = ""
    decision: str = ""
    decided_on: date | None = None
    complaint_until: date | None = None
    coordinator: str = ""
    exhibit: int | None = None


@dataclass(frozen=True, slots=True)
class ObservedLine:
    """What was noted of a platform's path: alleged until somebody confirms it."""

    article: str
    text: str
    platform: str = ""


@dataclass(frozen=True, slots=True)
class LetterData:
    """Everything that a letter may say. `given` holds what a person typed for this letter alone, by field.

    `harm` is that of everybody targeted: a letter that one person signs never takes it from here.
    """

    number: int
    today: date
    sender: Sender
    summary: str = ""
    harm: str = ""
    platform: str = ""
    coordinator: str = ""
    law_as_of: date | None = None
    chronology: tuple[DatedLine, ...] = ()
    exhibits: tuple[ExhibitLine, ...] = ()
    contents: tuple[ContentLine, ...] = ()
    offences: tuple[OffenceLine, ...] = ()
    notices: tuple[NoticeLine, ...] = ()
    observed: tuple[ObservedLine, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
