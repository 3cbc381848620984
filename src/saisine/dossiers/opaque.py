"""The rows of a PNG without its layer of transparency: most phone screens have one, and it hides nothing.

A row's filter works on each channel by itself, on whole bytes: taking one channel out of rows that are still
filtered gives exactly the filtered rows of the others. So no pixel is computed, and none changes. The layer is
read the same way: laid on nothing but opaque pixels, each filter leaves one known value. Rows that do hide
something (a rounded corner) are read pixel by pixel, laid on white and filtered again. Reading starts at the last
row that leans on none above it: a screen has one wherever its contents change. When more than a quarter of the rows
is to be read so, the whole picture is encoded again. Source: PNG (ISO/IEC 15948), section 9 (filters) and 6.2 (alpha).

Run as a script, it serves `layers.py`: so it imports nothing of Saisine.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from typing import Final, cast

import numpy as np
from isal import igzip_lib, isal_zlib
from numpy.typing import NDArray
from PIL import Image

Rows = NDArray[np.uint8]
_Damage = cast(type[Exception], isal_zlib.error)  # its types call the class an instance

SUB: Final = 1  # up to this one, a filter looks at nothing above its row
UP: Final = 2  # the filter of the rows made here: what is left of the row above
_FILTERS: Final = 4  # the highest number of a row's filter
_BATCH_BYTES: Final = 1 << 19  # rows handled at a time: they stay in a second-level cache, half of it
_OPAQUE: Final = 255
_WHITE: Final = (255, 255, 255)
_EDGE_BYTES: Final = 1 << 17  # fewer where rows may have to be read pixel by pixel, ten times the work
_EDGE_SHARE: Final = 16  # of the rows: the top and the bottom, where corners are
_NEAR: Final = 32  # pixels that are not worth another call
_READ_SHARE: Final = 4  # beyond a quarter of the rows, Pillow reads the whole picture faster
_LEVEL: Final = 1  # as small as zlib's own level 1, a tenth of its time
# What a filter (none, sub, up, average, Paeth) leaves of 255: first pixel, then all others of a row.
_TOP: Final = (np.array([255, 255, 255, 255, 255], np.uint8), np.array([255, 0, 255, 128, 0], np.uint8))
_BELOW: Final = (np.array([255, 255, 0, 128, 0], np.uint8), np.array([255, 0, 0, 0, 0], np.uint8))


def plain_rows(rows: bytes, width: int, height: int) -> bytes | None:
    """Compressed RGB rows from compressed RGBA rows (8 bits), laid on white.

    None when too many rows are to be read pixel by pixel, and on damage.
    """
    layer, packed, done = _Layer(width, int(height / _READ_SHARE)), isal_zlib.compressobj(_LEVEL), 0
    pieces: list[bytes] = []
    try:
        for batch in _batches(rows, 4 * width + 1, height):
            plain = layer.taken_out(batch)
            if plain is None:
                return None
            pieces.append(packed.compress(plain.data))
            done += len(batch)
    except _Damage:
        return None
    return b"".join([*pieces, packed.flush()]) if done == height else None


def _batches(rows: bytes, stride: int, height: int) -> Iterator[Rows]:
    """The rows, some at a time; none of the last ones when the stream is cut, goes on or is followed by more."""
    stream, left = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_ZLIB), height
    while left:
        is_edge = min(left, height - left) <= height // _EDGE_SHARE
        count = min(left, max(1, (_EDGE_BYTES if is_edge else _BATCH_BYTES) // stride))
        body, rows = _exactly(stream, rows, count * stride), b""
        if len(body) < count * stride:
            return
        left -= count
        if not left and (_exactly(stream, b"", 1) or not stream.eof or stream.unused_data):
            return
        yield np.frombuffer(body, np.uint8).reshape(count, stride)


def _exactly(stream: igzip_lib.IgzipDecompressor, rows: bytes, size: int) -> bytes:
    """That many bytes of the stream, fewer at its end; `rows` is what it was not given yet."""
    pieces: list[bytes] = []
    while size and not stream.eof and (piece := stream.decompress(rows, size)):
        pieces.append(piece)
        size -= len(piece)
        rows = b""
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class _Layer:
    """Takes the layer out of batches of rows, from the top down.

    `above` and `since` are what the next batch leans on: a row, pixel by pixel, then the filtered rows below it.
    `since` is None where the last row that leans on nothing above is too far. `laid` is the last row laid on
    white, without its layer. `left` is how many rows may still be read pixel by pixel.
    """

    def __init__(self, width: int, left: int) -> None:
        self.width, self.left = width, max(1, left)
        self.above: Rows = np.zeros(4 * width, np.uint8)
        self.since: list[Rows] | None = []
        self.laid: Rows = np.zeros(3 * width, np.uint8)
        self.seen = self.is_opaque = False

    def taken_out(self, batch: Rows) -> Rows | None:
        """The same rows as RGB; None when they cannot be read from here."""
        if batch[:, 0].max() > _FILTERS:
            return None
        if self.is_opaque or not self.seen:
            changed = batch[:, 1:].max(axis=1) > 0
            if _is_opaque(batch, changed, is_top=not self.seen):
                self.seen = self.is_opaque = True
                self._lean_on(batch, changed)
                return _without_layer(batch, changed)
        return self._laid_on_white(batch)

    def _lean_on(self, batch: Rows, changed: NDArray[np.bool_]) -> None:
        """Rows that only say "as above" are not needed to know the last one."""
        starts = np.flatnonzero(batch[:, 0] <= SUB)
        needed = changed | (batch[:, 0] != UP)
        if len(starts):
            self.since = []
            batch, needed = batch[starts[-1] :], needed[starts[-1] :]
        if self.since is not None:
            self.since.append(batch[needed])
        if self.since and sum(map(len, self.since)) > self.left:
            self.since = None

    def _laid_on_white(self, batch: Rows) -> Rows | None:
        if self.since is None:
            return None
        rows = np.concatenate([*self.since, batch])
        self.left -= len(rows)
        if self.left < 0:
            return None
        image, first = _unfiltered(rows, self.above, self.width), len(rows) - len(batch)
        if first:
            self.laid = _row(image, first - 1).reshape(-1, 4)[:, :3].reshape(-1)
        last = _row(image, len(rows) - 1)
        self.above, self.since, self.seen = last, [], True
        self.is_opaque = bool((last[3::4] == _OPAQUE).all())
        return self._filtered(on_white(image.crop((0, first, self.width, len(rows)))))

    def _filtered(self, image: Image.Image) -> Rows:
        shown = np.frombuffer(image.tobytes(), np.uint8).reshape(image.height, -1)
        kept = np.full((len(shown), shown.shape[1] + 1), UP, np.uint8)
        np.subtract(shown[:1], self.laid, out=kept[:1, 1:])  # modulo 256, as the filter asks
        np.subtract(shown[1:], shown[:-1], out=kept[1:, 1:])
        self.laid = shown[-1]
        return kept


def _row(image: Image.Image, number: int) -> Rows:
    return np.frombuffer(image.crop((0, number, image.width, number + 1)).tobytes(), np.uint8)


def _is_opaque(batch: Rows, changed: NDArray[np.bool_], *, is_top: bool) -> bool:
    filters = batch[:, 0]
    first, others = _BELOW[0][filters], _BELOW[1][filters]
    if is_top:
        first[0], others[0] = _TOP[0][filters[0]], _TOP[1][filters[0]]
    if first[~changed].any() or others[~changed].any():
        return False
    layer = np.ascontiguousarray(batch[changed][:, 4::4])  # compared side by side: a third of the time
    return bool((layer[:, 0] == first[changed]).all() and (layer[:, 1:] == others[changed, None]).all())


def _without_layer(batch: Rows, changed: NDArray[np.bool_]) -> Rows:
    count, stride = batch.shape
    kept = np.zeros((count, stride - stride // 4), np.uint8)
    kept[:, 0] = batch[:, 0]
    rows = batch[changed]
    plain = np.empty((len(rows), kept.shape[1]), np.uint8)
    plain[:, 0] = rows[:, 0]
    for channel in (1, 2, 3):
        plain[:, channel::3] = rows[:, channel::4]
    kept[changed] = plain
    return kept


def _unfiltered(batch: Rows, above: Rows, width: int) -> Image.Image:
    """The picture of filtered rows, by Pillow's own reader, which is given the row above first."""
    whole = np.zeros((len(batch) + 1, batch.shape[1]), np.uint8)
    whole[0, 1:], whole[1:] = above, batch
    stream = zlib.compress(whole.data, 0)  # stored: no time is lost in packing what is unpacked at once
    image = Image.frombytes("RGBA", (width, len(whole)), stream, "zip", "RGBA")
    return image.crop((0, 1, width, len(whole)))


def on_white(clear: Image.Image) -> Image.Image:
    """RGB over white of an RGBA picture: what a clear pixel hides is nowhere in it.

    Only the parts that are not opaque are mixed: most of a screen with rounded corners is.
    """
    opaque = clear.convert("RGB")
    layer = np.asarray(clear.getchannel("A"))
    for top, bottom in _runs(layer.min(axis=1) < _OPAQUE):
        for left, right in _runs(layer[top:bottom].min(axis=0) < _OPAQUE):
            part = clear.crop((left, top, right, bottom))
            white = Image.new("RGB", part.size, _WHITE)
            white.paste(part, mask=part)
            opaque.paste(white, (left, top))
    return opaque


def _runs(mixed: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where each run of true values starts and ends; those a few apart are one."""
    places = np.flatnonzero(mixed)
    for run in np.split(places, np.flatnonzero(np.diff(places) > _NEAR) + 1):
        if len(run):
            yield int(run[0]), int(run[-1]) + 1


def serve() -> None:
    """Answer each picture asked for on the standard input, until it is closed (`layers.py` has the other half)."""
    asked, answered = struct.Struct(">LLL"), struct.Struct(">l")
    while head := sys.stdin.buffer.read(asked.size):
        width, height, size = asked.unpack(head)
        plain = plain_rows(sys.stdin.buffer.read(size), width, height)
        sys.stdout.buffer.write(answered.pack(-1 if plain is None else len(plain)) + (plain or b""))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve()
