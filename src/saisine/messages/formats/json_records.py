"""Records of JSON files: one per element of an array wherever it lies, or whole documents (lines: `json_lines`)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

import msgspec

from saisine.messages.formats.blocks import BlockReader, RecordBlock, value_of
from saisine.messages.formats.json_held import decode_around
from saisine.messages.formats.json_lines import any_too_deep, is_too_deep, is_valid
from saisine.messages.formats.json_runs import (
    LEAST_CHARS,
    Kind,
    Marks,
    Run,
    elements_ahead,
    lines_ahead,
    places_of,
    skip_ahead,
)
from saisine.messages.formats.json_window import (
    Cut,
    Malformed,
    Window,
    escaped_bytes,
)
from saisine.messages.formats.raw import (
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

KEPT_BYTES: Final = 64 << 10
LEAST_RUN: Final = 64 << 10
MOST_RUN: Final = 512 << 10
# How many values are taken one by one before looking again for a run of them, where there was none.
SINGLES: Final = 100


def json_documents(member: Member, ctx: Context) -> Iterator[Found]:
    """Whole JSON documents, one after the other, up to 16 MiB each; text between them is a note."""
    yield from records_alone(walk_documents(member, ctx, ((),), {}, elements=False))


def documents_around(name: str) -> Reader:
    """`json_documents`; of a file of one document, the elements of the array under that key are not made: `HELD`
    stands for them all. For those that are read apart."""

    def records(member: Member, ctx: Context) -> Iterator[Found]:
        yield from records_alone(walk_documents(member, ctx, ((),), {"held": name}, elements=False))

    return records


def json_array(*paths: str, look_ahead: bool = False, keep_bytes: int = KEPT_BYTES) -> Reader:
    """A reader of the elements of an array, one at a time in flat memory, whatever the size of the file.

    Each path names the keys down to the array, joined by dots: "messages", "chats.list.*.messages" (`*`: each
    element of an array on the way), "" for a file that is itself an array. With several paths, each array
    found is read. `record.outer` gives the objects on the way, outermost first, with those of their other
    values that take less than `keep_bytes`: those met so far, or all of them with `look_ahead`, which reads
    the file twice.
    """
    walk = array_walk(*paths, look_ahead=look_ahead, keep_bytes=keep_bytes)

    def records(member: Member, ctx: Context) -> Iterator[Found]:
        yield from records_alone(walk(member, ctx))

    return records


def array_walk(
    *paths: str, look_ahead: bool = False, keep_bytes: int = KEPT_BYTES, kind: Kind | None = None
) -> BlockReader:
    """The same; runs of elements come as blocks of that kind where they can."""
    split = tuple(tuple(path.split(".")) if path else () for path in paths)

    def blocks(member: Member, ctx: Context) -> Iterator[Found | RecordBlock]:
        options: dict[str, Any] = {"keep_bytes": keep_bytes, "kind": kind}
        if look_ahead:
            options["known"] = list(_outer_objects(member, split, keep_bytes))
        yield from walk_documents(member, ctx, split, options, elements=True)

    return blocks


def records_alone(found: Iterable[Found | RecordBlock]) -> Iterator[Found]:
    """What was found where no kind was asked for: no blocks."""
    for one in found:
        assert type(one) is not RecordBlock
        yield one  # type: ignore[misc]


def _outer_objects(member: Member, paths: tuple[Path, ...], keep_bytes: int) -> list[dict[str, Any]]:
    """Every object on the way to the arrays, complete, in the order the walk meets them."""
    with member.open() as stream:
        walk = _Walk(Window(stream), "", keep_bytes=keep_bytes, only_outer=True)
        for _ in walk.documents(paths):
            pass
    return walk.met


def walk_documents(
    member: Member, ctx: Context, paths: tuple[Path, ...], options: Mapping[str, Any], *, elements: bool
) -> Iterator[Found | RecordBlock]:
    with member.open() as stream:
        walk = _Walk(Window(stream), ctx.locator_prefix + "#byte=", elements=elements, **options)
        yield from walk.documents(paths)


_decode: Final = msgspec.json.Decoder().decode
_ESCAPE: Final = re.compile(rb"\\u").search  # in megabytes, a third of what `in` costs


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
        kind: Kind | None = None,
        held: str | None = None,
    ) -> None:
        self.window = window
        self.prefix = prefix
        self.elements = elements
        self.keep_bytes = keep_bytes
        self.only_outer = only_outer
        self.known = known
        self.kind = kind
        self.held = held
        self.openings = ("{",) if kind is None else kind.openings
        self.is_depth_limited = kind is None or kind.is_depth_limited
        self.limit = MOST_RUN
        self.is_bad_utf8 = False
        self.singles = 0
        self.indent = ""
        self.marks: Marks | None = None
        self.met: list[dict[str, Any]] = []

    def documents(self, paths: tuple[Path, ...]) -> Iterator[Found | RecordBlock]:
        """Each document of the stream in turn; text between them becomes a note."""
        window = self.window
        if (
            paths == ((),)
            and not self.elements
            and window.peek() == "{"
            and (record := self._whole()) is not None
        ):
            yield record
            return
        while sign := window.peek():
            if sign == "{" and not self.elements and self._may_run():
                run = lines_ahead(window, self.kind, MOST_RUN)
                if run is not None:
                    yield from self._run(run, ())
                    continue
            start = window.offset
            if sign not in "{[":
                is_more = window.resume()
                if not window.passed_data:
                    yield Note("stray_text", f"{self.prefix}{start}", start)
                for _ in range(window.passed_data):  # not text alone: each is a record that was not read
                    yield RecordError(f"{self.prefix}{start}", "bad_json: text before the value")
                if not is_more:
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

    def _whole(self) -> RawRecord | RecordError | None:
        """The record of a stream that is one single document; None for any other."""
        window = self.window
        start, data = window.offset, window.rest(MAX_RECORD_BYTES)
        if data is None:
            return None
        body = data.rstrip(b" \t\r\n")
        try:
            obj = _decode(body) if self.held is None else decode_around(body, self.held)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
        window.pass_over(data)
        locator = f"{self.prefix}{start}+{len(body)}"
        if self.held is None and is_too_deep(body):
            return RecordError(locator, "too_deep")
        is_suspect = _ESCAPE(body) is not None
        return RawRecord(locator, obj, sha256(body).hexdigest(), start, len(body), (), is_suspect)

    def descend(
        self, paths: tuple[Path, ...], outer: tuple[Mapping[str, Any], ...]
    ) -> Iterator[Found | RecordBlock]:
        sign = self.window.peek()
        if () in paths and (sign == "[" or not self.elements):
            yield from self._leaf(outer)
        elif sign == "{" and any(path and path[0] != "*" for path in paths):
            yield from self._object(paths, outer)
        elif sign == "[" and any(path[:1] == ("*",) for path in paths):
            below = tuple(path[1:] for path in paths if path[:1] == ("*",))
            yield from self._array(below, outer)
        else:
            self._skip()

    def _skip(self) -> None:
        """Step over a value; the elements of an array by runs, which costs a tenth of looking at each bracket."""
        window = self.window
        if window.peek() != "[":
            window.skip_value()
            return
        window.take("[")
        while window.peek() == "{":
            window.skip_value()
            if window.peek() != ",":
                break
            window.take(",")
            if window.peek() == "{" and self._may_run() and skip_ahead(window):
                self.singles = 0
                window.take(",")
        window.skip_out(1)

    def _leaf(self, outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found | RecordBlock]:
        if self.only_outer:
            self._skip()
        elif self.elements:
            yield from self._array(None, outer)
        else:
            yield from self._one(outer)

    def _array(
        self, below: tuple[Path, ...] | None, outer: tuple[Mapping[str, Any], ...]
    ) -> Iterator[Found | RecordBlock]:
        """The elements of an array: records when `below` is None, else places to go further down.

        Where something between two records is not as it should be, the next line that begins one is gone to: what
        comes behind it would else be taken for documents of their own, in which nothing is looked for.
        """
        window = self.window
        window.take("[")
        if window.peek() == "]":
            window.take("]")
            return
        self.indent = window.indent() if below is None else ""
        while True:
            try:
                yield from self._elements(below, outer)
                return
            except Malformed as error:
                if below is not None:
                    raise
                yield RecordError(f"{self.prefix}{window.offset}", error.reason)
                if not window.skip_to_line(self.indent, MAX_RECORD_BYTES) and not window.resume():
                    yield Note("damaged", f"{self.prefix}{window.offset}", window.offset)
                    return

    def _elements(
        self, below: tuple[Path, ...] | None, outer: tuple[Mapping[str, Any], ...]
    ) -> Iterator[Found | RecordBlock]:
        window = self.window
        if below is None and self.marks is not None and window.peek() in self.openings and self._may_run():
            run = elements_ahead(window, self.kind, self.limit, self.marks)
            if run is not None:
                yield from self._run(run, outer)
                if self._is_over():
                    return
        while True:
            if below is None:
                yield from self._one(outer)
            else:
                yield from self.descend(below, outer)
            if self._is_over():
                return
            if below is None and window.peek() in self.openings and self._may_run():
                run = elements_ahead(window, self.kind, self.limit)
                if run is not None:
                    yield from self._run(run, outer)
                    if self._is_over():
                        return

    def _is_over(self) -> bool:
        """Step over what comes behind an element; whether it was the end of its array. A comma may be missing."""
        sign = self.window.peek()
        if sign != "{":
            self.window.take("]" if sign == "]" else ",")
        return sign == "]"

    def _may_run(self) -> bool:
        """Whether to look for a run of values now: after one that failed, a few are taken one by one."""
        self.singles -= 1
        if self.singles >= 0 or self.window.held < LEAST_CHARS:
            return False
        self.singles = SINGLES
        return True

    def _run(self, run: Run, outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found | RecordBlock]:
        """The records of a run, as one block when they are of the kind asked for."""
        self.singles, self.marks = 0, run.marks
        # the pages of an answer are short: the next run is looked for in little more than the length of this one,
        # unless this one took nearly all there was
        length = len(run.data)
        wanted = 2 * self.limit if length > self.limit * 7 // 8 else length * 9 // 8
        self.limit = min(MOST_RUN, max(LEAST_RUN, wanted))
        places = places_of(self.prefix, run.offsets, run.bodies)
        is_deep = self.is_depth_limited and any_too_deep(run.bodies, run.data)
        is_fit = max(map(len, run.bodies)) <= MAX_RECORD_BYTES and not is_deep
        if run.is_typed and is_fit:
            yield RecordBlock.typed(run.objs, places, run.bodies, run.offsets, outer)
            return
        for obj, body, start, locator in zip(run.objs, run.bodies, run.offsets, places, strict=True):
            if len(body) > MAX_RECORD_BYTES or (is_deep and is_too_deep(body)):
                yield RecordError(locator, "too_large" if len(body) > MAX_RECORD_BYTES else "too_deep")
                continue
            if run.is_typed:
                obj = value_of(body)
            digest, is_suspect = sha256(body).hexdigest(), b"\\u" in body
            yield RawRecord(locator, obj, digest, start, len(body), outer, is_suspect)

    def _object(
        self, paths: tuple[Path, ...], outer: tuple[Mapping[str, Any], ...]
    ) -> Iterator[Found | RecordBlock]:
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
                if not (isinstance(error, Malformed) and window.skip_to_line(self.indent, MAX_RECORD_BYTES)):
                    window.skip_value()
            return RecordError(f"{self.prefix}{start}+{window.offset - start}", reason)
        except Cut:
            return RecordError(f"{self.prefix}{start}", "cut_short", is_cut=True)
        body = escaped_bytes(text)
        locator = f"{self.prefix}{start}+{len(body)}"
        if self.is_depth_limited and is_too_deep(body):
            return RecordError(locator, "too_deep")
        self.is_bad_utf8 = not (text.isascii() or is_valid(text))
        is_suspect = self.is_bad_utf8 or "\\u" in text
        return RawRecord(locator, obj, sha256(body).hexdigest(), start, len(body), outer, is_suspect)
