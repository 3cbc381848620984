"""What a person may ask about her own data (GDPR, art. 15 to 17), and until when it is to be answered.

Kinds and the term are data (`data_requests.yaml`), with their articles and the `verified` flag. Days are Paris calendar
days; a month ends on the same day number. Whether a last day that is a holiday moves on is left to a jurist: the day
given here is never too late.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from saisine.law.bind import Binder
from saisine.law.terms import Term
from saisine.law.yaml_file import compose

DATA_REQUESTS_FILE: Final = Path(__file__).parent / "data_requests.yaml"


@dataclass(frozen=True, slots=True)
class RequestKind:
    """One right, in words of the person who uses it."""

    id: str
    label_fr: str
    label_en: str
    article: str

    def label(self, language: str = "fr") -> str:
        return self.label_en if language == "en" else self.label_fr


@dataclass(frozen=True, slots=True)
class DataRequests:
    kinds: tuple[RequestKind, ...]
    terms: tuple[Term, ...]

    def kind(self, id: str) -> RequestKind | None:
        return next((one for one in self.kinds if one.id == id), None)

    @property
    def answer(self) -> Term:
        """The one term: to answer, a refusal included."""
        return next(term for term in self.terms if term.id == "answer_1m")


@cache
def load_data_requests(path: Path = DATA_REQUESTS_FILE) -> DataRequests:
    """The whole file. Raises SaisineError("law_file_invalid") naming file and line."""
    return Binder(path.name).bind(compose(path), DataRequests)


def answer_by(received_on: date) -> date:
    """The last day to answer a request received on that day."""
    return load_data_requests().answer.on(received_on)
