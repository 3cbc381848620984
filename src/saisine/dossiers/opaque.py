"""The rows of a PNG without its layer of transparency: most phone screens have one, and it hides nothing.

A row's filter works on each channel by itself, on whole bytes: taking one channel out of rows that are still
filtered gives exactly the filtered rows of the others. So no pixel is computed, and none changes. The layer is
read the same way: laid on nothing but opaque pixels, each filter leaves one known value. Rows that do hide
something (a rounded corner) are read pixel by pixel, laid on white and filtered again. Reading starts at the last
row that leans on none above it: a screen has one wherever its contents change. When more than a quarter of the rows
is to be read so, the whole picture is encoded again. Source: PNG (ISO/IEC 15948), section 9 (filters) and 6.2 (alpha).
"""

from collections.abc import Iterator
from typing import Final, cast

import numpy as np
from isal import isal_zlib
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
_EDGE_SHARE: Final = 8  # of the rows: the top and the bottom, where corners are
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
    stream, left = isal_zlib.decompressobj(), height
    while left:
        is_edge = min(left, height - left) <= height // _EDGE_SHARE
        count = min(left, max(1, (_EDGE_BYTES if is_edge else _BATCH_BYTES) // stride))
        body = _exactly(stream, rows, count * stride)
        rows = stream.unconsumed_tail
        if len(body) < count * stride:
            return
        left -= count
        if not left and (stream.decompress(rows, 1) or not stream.eof or stream.unused_data):
            return
        yield np.frombuffer(body, np.uint8).reshape(count, stride)


def _exactly(stream: "isal_zlib.Decompress", rows: bytes, size: int) -> bytes:
    """That many bytes of the stream, fewer at its end."""
    pieces: list[bytes] = []
    while size and (piece := stream.decompress(rows, size)):
        pieces.append(piece)
        size -= len(piece)
        rows = stream.unconsumed_tail
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
        if (self.is_opaque or not self.seen) and _is_opaque(batch, is_top=not self.seen):
            self.seen = self.is_opaque = True
            self._lean_on(batch)
            return _without_layer(batch)
        return self._laid_on_white(batch)

    def _lean_on(self, batch: Rows) -> None:
        starts = np.flatnonzero(batch[:, 0] <= SUB)
        if len(starts):
            self.since = [batch[starts[-1] :]]
        elif self.since is not None:
            self.since.append(batch)
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


def _is_opaque(batch: Rows, *, is_top: bool) -> bool:
    filters = batch[:, 0]
    first, others = _BELOW[0][filters], _BELOW[1][filters]
    if is_top:
        first[0], others[0] = _TOP[0][filters[0]], _TOP[1][filters[0]]
    layer = np.ascontiguousarray(batch[:, 4::4])  # compared side by side: a third of the time
    return bool((layer[:, 0] == first).all() and (layer[:, 1:] == others[:, None]).all())


def _without_layer(batch: Rows) -> Rows:
    count, stride = batch.shape
    kept = np.empty((count, stride - stride // 4), np.uint8)
    kept[:, 0] = batch[:, 0]
    for channel in (1, 2, 3):
        kept[:, channel::3] = batch[:, channel::4]
    return kept


def _unfiltered(batch: Rows, above: Rows, width: int) -> Image.Image:
    """The picture of filtered rows, by Pillow's own reader, which is given the row above first."""
    whole = np.zeros((len(batch) + 1, batch.shape[1]), np.uint8)
    whole[0, 1:], whole[1:] = above, batch
    stream = isal_zlib.compress(whole.data, 0)
    image = Image.frombytes("RGBA", (width, len(whole)), stream, "zip", "RGBA")
    return image.crop((0, 1, width, len(whole)))


def on_white(clear: Image.Image) -> Image.Image:
    """RGB over white of an RGBA picture: what a clear pixel hides is nowhere in it.

    Only the rows that are not opaque are mixed: most of a screen with rounded corners is not.
    """
    opaque = clear.convert("RGB")
    layer = np.asarray(clear.getchannel("A"))
    mixed = np.flatnonzero(layer.min(axis=1) < _OPAQUE)
    for run in np.split(mixed, np.flatnonzero(np.diff(mixed) > 1) + 1):
        if len(run):
            part = clear.crop((0, int(run[0]), clear.width, int(run[-1]) + 1))
            white = Image.new("RGB", part.size, _WHITE)
            white.paste(part, mask=part)
            opaque.paste(white, (0, int(run[0])))
    return opaque
