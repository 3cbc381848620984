"""The slow derivation of a passphrase (scrypt), in a process of its own so that its progress can be told.

The library holds Python's lock while it derives, about one second: in the same process no page would answer
and no bar would move. The time left is estimated from a small derivation made first.
"""

import hashlib
import re
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Final

import msgspec
import pyrage

from saisine.errors import SaisineError

Progress = Callable[[int, int | None, str], None]

MAX_WORK_FACTOR: Final = 22  # log2 of scrypt's N: 4 GiB of memory; age itself writes 18, pyrage up to 20
_WRITTEN_FACTOR: Final = 18
_PROBE_FACTOR: Final = 12
_POLL_S: Final = 0.1
_CHILD: Final = "import sys; from saisine.vault.deriving import main; sys.exit(main())"
_SCRYPT: Final = re.compile(rb"age-encryption\.org/v1\n-> scrypt \S+ (\d{1,9})\n")


def lock_with(body: bytes, passphrase: str, progress: Progress | None = None) -> bytes:
    """`body` as an age file under a passphrase. `progress` gets milliseconds done and expected."""
    if progress is None:
        return bytes(pyrage.passphrase.encrypt(body, passphrase))
    return _elsewhere("lock", body, passphrase, _WRITTEN_FACTOR, progress)


def unlock_with(body: bytes, passphrase: str, progress: Progress | None = None) -> bytes:
    """What an age file under a passphrase holds. Raises `passphrase_wrong` or `passphrase_cost`."""
    factor = require_bearable(body)
    if progress is not None:
        return _elsewhere("unlock", body, passphrase, factor, progress)
    try:
        return bytes(pyrage.passphrase.decrypt(body, passphrase))
    except pyrage.DecryptError as error:
        raise SaisineError("passphrase_wrong") from error


def require_bearable(body: bytes) -> int:
    """The scrypt cost of a passphrase file, refused when it would freeze the machine. Raises `passphrase_cost`.

    pyrage compares the cost with the speed of the machine: on a fast one it works 47 s on a factor of 23.
    """
    found = _SCRYPT.match(body)
    factor = int(found[1]) if found is not None else _WRITTEN_FACTOR
    if factor > MAX_WORK_FACTOR:
        raise SaisineError("passphrase_cost", factor=factor, most=MAX_WORK_FACTOR)
    return factor


def _elsewhere(what: str, body: bytes, passphrase: str, factor: int, progress: Progress) -> bytes:
    expected_ms = _expected_ms(factor)
    request = msgspec.json.encode([what, b64encode(body).decode(), passphrase])
    # The passphrase goes by the pipe: arguments and environment are shown by `ps` and /proc.
    child = subprocess.Popen([sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if child.stdin is None or child.stdout is None:
        raise SaisineError("passphrase_not_derived", reason="pipe")
    with child.stdin:
        child.stdin.write(request)
    start = time.monotonic()
    while child.poll() is None:
        progress(min(int((time.monotonic() - start) * 1000), expected_ms - 1), expected_ms, "derive")
        time.sleep(_POLL_S)
    answer = child.stdout.read()
    child.stdout.close()
    progress(expected_ms, expected_ms, "derive")
    if child.returncode == 1:
        raise SaisineError("passphrase_wrong")
    if child.returncode:
        raise SaisineError("passphrase_not_derived", reason=child.returncode)
    return b64decode(answer)


def _expected_ms(factor: int) -> int:
    start = time.perf_counter()
    hashlib.scrypt(b"saisine", salt=b"saisine", n=1 << _PROBE_FACTOR, r=8, p=1, maxmem=64 << 20)
    return max(int((time.perf_counter() - start) * 1000 * 2.0 ** (factor - _PROBE_FACTOR)), 1)


def main() -> int:
    """The child: one request on standard input, the answer in base64 on standard output."""
    what, body, passphrase = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[str, str, str])
    try:
        answer = {"lock": lock_with, "unlock": unlock_with}[what](b64decode(body), passphrase)
    except SaisineError:
        return 1
    sys.stdout.buffer.write(b64encode(answer))
    return 0
