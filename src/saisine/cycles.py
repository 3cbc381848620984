"""Work on many small values that hold none of themselves, without Python's search for cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """What is made meanwhile is freed by counting references alone; what was switched off before stays so.

    Looking for cycles cost 10 % of an import (60,000 lines, 3.86 s against 3.51 s of CPU) and a quarter of the triage,
    and found none; memory stays as flat without it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
