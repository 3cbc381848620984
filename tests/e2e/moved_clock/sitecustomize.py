"""Read by the Python of the server and of its worker, when a test wants them at another date.

The time is asked in three places of theirs, each by `datetime.now`: a class that adds an offset stands there.
"""

import os
from datetime import datetime, timedelta, tzinfo

OFFSET = timedelta(seconds=float(os.environ.get("SAISINE_TEST_OFFSET_S", "0")))


class Moved(datetime):
    """`datetime` at another date; all else is its parent's."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # gives the parent's class
        return datetime.now(tz) + OFFSET


if OFFSET:
    import saisine.casework.worker
    import saisine.web.clock
    import saisine.web.serve

    for module in (saisine.casework.worker, saisine.web.clock, saisine.web.serve):
        module.datetime = Moved  # type: ignore[attr-defined]
