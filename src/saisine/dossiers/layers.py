"""A process that takes the layer of transparency out of pictures, beside the threads that read and write them.

The work is hundreds of short calls into NumPy. Two threads that make them wait for the interpreter at every one: 500
screens took as long with two as with one, and a third more CPU. So one of the two hands the rows to a process of its
own (`opaque.py`, run as a script: it imports nothing of Saisine), and the other one works here.
"""

import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import IO, Final

WORTH: Final = 40  # pictures: under it, the start of the process takes longer than what it saves
ASKED: Final = struct.Struct(">LLL")  # width and height in pixels, bytes that follow
ANSWERED: Final = struct.Struct(">l")  # bytes that follow, or -1
_SCRIPT: Final = Path(__file__).with_name("opaque.py")

TakeOut = Callable[[bytes, int, int], bytes | None]


def take_out_here(rows: bytes, width: int, height: int) -> bytes | None:
    from saisine.dossiers.opaque import plain_rows  # NumPy is loaded for those who have such a picture

    return plain_rows(rows, width, height)


@contextmanager
def taking_out(pictures: int) -> Iterator[TakeOut]:
    """What takes layers out as long as the block lasts: here for a few pictures, beside as well for many.

    The same bytes either way. The process starts with the first picture that needs it; it holds 36 MB.
    """
    if pictures < WORTH:
        yield take_out_here
        return
    beside, in_use = _Process(), Lock()

    def take_out(rows: bytes, width: int, height: int) -> bytes | None:
        if not in_use.acquire(blocking=False):
            return take_out_here(rows, width, height)
        try:
            return beside.take_out(rows, width, height)
        except (OSError, EOFError):  # it was ended: this picture and the next ones are done here
            return take_out_here(rows, width, height)
        finally:
            in_use.release()

    try:
        yield take_out
    finally:
        beside.close()


class _Process:
    """One process, started when it is first asked. Raises OSError or EOFError once it has ended."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None

    def take_out(self, rows: bytes, width: int, height: int) -> bytes | None:
        if self._running is None:
            command = [sys.executable, "-I", str(_SCRIPT)]
            self._running = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        asking, answering = self._running.stdin, self._running.stdout
        if asking is None or answering is None:  # both are pipes
            raise EOFError
        asking.write(ASKED.pack(width, height, len(rows)) + rows)
        asking.flush()
        (size,) = ANSWERED.unpack(exactly(answering, ANSWERED.size))
        return None if size < 0 else exactly(answering, size)

    def close(self) -> None:
        """It ends when nobody can ask it any more."""
        if self._running is not None:
            with suppress(OSError), self._running:
                pass


def exactly(stream: IO[bytes], size: int) -> bytes:
    """That many bytes. Raises EOFError at the end."""
    body = stream.read(size)
    if len(body) < size:
        raise EOFError
    return body
