"""A child process stopped at each of its system calls that change files: killed there, or refused there.

`ptrace` of Linux through ctypes, nothing to install. The child asks to be traced; this process lets it run
from one system call to the next, counts those that change files, and at a chosen one kills it (before, after,
or with half of a write done), or answers in place of the kernel that the disk is full.

What this cannot show is a power cut: a kill leaves in the kernel's memory what was written without `fsync`,
and nothing here throws it away.
"""

import contextlib
import ctypes
import errno
import fcntl
import functools
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, NoReturn

import pytest

Say = Callable[[str], None]
Act = Callable[[Say], object]
Side = Literal["before", "after", "halfway"]

_TRACEME, _SETOPTIONS, _SYSCALL = 0, 0x4200, 24
_GETREGSET, _SETREGSET, _SYSCALL_INFO = 0x4204, 0x4205, 0x420E
_OPTIONS: Final = 0x1 | 0x8 | 0x100000  # TRACESYSGOOD, TRACECLONE, EXITKILL
_WALL: Final = 0x40000000
_STOP_OF_CALL: Final = signal.SIGTRAP | 0x80
_ENTRY, _EXIT = 1, 2
_PIPE_BYTES: Final = 1 << 20
_CREATES: Final = os.O_CREAT | os.O_TRUNC

# Calls that change files, by audit architecture and number. What only some of them do (an `openat` that makes
# nothing) is told apart by `_changes_files`.
_X86_64, _AARCH64 = 0xC000003E, 0xC00000B7
_CALLS: Final = {
    _X86_64: {
        1: "write", 2: "open", 18: "pwrite64", 20: "writev", 74: "fsync", 75: "fdatasync", 76: "truncate",
        77: "ftruncate", 82: "rename", 83: "mkdir", 84: "rmdir", 85: "creat", 86: "link", 87: "unlink",
        90: "chmod", 91: "fchmod", 257: "openat", 258: "mkdirat", 263: "unlinkat", 264: "renameat",
        265: "linkat", 268: "fchmodat", 277: "sync_file_range", 285: "fallocate", 296: "pwritev",
        306: "syncfs", 316: "renameat2", 326: "copy_file_range", 40: "sendfile",
    },
    _AARCH64: {
        34: "mkdirat", 35: "unlinkat", 37: "linkat", 38: "renameat", 45: "truncate", 46: "ftruncate",
        47: "fallocate", 52: "fchmod", 53: "fchmodat", 56: "openat", 64: "write", 66: "writev",
        68: "pwrite64", 70: "pwritev", 71: "sendfile", 82: "fsync", 83: "fdatasync", 84: "sync_file_range",
        267: "syncfs", 276: "renameat2", 285: "copy_file_range",
    },
}  # fmt: skip
WRITES: Final = frozenset({"write", "pwrite64"})
_ABOUT_DESCRIPTOR: Final = WRITES | frozenset(
    {
        "writev",
        "pwritev",
        "fsync",
        "fdatasync",
        "syncfs",
        "ftruncate",
        "fchmod",
        "fallocate",
        "sync_file_range",
    }
)
# In the registers as `PRSTATUS` gives them: how many, the third argument, the number, the result.
_REGISTERS: Final = {_X86_64: (27, 12, 15, 10), _AARCH64: (34, 2, 8, 0)}
_NT_PRSTATUS, _NT_ARM_SYSTEM_CALL = 1, 0x404
# Calls that take room on a disk: what a full one refuses, from then on.
TAKE_ROOM: Final = frozenset({"write", "pwrite64", "writev", "open", "openat", "creat", "mkdir", "mkdirat"})
# Where blocks are given out late it is the flush that is refused, once: what it stood for is gone with it.
FLUSH: Final = frozenset({"fsync", "fdatasync", "syncfs"})


class _Info(ctypes.Structure):
    """`struct ptrace_syscall_info`: the part that entry and exit share, then six arguments or the result."""

    _fields_ = (
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("instruction", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("words", ctypes.c_uint64 * 8),
    )


class _Span(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.ptrace.restype = ctypes.c_long
_LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def _ptrace(request: int, thread: int, address: int = 0, data: object = 0) -> int:
    result: int = _LIBC.ptrace(request, thread, address, data)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


@dataclass(frozen=True, slots=True)
class Call:
    """One call that changes files: its name, the file or folder it is about ("" when unknown).

    A renaming also has its new path.
    """

    name: str
    target: str
    renamed_to: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.target.rpartition('/')[2]}"


@dataclass(frozen=True, slots=True)
class Stop:
    """Where to kill: the call's number among those that change files (from 0), and the side of it.

    With a number below 0, the first call of `name` about a file whose path ends in `target`.
    """

    call: int
    side: Side
    name: str = ""
    target: str = ""

    def is_at(self, number: int, call: Call) -> bool:
        if self.call >= 0:
            return number == self.call
        return call.name == self.name and call.target.endswith(self.target)


@dataclass(frozen=True, slots=True)
class Refusal:
    """From this call on, every call that takes room is answered with this error, and not made.

    Of the flushes only this very call is.
    """

    call: int
    error: int = errno.ENOSPC

    def is_of(self, number: int, name: str) -> bool:
        return number >= self.call if name in TAKE_ROOM else number == self.call and name in FLUSH


@dataclass(slots=True)
class Trace:
    """What a child did: the lines it said, the calls that it came to, and how it ended."""

    said: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    was_killed: bool = False
    refused: int = 0


def run(act: Act, *, stop: Stop | None = None, refusal: Refusal | None = None) -> Trace:
    """Run `act(say)` in a forked child under trace. Raises `AssertionError` when it raises there.

    What it says through `say` has reached this process even when the child dies right after.
    """
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _live(act, writing)
    os.close(writing)
    try:
        trace = _Tracer(child, writing, stop, refusal).follow()
        with os.fdopen(reading, closefd=False) as pipe:
            said = pipe.read().split("\n")
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(reading)
    # A line without its end was being said when the child died.
    trace.said = said[:-1]
    wrong = [line for line in trace.said if line.startswith("!")]
    assert not wrong, "\n".join(wrong).replace("\\n", "\n")
    return trace


def _live(act: Act, writing: int) -> NoReturn:
    """In the child: ask to be traced, act, end without any of the parent's farewells."""
    status = 1
    try:
        sys.dont_write_bytecode = True
        os.setpgid(0, 0)
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        act(lambda line: _say(writing, line))
        status = 0
    except BaseException:  # noqa: BLE001 whatever it is must reach the test
        _say(writing, "!" + traceback.format_exc().replace("\n", "\\n"))
    finally:
        os._exit(status)


def _say(writing: int, line: str) -> None:
    os.write(writing, f"{line}\n".encode())


class _Tracer:
    """Follows one child and its threads from stop to stop."""

    def __init__(self, child: int, pipe: int, stop: Stop | None, refusal: Refusal | None) -> None:
        self._child = child
        self._pipe = pipe
        self._stop = stop
        self._refusal = refusal
        self._inside: dict[int, tuple[bool, bool]] = {}
        self._seen: set[int] = {child}
        self._trace = Trace()

    def follow(self) -> Trace:
        _, status = os.waitpid(self._child, _WALL)
        assert os.WIFSTOPPED(status), f"the child ended before it was traced: {status}"
        _ptrace(_SETOPTIONS, self._child, 0, _OPTIONS)
        _ptrace(_SYSCALL, self._child)
        while True:
            try:
                thread, status = os.waitpid(-self._child, _WALL)
            except ChildProcessError:
                return self._trace
            if os.WIFSTOPPED(status):
                self._go_on(thread, status)

    def _go_on(self, thread: int, status: int) -> None:
        """Answer one stop: a system call, a new thread, or a signal on its way."""
        number, event = os.WSTOPSIG(status), status >> 16
        passed = 0
        with contextlib.suppress(ProcessLookupError):  # another thread ended the process meanwhile
            if number == _STOP_OF_CALL:
                if not self._at_call(thread):
                    os.kill(self._child, signal.SIGKILL)
                    self._trace.was_killed = True
                    return
            elif number == signal.SIGSTOP and thread not in self._seen:
                self._seen.add(thread)
            elif not event:
                passed = number
            _ptrace(_SYSCALL, thread, 0, passed)

    def _at_call(self, thread: int) -> bool:
        """Count and, where it was asked, change one call. False when the child must die here."""
        info = _Info()
        _ptrace(_SYSCALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
        if info.op == _ENTRY:
            return self._at_entry(thread, info)
        if info.op != _EXIT or thread not in self._inside:
            return True
        is_last, is_refused = self._inside.pop(thread)
        if is_refused and self._refusal is not None:
            _set_register(thread, info.arch, _REGISTERS[info.arch][3], -self._refusal.error)
        return not is_last

    def _at_entry(self, thread: int, info: _Info) -> bool:
        name = _CALLS[info.arch].get(info.words[0])
        if name is None or not _changes_files(name, info.words):
            return True
        number, call = len(self._trace.calls), _call(thread, name, info.words)
        if name.startswith("open") and not _empties(name, info.words) and os.path.exists(call.target):
            return True
        self._trace.calls.append(call)
        is_refused = self._must_refuse(number, name, info)
        if is_refused:
            self._trace.refused += 1
            _skip_call(thread, info.arch)
        is_last = self._stop is not None and self._stop.is_at(number, call)
        self._inside[thread] = is_last, is_refused
        if self._stop is None or not is_last:
            return True
        if self._stop.side == "halfway" and name in WRITES:
            _set_register(thread, info.arch, _REGISTERS[info.arch][1], info.words[3] // 2 + 1)
        return self._stop.side != "before"

    def _must_refuse(self, number: int, name: str, info: _Info) -> bool:
        if self._refusal is None or not self._refusal.is_of(number, name):
            return False
        return not (name in ("write", "writev") and info.words[1] == self._pipe)


def _changes_files(name: str, words: "ctypes.Array[ctypes.c_uint64]") -> bool:
    """Whether this call may change a file: an opening only when it makes or empties one."""
    if name == "openat":
        return bool(words[3] & _CREATES)
    return name != "open" or bool(words[2] & _CREATES)


def _empties(name: str, words: "ctypes.Array[ctypes.c_uint64]") -> bool:
    return bool(words[3 if name == "openat" else 2] & os.O_TRUNC)


def _call(thread: int, name: str, words: "ctypes.Array[ctypes.c_uint64]") -> Call:
    """The call with its paths: those of its descriptor, or as they were given."""
    try:
        if name in _ABOUT_DESCRIPTOR:
            return Call(name, os.readlink(f"/proc/{thread}/fd/{words[1]}"))
        first = 2 if name.endswith(("at", "at2")) else 1
        path = _text_at(thread, words[first])
        if name.startswith("rename"):
            return Call(name, path, _text_at(thread, words[first + (1 if first == 1 else 2)]))
    except OSError:
        return Call(name, "")
    return Call(name, path)


def _text_at(thread: int, address: int) -> str:
    with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        return os.fsdecode(memory.read(4096).partition(b"\0")[0])


def _registers(thread: int, arch: int) -> "ctypes.Array[ctypes.c_uint64]":
    found = (ctypes.c_uint64 * _REGISTERS[arch][0])()
    span = _Span(ctypes.addressof(found), ctypes.sizeof(found))
    _ptrace(_GETREGSET, thread, _NT_PRSTATUS, ctypes.addressof(span))
    return found


def _set_register(thread: int, arch: int, place: int, value: int) -> None:
    found = _registers(thread, arch)
    found[place] = value & (1 << 64) - 1
    span = _Span(ctypes.addressof(found), ctypes.sizeof(found))
    _ptrace(_SETREGSET, thread, _NT_PRSTATUS, ctypes.addressof(span))


def _skip_call(thread: int, arch: int) -> None:
    """Let the kernel make no call at all: number -1."""
    if arch == _X86_64:
        _set_register(thread, arch, _REGISTERS[arch][2], -1)
        return
    number = ctypes.create_string_buffer(struct.pack("i", -1), 4)
    span = _Span(ctypes.addressof(number), 4)
    _ptrace(_SETREGSET, thread, _NT_ARM_SYSTEM_CALL, ctypes.addressof(span))


@functools.cache
def why_not() -> str:
    """Why no process can be traced here, in a few words; empty when it can."""
    if sys.platform != "linux":
        return "no ptrace outside Linux"
    if os.uname().machine not in ("x86_64", "aarch64"):
        return f"the system calls of {os.uname().machine} are not listed"
    try:
        trace = run(lambda say: say("here"))
    except (OSError, AssertionError) as error:
        return f"ptrace is forbidden ({str(error).strip().splitlines()[-1]})"
    return (
        ""
        if trace.said == ["here"] and [call.name for call in trace.calls] == ["write"]
        else "ptrace sees no system call"
    )


def require_tracing() -> None:
    """Skip the test, in one plain line, where no process may be traced."""
    if why_not():
        pytest.skip(f"{why_not()}: kills were tried between steps of Python only (test_opening.py)")
