"""Redacted pictures: every hidden pixel of every frame is flat, the others are unchanged, metadata are gone."""

import io
import random
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from saisine.vault.redacted_images import FILL, RedactedImage, redact_image
from saisine.vault.redaction import Rule, Span
from tests.vault.redacting import box, code_of, encoded, frames, noise, outcome, painted, same, words


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_hidden_pixel_is_flat_and_every_other_unchanged(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    image = noise(width, height, seed=data.draw(st.integers(0, 99)))
    format_, options = data.draw(
        st.sampled_from([("PNG", {}), ("BMP", {}), ("TIFF", {}), ("WEBP", {"lossless": True})])
    )
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    w, h = data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y))
    made = redact_image(encoded(image, format_, **options), [box(x, y, w, h)])
    (copy,) = frames(made.body)
    assert same(copy, painted(image, (x, y, w, h)))
    assert made.told == ({"kind": "box", "geometry": [x, y, w, h], "why": "visage"},)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_modes_with_palette_transparency_or_depth_come_out_opaque_and_flat(mode: str) -> None:
    source = noise(20, 10, "RGBA").convert("RGB").convert(mode) if mode != "I;16" else None
    if mode in ("LA", "RGBA"):
        source = noise(20, 10, mode)
    if source is None:
        source = Image.frombytes("I;16", (20, 10), random.Random(3).randbytes(400))
    body = encoded(source, "TIFF" if mode == "CMYK" else "PNG")
    made = redact_image(body, [box(5, 2, 8, 4)])
    with Image.open(io.BytesIO(made.body)) as copy:
        assert copy.mode == "RGB"
        inside = {copy.getpixel((x, y)) for x in range(5, 13) for y in range(2, 6)}
        assert inside == {FILL}
        assert len(set(copy.crop((0, 6, 20, 10)).tobytes())) > 1  # the rest still shows something


def test_sixteen_bits_are_shown_darker_or_lighter_not_white() -> None:
    source = Image.frombytes("I;16", (2, 1), struct.pack("<HH", 0x4000, 0xC000))
    (copy,) = frames(redact_image(encoded(source, "PNG"), [box(0, 0, 1, 1)]).body)
    assert copy.getpixel((1, 0)) == (0xC0, 0xC0, 0xC0)


def test_nothing_is_left_under_transparent_pixels() -> None:
    source = Image.new("RGBA", (4, 4), (200, 10, 10, 0))
    (copy,) = frames(redact_image(encoded(source, "PNG"), [box(0, 0, 1, 1)]).body)
    assert copy.getpixel((3, 3)) == (255, 255, 255)


def animation(format_: str, count: int = 4, **options: object) -> bytes:
    first, *others = [noise(24, 18, seed=n).quantize(40).convert("RGB") for n in range(count)]
    return encoded(first, format_, save_all=True, append_images=others, duration=200, **options)


@pytest.mark.parametrize(
    ("format_", "options"),
    [("GIF", {}), ("GIF", {"disposal": 2}), ("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})],
)
def test_every_frame_and_every_page_is_covered(format_: str, options: dict[str, object]) -> None:
    body = animation(format_, **options)
    before = frames(body)
    made = redact_image(body, [box(3, 4, 10, 7)])
    after = frames(made.body)
    assert len(before) == len(after) == 4
    for one, other in zip(before, after, strict=True):
        assert same(other, painted(one, (3, 4, 10, 7)))
    assert made.media_type == ("image/tiff" if format_ == "TIFF" else "image/png")
    assert made.told == ({"kind": "box", "geometry": [3, 4, 10, 7], "why": "visage"},)


def test_a_box_may_be_on_one_page_or_during_a_moment() -> None:
    body = animation("GIF")
    before = frames(body)
    after = frames(redact_image(body, [box(0, 0, 9, 9, page=2)]).body)
    assert [same(*pair) for pair in zip(before, after, strict=True)] == [True, False, True, True]
    made = redact_image(body, [box(0, 0, 9, 9, time=(250, 350))])
    assert [same(*pair) for pair in zip(before, frames(made.body), strict=True)] == [True, False, True, True]
    assert made.told[0] | {"page": 2, "time": [250, 350]} == made.told[0]
    edge = redact_image(
        body, [box(0, 0, 9, 9, time=(200, 400))]
    )  # both ends count: rather one frame too many
    assert [line["page"] for line in edge.told] == [1, 2, 3]
    for rule in (box(0, 0, 9, 9, page=5), box(0, 0, 9, 9, time=(900, 999))):
        assert code_of(redact_image, body, [rule]) == "redaction_rule_outside"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_boxes_lie_on_the_picture_as_it_is_seen(format_: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    source = Image.new("RGB", (64, 48), (255, 255, 255))
    source.paste((255, 0, 0), (0, 0, 16, 16))  # what must be hidden, at the corner that turns
    body = encoded(source, format_, exif=exif, **({"lossless": True} if format_ == "WEBP" else {}))
    with Image.open(io.BytesIO(body)) as opened:
        turned = ImageOps.exif_transpose(opened).convert("RGB")
    reds = [(x, y) for x in range(turned.width) for y in range(turned.height) if _is_red(turned, x, y)]
    x, y = min(reds)[0], min(one[1] for one in reds)
    (copy,) = frames(redact_image(body, [box(x, y, 16, 16)]).body)
    assert copy.size == turned.size
    assert not any(_is_red(copy, x, y) for x in range(copy.width) for y in range(copy.height))
    assert copy.getexif().get(274, 1) == 1


def _is_red(image: Image.Image, x: int, y: int) -> bool:
    red, green, _ = image.getpixel((x, y))  # type: ignore[misc]
    return red > 150 and green < 100


@pytest.mark.parametrize("format_", ["JPEG", "WEBP"])
def test_a_lossy_block_cut_by_a_box_is_hidden_whole(format_: str) -> None:
    """Two pictures that differ only under the box give the same copy: nothing of it rang beyond."""
    copies = []
    for colour in ((0, 0, 0), (255, 255, 0)):
        image = Image.new("RGB", (160, 160), (90, 120, 150))
        image.paste(colour, (70, 70, 85, 85))
        copies.append(redact_image(encoded(image, format_, quality=60), [box(70, 70, 15, 15)]))
    if format_ == "JPEG":
        assert copies[0].body == copies[1].body
    x, y, w, h = copies[0].told[0]["geometry"]  # type: ignore[misc]
    assert x <= 60 and y <= 60 and x + w >= 100 and y + h >= 100  # told as painted  # noqa: PT018
    assert (x, y, w, h) == (60, 60, 40, 40)


def test_shares_of_the_sides_grow_to_whole_pixels_and_may_touch() -> None:
    image = noise(10, 10)
    body = encoded(image, "PNG")
    made = redact_image(body, [box(0.0, 0.0, 0.33, 0.5), box(0.33, 0.0, 0.33, 0.5, number=2)])
    assert [line["geometry"] for line in made.told] == [[0, 0, 4, 5], [3, 0, 4, 5]]
    assert same(frames(made.body)[0], painted(image, (0, 0, 7, 5)))
    whole = redact_image(body, [box(0.1, 0.2, 0.9, 0.8)])
    assert whole.told[0]["geometry"] == [1, 2, 9, 8]


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([box(15, 0, 6, 5)], "redaction_rule_outside"),
        ([box(-1, 0, 6, 5)], "redaction_rule_outside"),
        ([box(0, 0, 20, 11)], "redaction_rule_outside"),
        ([box(0.5, 0.0, 0.6, 0.5)], "redaction_rule_outside"),
        ([box(0, 0, 1, 1, page=2)], "redaction_rule_outside"),
        ([box(0, 0, 5, 5), box(4, 4, 5, 5, number=2)], "redaction_rules_overlap"),
        ([words("a")], "redaction_rule_unfit"),
        ([Span(1, 0, 4, "x")], "redaction_rule_unfit"),
    ],
)
def test_a_box_that_cannot_be_painted_stops_the_copy(rules: list[Rule], code: str) -> None:
    assert code_of(redact_image, encoded(noise(20, 10), "PNG"), rules) == code


PLANTED = b"PLANTEDSECRET"


def full_of_metadata() -> dict[str, bytes]:
    exif = Image.Exif()
    exif[270] = PLANTED.decode()
    exif.get_ifd(0x8825)[29] = PLANTED.decode()
    image = noise(32, 32)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", PLANTED.decode())
    text.add_itxt("XML:com.adobe.xmp", PLANTED.decode())
    icc = bytes(128) + PLANTED
    xmp = b"<x:xmpmeta>" + PLANTED + b"</x:xmpmeta>"
    tail = b"\xff\xd8PK\3\4" + PLANTED  # a polyglot: a thumbnail, or an archive, behind the picture
    thumbnail = b"8BIM" + PLANTED
    return {
        "png": encoded(image, "PNG", pnginfo=text, exif=exif, icc_profile=icc) + tail,
        "jpeg": encoded(image, "JPEG", exif=exif, xmp=xmp, icc_profile=icc, comment=PLANTED) + tail,
        "webp": encoded(image, "WEBP", exif=exif, xmp=xmp, icc_profile=icc, lossless=True),
        "gif": encoded(image, "GIF", comment=PLANTED) + tail,
        "tiff": encoded(image, "TIFF", tiffinfo={270: PLANTED.decode(), 700: xmp, 34377: thumbnail}) + tail,
        "bmp": encoded(image, "BMP") + tail,
    }


CHUNKS = {b"IHDR", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}


def chunks(body: bytes) -> list[bytes]:
    """The chunk names of a PNG; fails when anything stands after the last."""
    found, at = [], 8
    while at < len(body):
        (length,) = struct.unpack(">I", body[at : at + 4])
        name = body[at + 4 : at + 8]
        assert (
            zlib.crc32(body[at + 4 : at + 8 + length])
            == struct.unpack(">I", body[at + 8 + length : at + 12 + length])[0]
        )
        found.append(name)
        at += 12 + length
    assert found[-1] == b"IEND"
    return found


@pytest.mark.parametrize("format_", ["png", "jpeg", "webp", "gif", "tiff", "bmp"])
def test_no_metadata_and_no_tail_survives(format_: str) -> None:
    body = full_of_metadata()[format_]
    assert PLANTED in body
    made = redact_image(body, [box(0, 0, 4, 4)])
    assert PLANTED not in made.body
    assert set(chunks(made.body)) == {b"IHDR", b"IDAT", b"IEND"}
    with Image.open(io.BytesIO(made.body)) as copy:
        assert not copy.info
        assert not copy.getexif()


def test_an_animation_and_pages_keep_no_metadata_either() -> None:
    gif = redact_image(animation("GIF", comment=PLANTED) + PLANTED, [box(0, 0, 4, 4)])
    assert PLANTED not in gif.body
    assert set(chunks(gif.body)) <= CHUNKS
    pages = redact_image(animation("TIFF", tiffinfo={270: PLANTED.decode()}) + PLANTED, [box(0, 0, 4, 4)])
    assert PLANTED not in pages.body
    allowed = {256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 338, 339, 317}
    with Image.open(io.BytesIO(pages.body)) as copy:
        for number in range(copy.n_frames):
            copy.seek(number)
            assert set(copy.tag_v2) <= allowed  # type: ignore[attr-defined]


def test_the_second_picture_of_a_phone_photo_goes_with_the_metadata() -> None:
    body = encoded(noise(32, 32), "MPO", save_all=True, append_images=[noise(32, 32, seed=2)])
    made = redact_image(body, [box(0, 0, 16, 16)])
    assert len(frames(made.body)) == 1


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"x"))
        + chunk(b"IEND", b"")
    )


def test_bombs_are_refused_before_they_are_decoded() -> None:
    assert code_of(redact_image, png_that_claims(8000, 8000), [box(0, 0, 1, 1)]) == "redaction_too_large"
    for side in (40_000, 2**31 - 1):
        found = code_of(redact_image, png_that_claims(side, side), [box(0, 0, 1, 1)])
        assert found in ("redaction_too_large", "redaction_picture_unreadable")
    pages = [Image.new("1", (6000, 6000)) for _ in range(3)]
    body = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    assert code_of(redact_image, body, [box(0, 0, 1, 1)]) == "redaction_too_large"


SOURCES = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]


@pytest.mark.parametrize("format_", SOURCES)
def test_a_picture_cut_in_the_middle_is_refused(format_: str) -> None:
    body = encoded(noise(64, 64), format_)
    assert code_of(redact_image, body[: len(body) // 2], [box(0, 0, 1, 1)]) == "redaction_picture_unreadable"
    assert code_of(redact_image, b"", [box(0, 0, 1, 1)]) == "redaction_picture_unreadable"


@given(
    st.sampled_from([*SOURCES, "multi"]),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_hostile_bytes_end_in_a_copy_or_in_plain_words(format_: str, flips: list[tuple[float, int]]) -> None:
    body = bytearray(animation("GIF") if format_ == "multi" else encoded(noise(24, 24), format_))
    for place, value in flips:
        body[int(place * min(len(body), 400))] = value
    made, code = outcome(redact_image, bytes(body), [box(0.0, 0.0, 0.5, 0.5)])
    assert code in ("", "redaction_picture_unreadable", "redaction_too_large")
    if isinstance(made, RedactedImage):
        assert all(one.getpixel((0, 0)) == FILL for one in frames(made.body))
