"""The rows of a PNG without its layer of transparency, when that layer hides nothing: most phone screens.

A row's filter works on each channel by itself, on whole bytes: taking one channel out of rows that are still
filtered gives exactly the filtered rows of the others. So no pixel is computed, and none changes. The layer is
read the same way: laid on nothing but opaque pixels, each filter leaves one known value. Source: PNG
(ISO/IEC 15948), section 9 (filters) and 6.2 (alpha).
"""

import zlib
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint8]

_FILTERS: Final = 4  # the highest number of a row's filter
_BATCH_BYTES: Final = 1 << 18  # rows handled at a time: they stay in a second-level cache
# What a filter (none, sub, up, average, Paeth) leaves of 255: first pixel, then all others of a row.
_TOP: Final = (np.array([255, 255, 255, 255, 255], np.uint8), np.array([255, 0, 255, 128, 0], np.uint8))
_BELOW: Final = (np.array([255, 255, 0, 128, 0], np.uint8), np.array([255, 0, 0, 0, 0], np.uint8))


def opaque_rows(rows: bytes, width: int, height: int) -> bytes | None:
    """Compressed RGB rows from compressed RGBA rows (8 bits); None when a pixel is not opaque, or on damage."""
    packed, done = zlib.compressobj(1), 0
    pieces: list[bytes] = []
    try:
        for batch in _batches(rows, 4 * width + 1, height):
            if not _is_opaque(batch, is_top=done == 0):
                return None
            pieces.append(packed.compress(_without_layer(batch).data))
            done += len(batch)
    except zlib.error:
        return None
    return b"".join([*pieces, packed.flush()]) if done == height else None


def _batches(rows: bytes, stride: int, height: int) -> Iterator[Rows]:
    """The rows, some at a time; none of the last ones when the stream is cut, goes on or is followed by more."""
    stream, left = zlib.decompressobj(), height
    most = max(1, _BATCH_BYTES // stride)
    while left:
        count = min(most, left)
        body = _exactly(stream, rows, count * stride)
        rows = stream.unconsumed_tail
        if len(body) < count * stride:
            return
        left -= count
        if not left and (stream.decompress(rows, 1) or not stream.eof or stream.unused_data):
            return
        yield np.frombuffer(body, np.uint8).reshape(count, stride)


def _exactly(stream: "zlib._Decompress", rows: bytes, size: int) -> bytes:
    """That many bytes of the stream, fewer at its end."""
    pieces: list[bytes] = []
    while size and (piece := stream.decompress(rows, size)):
        pieces.append(piece)
        size -= len(piece)
        rows = stream.unconsumed_tail
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _is_opaque(batch: Rows, *, is_top: bool) -> bool:
    filters = batch[:, 0]
    if filters.max() > _FILTERS:
        return False
    first, others = _BELOW[0][filters], _BELOW[1][filters]
    if is_top:
        first[0], others[0] = _TOP[0][filters[0]], _TOP[1][filters[0]]
    return bool((batch[:, 4] == first).all() and (batch[:, 8::4] == others[:, None]).all())


def _without_layer(batch: Rows) -> Rows:
    count, stride = batch.shape
    kept = np.empty((count, stride - stride // 4), np.uint8)
    kept[:, 0] = batch[:, 0]
    for channel in (1, 2, 3):
        kept[:, channel::3] = batch[:, channel::4]
    return kept
