"""The rows of a PNG without its layer of transparency: most phone screens have one, and it hides nothing.

A row's filter works on each channel by itself, on whole bytes: taking one channel out of rows that are still
filtered gives exactly the filtered rows of the others. So no pixel is computed, and none changes. The layer is
read the same way: laid on nothing but opaque pixels, each filter leaves one known value. Rows at the top that do
hide something (a rounded corner) are read pixel by pixel, laid on white and filtered again, down to the first
that hides nothing. One further down needs every row above it: the whole picture is then encoded again, as it is
when more than an eighth is to be read so. Source: PNG (ISO/IEC 15948), section 9 (filters) and 6.2 (alpha).
"""

from collections.abc import Iterator
from typing import Final, cast

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from PIL import Image

Rows = NDArray[np.uint8]
_Damage = cast(type[Exception], isal_zlib.error)  # its types call the class an instance

UP: Final = 2  # the filter of the rows made here: what is left of the row above
_FILTERS: Final = 4  # the highest number of a row's filter
_BATCH_BYTES: Final = 1 << 19  # rows handled at a time: they stay in a second-level cache, half of it
_OPAQUE: Final = 255
_WHITE: Final = (255, 255, 255)
_TOP_BYTES: Final = 1 << 17  # fewer where rows may have to be read pixel by pixel, ten times the work
_READ_SHARE: Final = 8  # beyond an eighth of the rows, Pillow reads the whole picture faster
_LEVEL: Final = 1  # as small as zlib's own level 1, a tenth of its time
# What a filter (none, sub, up, average, Paeth) leaves of 255: first pixel, then all others of a row.
_TOP: Final = (np.array([255, 255, 255, 255, 255], np.uint8), np.array([255, 0, 255, 128, 0], np.uint8))
_BELOW: Final = (np.array([255, 255, 0, 128, 0], np.uint8), np.array([255, 0, 0, 0, 0], np.uint8))


def plain_rows(rows: bytes, width: int, height: int) -> bytes | None:
    """Compressed RGB rows from compressed RGBA rows (8 bits), laid on white.

    None when a row hides something below one that hides nothing, or too far down, and on damage.
    """
    layer, packed, done = _Layer(width), isal_zlib.compressobj(_LEVEL), 0
    pieces: list[bytes] = []
    try:
        for batch in _batches(rows, 4 * width + 1, height):
            plain = layer.taken_out(batch)
            if plain is None or (layer.above is not None and done > height // _READ_SHARE):
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
        is_near_top = height - left <= height // _READ_SHARE
        count = min(left, max(1, (_TOP_BYTES if is_near_top else _BATCH_BYTES) // stride))
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

    `above` is the row before the next batch, pixel by pixel; None once a row was taken as it is, filtered.
    `laid` is the same row laid on white, without its layer.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.above: Rows | None = np.zeros(4 * width, np.uint8)
        self.laid: Rows = np.zeros(3 * width, np.uint8)
        self.seen = self.above_is_opaque = False

    def taken_out(self, batch: Rows) -> Rows | None:
        """The same rows as RGB; None when they cannot be read from here."""
        if batch[:, 0].max() > _FILTERS:
            return None
        if (self.above_is_opaque or not self.seen) and _is_opaque(batch, is_top=not self.seen):
            self.seen = self.above_is_opaque = True
            self.above = None
            return _without_layer(batch)
        return None if self.above is None else self._laid_on_white(batch, self.above)

    def _laid_on_white(self, batch: Rows, above: Rows) -> Rows:
        image = _unfiltered(batch, above, self.width)
        last = image.crop((0, len(batch) - 1, self.width, len(batch)))
        self.above, self.seen = np.frombuffer(last.tobytes(), np.uint8), True
        self.above_is_opaque = last.getchannel("A").getextrema() == (_OPAQUE, _OPAQUE)
        shown = np.frombuffer(on_white(image).tobytes(), np.uint8).reshape(len(batch), -1)
        kept = np.full((len(batch), shown.shape[1] + 1), UP, np.uint8)
        np.subtract(shown[:1], self.laid, out=kept[:1, 1:])  # modulo 256, as the filter asks
        np.subtract(shown[1:], shown[:-1], out=kept[1:, 1:])
        self.laid = shown[-1]
        return kept


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
