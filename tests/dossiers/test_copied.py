"""Pictures copied without a new encoding: the same pixels, nothing else, and never a damaged one."""

import io
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from saisine.dossiers import build_pdf
from saisine.dossiers.copied import jpeg_pixels, png_pixels
from saisine.dossiers.data import Box
from saisine.dossiers.opaque import opaque_rows
from saisine.dossiers.pictures import encode_picture
from saisine.dossiers.stitch import NotStitched, stitched
from tests.dossiers import world

SIDE = 2400


def picture(
    kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (90, 160), **options: object
) -> bytes:
    """A few bands, so that compressed pixels are small."""
    image = Image.new("RGB", size, (250, 250, 250))
    for row in range(0, size[1], 20):
        image.paste((row % 256, 90, 200), (4, row, size[0] // 2, row + 8))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def printed(path: Path) -> list[Image.Image]:
    """The pictures of the exhibits as a reader of the PDF decodes them."""
    with pikepdf.Pdf.open(path) as pdf:
        found = [
            one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
        return [pikepdf.PdfImage(one).as_pil_image().convert("RGB") for one in found]


def test_a_plain_screen_is_printed_with_its_own_pixels(tmp_path: Path) -> None:
    bodies = [picture(), picture("JPEG", quality=80, size=(120, 90))]
    exhibits = tuple(world.screenshot(number, picture=body) for number, body in enumerate(bodies, 1))
    build_pdf(world.dossier(exhibits=exhibits), tmp_path / "x.pdf")
    shown = {image.size: image for image in printed(tmp_path / "x.pdf")}
    for body in bodies:
        source = Image.open(io.BytesIO(body)).convert("RGB")
        assert shown[source.size].tobytes() == source.tobytes()


def test_two_exhibits_with_one_picture_hold_it_once(tmp_path: Path) -> None:
    exhibits = tuple(world.screenshot(number, picture=picture()) for number in (1, 2))
    build_pdf(world.dossier(exhibits=exhibits), tmp_path / "x.pdf")
    assert len(printed(tmp_path / "x.pdf")) == 1


def test_a_hidden_part_is_never_copied(tmp_path: Path) -> None:
    box = Box(0, 0, 1, 1)
    exhibit = world.screenshot(1, picture=picture(), boxes=(box,))
    build_pdf(world.dossier(exhibits=(exhibit,)), tmp_path / "x.pdf")
    (shown,) = printed(tmp_path / "x.pdf")
    assert all(high - low < 8 for low, high in shown.getextrema())  # type: ignore[misc]


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA"])
def test_an_unusual_png_is_encoded_again(mode: str) -> None:
    body = picture(mode=mode)
    assert png_pixels(body, SIDE) is None
    made = encode_picture(body)
    assert made is not None
    assert made.coding == "jpeg"


def test_a_picture_that_is_too_wide_or_badly_compressed_is_encoded_again() -> None:
    assert png_pixels(picture(size=(SIDE + 1, 4)), SIDE) is None
    assert png_pixels(picture(compress_level=0), SIDE) is None
    turned = Image.Exif()
    turned[0x0112] = 6
    assert jpeg_pixels(picture("JPEG", exif=turned), SIDE) is None
    assert jpeg_pixels(picture("JPEG", mode="CMYK"), SIDE) is None


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
    clear = [b"".join(row[at : at + 3] + b"\xff" for at in range(0, len(row), 3)) for row in colours]
    plain = opaque_rows(zlib.compress(filtered(clear, kinds, 4)), width, height)
    assert plain is not None
    assert zlib.decompress(plain) == filtered(colours, kinds, 3)
    with Image.open(io.BytesIO(png_of(plain, width, height))) as image:
        assert image.tobytes() == b"".join(colours)
    place = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1)) * 4 + 3
    row = bytearray(clear[place[0]])
    row[place[1]] = data.draw(st.integers(0, 254))
    clear[place[0]] = bytes(row)
    assert opaque_rows(zlib.compress(filtered(clear, kinds, 4)), width, height) is None


def test_a_screen_with_an_opaque_layer_is_copied_and_a_clear_one_is_laid_on_white() -> None:
    opaque = picture(mode="RGBA")
    corner = Image.open(io.BytesIO(opaque))
    corner.putpixel((0, 0), (1, 2, 3, 0))
    out = io.BytesIO()
    corner.save(out, "PNG")
    assert encode_picture(opaque).coding == "png"  # type: ignore[union-attr]
    made = encode_picture(out.getvalue())
    assert made is not None
    assert made.coding == "jpeg"
    assert min(Image.open(io.BytesIO(made.body)).getpixel((0, 0))) > 240  # type: ignore[type-var, arg-type]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


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
    assert opaque_rows(good, 64, 64) is not None
    unknown = zlib.compress(CLEAR * 63 + b"\x05" + CLEAR[1:])
    for rows in (
        good[:-5],
        good + b"more",
        zlib.compress(CLEAR * 63),
        zlib.compress(CLEAR * 65),
        unknown,
        b"?",
    ):
        assert opaque_rows(rows, 64, 64) is None


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
        list(stitched((tmp_path / "x.pdf").read_bytes(), {1: placed}))
    with pytest.raises(NotStitched):
        list(stitched(b"%PDF-1.7 nothing more", {1: placed}))


def test_the_table_of_places_leads_to_every_object(tmp_path: Path) -> None:
    exhibits = tuple(world.screenshot(n, picture=picture(size=(90 + n, 160))) for n in (1, 2, 3))
    build_pdf(world.dossier(exhibits=exhibits), tmp_path / "x.pdf")
    body = (tmp_path / "x.pdf").read_bytes()
    start = int(body.rsplit(b"startxref\n", 1)[1].split()[0])
    count = int(body[start:].split(b"\n")[1].split()[1])
    lines = body[start:].split(b"\n", 2)[2]
    for number in range(1, count):
        place = int(lines[number * 20 : number * 20 + 10])
        assert body[place:].startswith(b"%d 0 obj\n" % number)
