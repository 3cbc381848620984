"""An invented association attacked in an invented wave, as export files in the real formats.

    report = write_example(folder, wave_on=date(2026, 3, 14))

Nobody and no place in it exists; `docs/example.md` says what each file is.
"""

from saisine.example.association import ASSOCIATION
from saisine.example.write import DAYS_BEFORE, ExampleReport, write_example

__all__ = ["ASSOCIATION", "DAYS_BEFORE", "ExampleReport", "write_example"]
