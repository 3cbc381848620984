"""The one place where the pages read the time, so that a test can hold it still."""

from datetime import UTC, date, datetime

from saisine.paris import PARIS


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day in Paris: legal days and deadlines are counted there."""
    return now().astimezone(PARIS).date()
