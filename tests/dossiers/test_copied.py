"""Pictures copied without a new encoding: the same pixels, nothing else, and never a damaged one."""

import io
import struct
import zlib
from pathlib import Path
from random import Random

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from saisine.dossiers import build_pdf, layers, opaque
from saisine.dossiers.copied import jpeg_pixels, png_pixels
from saisine.dossiers.opaque import on_white, plain_rows
from saisine.dossiers.pictures import Printed, encode_picture, look_at
from saisine.dossiers.printing import Pictures, is_as_announced, settled
from saisine.dossiers.stitch import NotStitched, stitched
from tests.dossiers import world
from tests.dossiers.conftest import COVERED, picture

SIDE = 2400


def printed(path: Path) -> list[Image.Image]:
    """The pictures of the exhibits as a reader of the PDF decodes them."""
    with pikepdf.Pdf.open(path) as pdf:
        found = [
            one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
        return [pikepdf.PdfImage(one).as_pil_image().convert("RGB") for one in found]


def test_a_plain_screen_is_printed_with_its_own_pixels(built: Path) -> None:
    shown = {image.size: image for image in printed(built)}
    for body in (picture(), picture("JPEG", quality=80, size=(120, 90))):
        source = Image.open(io.BytesIO(body)).convert("RGB")
        assert shown[source.size].tobytes() == source.tobytes()


def test_two_exhibits_with_one_picture_hold_it_once(built: Path) -> None:
    assert len(printed(built)) == 3


def test_a_hidden_part_is_never_copied(built: Path) -> None:
    (shown,) = (image for image in printed(built) if image.size == COVERED)
    assert all(high - low < 8 for low, high in shown.getextrema())  # type: ignore[misc]


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA"])
def test_an_unusual_png_is_encoded_again(mode: str) -> None:
    body = picture(mode=mode)
    assert png_pixels(body, SIDE) is None
    made = encode_picture(body)
    assert made is not None
    assert made.coding == "jpeg"


@pytest.mark.parametrize(("mode", "kind"), [("I;16", "PNG"), ("I;16B", "TIFF")])
def test_sixteen_bits_of_grey_stay_grey(mode: str, kind: str) -> None:
    out = io.BytesIO()
    Image.frombytes(mode, (16, 16), b"\x80\x80" * 256).save(out, kind)
    made = encode_picture(out.getvalue())
    assert made is not None
    with Image.open(io.BytesIO(made.body)) as image:
        assert image.getpixel((8, 8)) == (128, 128, 128)


def test_a_picture_that_is_too_wide_or_badly_compressed_is_encoded_again() -> None:
    assert png_pixels(picture(size=(SIDE + 1, 4)), SIDE) is None
    assert png_pixels(picture(compress_level=0), SIDE) is None
    turned = Image.Exif()
    turned[0x0112] = 6
    assert jpeg_pixels(picture("JPEG", exif=turned), SIDE) is None
    assert jpeg_pixels(picture("JPEG", mode="CMYK"), SIDE) is None


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def turned(late: bytes = b"") -> bytes:
    """A lying PNG that says, before or after its pixels, that it stands on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    early = picture(exif=exif)
    if not late:
        return early
    said = early[early.index(b"eXIf") - 4 : early.index(b"IDAT") - 4]
    return early.replace(said, b"").replace(late, said + late)


END = chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "body",
    [picture(), picture("JPEG"), picture("GIF"), picture("BMP"), picture("WEBP"), picture("TIFF"), turned()],
    ids=["png", "jpeg", "gif", "bmp", "webp", "tiff", "turned"],
)
def test_a_page_is_laid_out_for_the_picture_that_comes(body: bytes, tmp_path: Path) -> None:
    seen, made = look_at(body), encode_picture(body)
    assert made is not None
    assert (seen.width, seen.height) == (made.width, made.height)


def test_a_picture_that_comes_out_otherwise_is_told(tmp_path: Path) -> None:
    whole, late = look_at(picture()), look_at(turned(END))
    first = Pictures({1: Printed((whole,)), 2: Printed((late,))}, (3,))
    made = encode_picture(picture()), encode_picture(turned(END))
    placed = {seen.name: one.place(tmp_path) for seen, one in zip((whole, late), made, strict=True) if one}
    assert is_as_announced(
        Pictures({1: first.printed[1]}, ()), settled(Pictures({1: first.printed[1]}, ()), placed)
    )
    assert not is_as_announced(first, settled(first, placed))
    assert settled(first, placed | {whole.name: None}).unshown == (1, 3)


def filtered(rows: list[bytes], filters: list[int], size: int) -> bytes:
    """Rows of a PNG as the standard filters them (section 9.2), `size` bytes a pixel."""
    found, above = b"", bytes(len(rows[0]))
    for row, kind in zip(rows, filters, strict=True):
        found += bytes([kind])
        for at, value in enumerate(row):
            left, corner = (row[at - size], above[at - size]) if at >= size else (0, 0)
            near = {abs(above[at] - corner): left}  # Paeth: the nearest, left before above before corner
            near = {abs(above[at] + left - 2 * corner): corner, abs(left - corner): above[at]} | near
            guess = (0, left, above[at], (left + above[at]) // 2, near[min(near)])[kind]
            found += bytes([(value - guess) % 256])
        above = row
    return found


@settings(max_examples=20, deadline=None)
@given(st.data(), st.integers(1, 6), st.integers(1, 5))
def test_a_layer_that_hides_nothing_is_taken_out_and_no_pixel_changes(
    data: st.DataObject, width: int, height: int
) -> None:
    colours = [data.draw(st.binary(min_size=3 * width, max_size=3 * width)) for _ in range(height)]
    kinds = data.draw(st.lists(st.integers(0, 4), min_size=height, max_size=height))
    for number in data.draw(st.sets(st.integers(0, height - 1))) - {0}:
        colours[number], kinds[number] = colours[number - 1], 2  # as the row above: nothing is left of it
    clear = [b"".join(row[at : at + 3] + b"\xff" for at in range(0, len(row), 3)) for row in colours]
    plain = plain_rows(zlib.compress(filtered(clear, kinds, 4)), width, height)
    assert plain is not None
    assert zlib.decompress(plain) == filtered(colours, kinds, 3)
    with Image.open(io.BytesIO(png_of(plain, width, height))) as image:
        assert image.tobytes() == b"".join(colours)


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=True), st.integers(1, 3), st.integers(16, 24))
def test_rows_that_hide_something_are_laid_on_white_and_no_other_pixel_changes(
    chosen: Random, width: int, height: int
) -> None:
    """Two or three rows at a time; the rows that hide something stand anywhere."""
    stride = 4 * width
    rows = [bytearray(chosen.randbytes(stride)) for _ in range(height)]
    clear_rows = set(chosen.sample(range(height), chosen.randrange(4)))
    for number in set(range(height)) - clear_rows:
        rows[number][3::4] = b"\xff" * width
    kinds = [chosen.randrange(5) for _ in rows]
    for number in range(1, height):
        if number not in clear_rows and number - 1 not in clear_rows and chosen.randrange(2):
            rows[number], kinds[number] = rows[number - 1], chosen.choice((2, 4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opaque, "_EDGE_BYTES", 2 * (stride + 1))
        patch.setattr(opaque, "_BATCH_BYTES", 3 * (stride + 1))
        patch.setattr(opaque, "_READ_SHARE", 0.2)  # as many as it takes
        plain = plain_rows(zlib.compress(filtered([bytes(row) for row in rows], kinds, 4)), width, height)
    assert plain is not None
    body = b"".join(rows)
    white = bytes(
        (2 * body[at + channel] * body[at + 3] + 510 * (255 - body[at + 3]) + 255) // 510  # to the nearest
        for at in range(0, len(body), 4)
        for channel in range(3)
    )
    with Image.open(io.BytesIO(png_of(plain, width, height))) as image:
        assert image.tobytes() == white
    assert on_white(Image.frombytes("RGBA", (width, height), body)).tobytes() == white


def test_a_process_beside_takes_layers_out_as_this_one_does_and_may_end_at_any_time() -> None:
    rows = zlib.compress(CLEAR * 64)
    expected = plain_rows(rows, 64, 64)
    assert expected is not None
    process = layers._Process()
    assert process.take_out(b"?", 64, 64) is None
    assert process.take_out(rows, 64, 64) == expected
    process.close()
    with pytest.MonkeyPatch.context() as patch, layers.taking_out(layers.WORTH) as take_out:
        patch.setattr(layers, "_SCRIPT", Path("no such script"))
        assert take_out(rows, 64, 64) == expected


def with_clear_pixels(*places: tuple[int, int]) -> bytes:
    image = Image.open(io.BytesIO(picture(mode="RGBA", size=(90, 800))))
    for at in places:
        image.putpixel(at, (1, 2, 3, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


CORNERS = ((0, 0), (89, 0), (0, 799), (89, 799))
SIDE_OF_A_WINDOW = tuple((0, row) for row in range(800))


@pytest.mark.parametrize(("places", "coding"), [(CORNERS, "png"), (SIDE_OF_A_WINDOW, "jpeg")])
def test_what_a_clear_pixel_hides_is_nowhere_in_what_is_printed(
    places: tuple[tuple[int, int], ...], coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opaque, "_EDGE_BYTES", 4000)
    monkeypatch.setattr(opaque, "_BATCH_BYTES", 8000)
    made = encode_picture(with_clear_pixels(*places))
    assert made is not None
    assert made.coding == coding
    body = png_of(made.body, made.width, made.height) if coding == "png" else made.body
    with Image.open(io.BytesIO(body)) as image:
        assert all(min(image.getpixel(at)) > 200 for at in places)  # type: ignore[arg-type]


def png_of(rows: bytes, width: int, height: int, *more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


ROWS = b"\x00" + bytes(64 * 3)


@pytest.mark.parametrize(
    "rows",
    [
        zlib.compress(ROWS * 63),
        zlib.compress(ROWS * 65),
        zlib.compress(ROWS * 64)[:-3],
        zlib.compress(ROWS * 64) + b"more",
        zlib.compress(ROWS * 63 + b"\x05" + ROWS[1:]),
        b"not compressed",
    ],
    ids=["short", "long", "cut", "followed", "filter", "garbage"],
)
def test_rows_that_are_not_exactly_the_picture_are_never_copied(rows: bytes) -> None:
    assert png_pixels(png_of(zlib.compress(ROWS * 64), 64, 64), SIDE) is not None
    assert png_pixels(png_of(rows, 64, 64), SIDE) is None


CLEAR = b"\x00" + b"\x07\x08\x09\xff" * 64


def test_rows_with_a_layer_that_are_not_exactly_the_picture_are_never_copied() -> None:
    good = zlib.compress(CLEAR * 64)
    assert plain_rows(good, 64, 64) is not None
    unknown = zlib.compress(CLEAR * 63 + b"\x05" + CLEAR[1:])
    for rows in (
        good[:-5],
        good + b"more",
        zlib.compress(CLEAR * 63),
        zlib.compress(CLEAR * 65),
        unknown,
        b"?",
    ):
        assert plain_rows(rows, 64, 64) is None


def test_a_chunk_that_changes_what_is_seen_is_never_ignored() -> None:
    good = zlib.compress(ROWS * 64)
    for kind in (b"tRNS", b"eXIf", b"acTL", b"abcd"):
        assert png_pixels(png_of(good, 64, 64, chunk(kind, bytes(6))), SIDE) is None


def test_nothing_but_the_pixels_is_copied() -> None:
    exif = Image.Exif()
    exif[0x010E] = "Dominique Inventé"
    jpeg = picture("JPEG", exif=exif, comment=b"Dominique") + b"Dominique after the end"
    made = encode_picture(jpeg)
    assert made is not None
    assert jpeg_pixels(jpeg, SIDE) is not None
    assert b"Dominique" not in made.body
    rows = zlib.compress(ROWS * 64)
    made = encode_picture(png_of(rows, 64, 64, chunk(b"tEXt", b"Author\x00Dominique")))
    assert made is not None
    assert (made.coding, made.body) == ("png", rows)


@settings(max_examples=30, deadline=None)  # a shared machine may be slow
@given(st.sampled_from(["PNG", "JPEG"]), st.integers(0, 10_000), st.integers(0, 255), st.booleans())
def test_a_damaged_picture_is_copied_only_when_it_still_decodes(
    kind: str, at: int, byte: int, cut: bool
) -> None:
    body = bytearray(picture(kind))
    at %= len(body)
    body[at] = byte
    damaged = bytes(body[:at] if cut else body)
    made = encode_picture(damaged)
    if made is not None and made.coding == "png":
        assert Image.open(io.BytesIO(damaged)).convert("RGB").size == (made.width, made.height)
        assert len(zlib.decompress(made.body)) == made.height * (3 * made.width + 1)
    elif made is not None:
        with Image.open(io.BytesIO(made.body)) as image:
            image.load()
            assert image.size == (made.width, made.height)


def test_a_pdf_without_a_place_for_a_picture_is_refused(tmp_path: Path) -> None:
    build_pdf(world.dossier(), tmp_path / "x.pdf")
    placed = encode_picture(picture()).place(tmp_path)  # type: ignore[union-attr]
    with pytest.raises(NotStitched):
        list(stitched((tmp_path / "x.pdf").read_bytes(), [placed]))
    with pytest.raises(NotStitched):
        list(stitched(b"%PDF-1.7 nothing more", [placed]))


def test_the_table_of_places_leads_to_every_object(built: Path) -> None:
    body = built.read_bytes()
    start = int(body.rsplit(b"startxref\n", 1)[1].split()[0])
    count = int(body[start:].split(b"\n")[1].split()[1])
    lines = body[start:].split(b"\n", 2)[2]
    for number in range(1, count):
        place = int(lines[number * 20 : number * 20 + 10])
        assert body[place:].startswith(b"%d 0 obj\n" % number)
