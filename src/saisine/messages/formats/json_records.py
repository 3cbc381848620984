"""Records of JSON files: one per line, one per element of an array wherever it lies, or whole documents."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, BinaryIO, Final

import msgspec

from saisine.messages.formats.json_runs import LEAST_CHARS, Value, elements_ahead, lines_ahead
from saisine.messages.formats.json_window import (
    SCANNER,
    Cut,
    Malformed,
    Window,
    escaped_bytes,
    explain,
    is_cut,
)
from saisine.messages.formats.raw import (
    MAX_DEPTH,
    MAX_RECORD_BYTES,
    Context,
    Member,
    Note,
    RawRecord,
    Reader,
    RecordError,
)

Found = RawRecord | RecordError | Note
Path = tuple[str, ...]

BOM: Final = b"\xef\xbb\xbf"
KEPT_BYTES: Final = 64 << 10
# How many values are taken one by one before looking again for a run of them, where there was none.
SINGLES: Final = 100
# A string that never ends is taken to the end: looked for again from each of its quotes, it would cost minutes.
_OUTSIDE_STRINGS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def json_lines_as(kind: Any) -> Reader:
    """A reader of one JSON value per line, decoded into `kind` (a msgspec.Struct naming what is mapped).

    A line that does not fit is tried again by the standard parser (lone surrogates, invalid UTF-8), then
    counted as failed. A last line that stops in the middle fails too, with a `truncated` note.
    """
    decode = msgspec.json.Decoder(kind).decode

    def records(member: Member, ctx: Context) -> Iterator[Found]:
        prefix = ctx.locator_prefix + "#byte="
        with member.open() as stream:
            for offset, line in _lines(stream):
                body = line.strip()
                if not body:
                    continue
                start = offset if line[0] == body[0] else offset + line.find(body[:1])
                locator = f"{prefix}{start}+{len(body)}"
                suspect = b"\\u0000" in body
                try:
                    if len(body) > MAX_RECORD_BYTES or is_too_deep(body):
                        yield RecordError(
                            locator, "too_large" if len(body) > MAX_RECORD_BYTES else "too_deep"
                        )
                        continue
                    obj = decode(body)
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    rescued = _rescue(body, kind, locator, is_last=not line.endswith(b"\n"))
                    if not isinstance(rescued, _Rescued):
                        yield rescued
                        if isinstance(rescued, RecordError) and rescued.is_cut:
                            yield Note("truncated", locator, start)
                        continue
                    obj, suspect = rescued.obj, True
                    if not rescued.is_utf8:
                        yield Note("bad_bytes", locator, start)
                yield RawRecord(locator, obj, sha256(body).hexdigest(), start, len(body), (), suspect)

    return records


json_lines: Final[Reader] = json_lines_as(Any)


class _Rescued(msgspec.Struct, frozen=True):
    obj: Any
    is_utf8: bool


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(byte offset, line) without the BOM; a line over the limit is given cut just past it."""
    offset = 0
    while line := stream.readline(MAX_RECORD_BYTES + 2):
        length = len(line)
        if length > MAX_RECORD_BYTES and not line.endswith(b"\n"):
            while rest := stream.readline(1 << 20):
                length += len(rest)
                if rest.endswith(b"\n"):
                    break
        if offset == 0 and line.startswith(BOM):
            yield 3, line[3:]
        else:
            yield offset, line
        offset += length


def is_too_deep(body: bytes) -> bool:
    """Whether brackets are nested deeper than the limit."""
    if len(body) <= MAX_DEPTH:
        return False
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for sign in _OUTSIDE_STRINGS.finditer(body):
        bracket = sign.group()
        if bracket in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif bracket in (b"]", b"}"):
            depth -= 1
    return False


def _rescue(body: bytes, kind: Any, locator: str, *, is_last: bool) -> _Rescued | Found:
    """The record by the standard parser, or what is wrong with it."""
    if body[:1] not in (b"{", b"["):
        return Note("stray_text", locator)
    text = body.decode("utf-8", "surrogateescape")
    try:
        obj, end = SCANNER(text, 0)
        if text[end:].strip():
            raise json.JSONDecodeError("Extra data", text, end)
        return _Rescued(obj if kind is Any else msgspec.convert(obj, kind), _is_valid(text))
    except RecursionError:
        return RecordError(locator, "too_deep")
    except msgspec.ValidationError as error:
        return RecordError(locator, f"unexpected_shape: {error}")
    except StopIteration:
        return RecordError(locator, "bad_json: not a JSON value")
    except ValueError as error:
        return RecordError(locator, explain(error), is_cut=is_last and is_cut(error, len(text)))


def json_documents(member: Member, ctx: Context) -> Iterator[Found]:
    """Whole JSON documents, one after the other, up to 16 MiB each; text between them is a note."""
    yield from _walk_documents(member, ctx, ((),), {}, elements=False)


def json_array(*paths: str, look_ahead: bool = False, keep_bytes: int = KEPT_BYTES) -> Reader:
    """A reader of the elements of an array, one at a time in flat memory, whatever the size of the file.

    Each path names the keys down to the array, joined by dots: "messages", "chats.list.*.messages" (`*`: each
    element of an array on the way), "" for a file that is itself an array. With several paths, each array
    found is read. `record.outer` gives the objects on the way, outermost first, with those of their other
    values that take less than `keep_bytes`: those met so far, or all of them with `look_ahead`, which reads
    the file twice.
    """
    split = tuple(tuple(path.split(".")) if path else () for path in paths)

    def records(member: Member, ctx: Context) -> Iterator[Found]:
        options: dict[str, Any] = {"keep_bytes": keep_bytes}
        if look_ahead:
            options["known"] = list(_outer_objects(member, split, keep_bytes))
        yield from _walk_documents(member, ctx, split, options, elements=True)

    return records


def _outer_objects(member: Member, paths: tuple[Path, ...], keep_bytes: int) -> list[dict[str, Any]]:
    """Every object on the way to the arrays, complete, in the order the walk meets them."""
    with member.open() as stream:
        walk = _Walk(Window(stream), "", keep_bytes=keep_bytes, only_outer=True)
        for _ in walk.documents(paths):
            pass
    return walk.met


def _walk_documents(
    member: Member, ctx: Context, paths: tuple[Path, ...], options: Mapping[str, Any], *, elements: bool
) -> Iterator[Found]:
    with member.open() as stream:
        walk = _Walk(Window(stream), ctx.locator_prefix + "#byte=", elements=elements, **options)
        yield from walk.documents(paths)


class _Walk:
    """One walk through a JSON stream, down the wanted paths, everything else stepped over."""

    def __init__(
        self,
        window: Window,
        prefix: str,
        *,
        elements: bool = True,
        keep_bytes: int = KEPT_BYTES,
        only_outer: bool = False,
        known: list[dict[str, Any]] | None = None,
    ) -> None:
        self.window = window
        self.prefix = prefix
        self.elements = elements
        self.keep_bytes = keep_bytes
        self.only_outer = only_outer
        self.known = known
        self.is_bad_utf8 = False
        self.singles = 0
        self.met: list[dict[str, Any]] = []

    def documents(self, paths: tuple[Path, ...]) -> Iterator[Found]:
        """Each document of the stream in turn; text between them becomes a note."""
        window = self.window
        while sign := window.peek():
            if sign == "{" and not self.elements and self._may_run():
                yield from self._run(lines_ahead(window), ())
                if self.singles == 0:
                    continue
            start = window.offset
            if sign not in "{[":
                yield Note("stray_text", f"{self.prefix}{start}", start)
                if not window.resume():
                    return
                continue
            try:
                yield from self.descend(paths, ())
            except Cut:
                yield Note("truncated", f"{self.prefix}{window.offset}", window.offset)
                return
            except Malformed as error:
                yield RecordError(f"{self.prefix}{window.offset}", error.reason)
                if not window.resume():
                    return

    def descend(self, paths: tuple[Path, ...], outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found]:
        sign = self.window.peek()
        if () in paths and (sign == "[" or not self.elements):
            yield from self._leaf(outer)
        elif sign == "{" and any(path and path[0] != "*" for path in paths):
            yield from self._object(paths, outer)
        elif sign == "[" and any(path[:1] == ("*",) for path in paths):
            below = tuple(path[1:] for path in paths if path[:1] == ("*",))
            yield from self._array(below, outer)
        else:
            self.window.skip_value()

    def _leaf(self, outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found]:
        if self.only_outer:
            self.window.skip_value()
        elif self.elements:
            yield from self._array(None, outer)
        else:
            yield from self._one(outer)

    def _array(self, below: tuple[Path, ...] | None, outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found]:
        """The elements of an array: records when `below` is None, else places to go further down."""
        window = self.window
        window.take("[")
        if window.peek() == "]":
            window.take("]")
            return
        while True:
            if below is None:
                yield from self._one(outer)
            else:
                yield from self.descend(below, outer)
            if window.peek() == "]":
                window.take("]")
                return
            window.take(",")
            if below is None and window.peek() == "{" and self._may_run():
                yield from self._run(elements_ahead(window), outer)
                if self.singles == 0:
                    window.take(",")

    def _may_run(self) -> bool:
        """Whether to look for a run of values now: after one that failed, a few are taken one by one."""
        self.singles -= 1
        return self.singles < 0 and self.window.held >= LEAST_CHARS

    def _run(self, values: Iterator[Value], outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found]:
        """The records of a run; `singles` is 0 when there was one."""
        self.singles = SINGLES
        for obj, body, start in values:
            self.singles = 0
            locator = f"{self.prefix}{start}+{len(body)}"
            if len(body) > MAX_RECORD_BYTES or is_too_deep(body):
                yield RecordError(locator, "too_large" if len(body) > MAX_RECORD_BYTES else "too_deep")
                continue
            digest, is_suspect = sha256(body).hexdigest(), b"\\u" in body
            yield RawRecord(locator, obj, digest, start, len(body), outer, is_suspect)

    def _object(self, paths: tuple[Path, ...], outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found]:
        window = self.window
        seen: dict[str, Any] = {}
        shown = seen
        if self.known is not None and len(self.met) < len(self.known):
            shown = self.known[len(self.met)]
        self.met.append(seen)
        window.take("{")
        while window.peek() != "}":
            key, _ = window.value(KEPT_BYTES)
            if not isinstance(key, str):
                raise Malformed("bad_json: a key is no string")
            window.take(":")
            below = tuple(path[1:] for path in paths if path[:1] == (key,))
            if below:
                yield from self.descend(below, (*outer, shown))
            else:
                self._keep(seen, key)
            if window.peek() != "}":
                window.take(",")
        window.take("}")

    def _keep(self, seen: dict[str, Any], key: str) -> None:
        """Remember a small value beside the path; step over a large one."""
        try:
            seen[key], _ = self.window.value(self.keep_bytes)
        except (Malformed, RecursionError):
            self.window.skip_value()

    def _one(self, outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found]:
        """One record, and what must be said of its bytes. Raises `Cut` after one that stops in the middle."""
        record = self._record(outer)
        yield record
        if isinstance(record, RecordError):
            if record.is_cut:
                raise Cut
        elif self.is_bad_utf8:
            yield Note("bad_bytes", record.locator, record.offset)

    def _record(self, outer: tuple[Mapping[str, Any], ...]) -> RawRecord | RecordError:
        window = self.window
        window.peek()
        start = window.offset
        try:
            obj, text = window.value(MAX_RECORD_BYTES)
        except (Malformed, RecursionError) as error:
            reason = error.reason if isinstance(error, Malformed) else "too_deep"
            with suppress(Cut):
                window.skip_value()
            return RecordError(f"{self.prefix}{start}+{window.offset - start}", reason)
        except Cut:
            return RecordError(f"{self.prefix}{start}", "cut_short", is_cut=True)
        body = escaped_bytes(text)
        locator = f"{self.prefix}{start}+{len(body)}"
        if is_too_deep(body):
            return RecordError(locator, "too_deep")
        self.is_bad_utf8 = not (text.isascii() or _is_valid(text))
        is_suspect = self.is_bad_utf8 or "\\u" in text
        return RawRecord(locator, obj, sha256(body).hexdigest(), start, len(body), outer, is_suspect)


def _is_valid(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
