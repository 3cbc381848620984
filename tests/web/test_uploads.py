"""Names that a browser sends are made harmless, and pictures are drawn again."""

import io
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from saisine.errors import SaisineError
from saisine.web.pictures import LONG_SIDE, redraw
from saisine.web.uploads import safe_path


@given(st.text(max_size=80))
def test_a_received_name_never_climbs_nor_is_absolute(name: str) -> None:
    path = PurePosixPath(safe_path(name))
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert "\x00" not in str(path)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("vague-mars/captures/a.png", "vague-mars/captures/a.png"),
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\Users\\x\\a.png", "C:/Users/x/a.png"),
        ("/a.png", "a.png"),
        ("..", ""),
    ],
)
def test_the_folder_of_a_file_is_kept(given_name: str, kept: str) -> None:
    assert safe_path(given_name) == kept


def png(width: int = 40, height: int = 20, *, secret: str = "") -> io.BytesIO:
    out = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    if secret:
        info.add_text("Comment", secret)
    Image.new("RGBA", (width, height), (10, 20, 30, 255)).save(out, "PNG", pnginfo=info)
    out.seek(0)
    return out


def test_a_picture_loses_what_is_not_pixels() -> None:
    body, media_type = redraw(png(secret="lieu et nom"))
    assert media_type == "image/png"
    assert b"lieu et nom" not in body
    assert Image.open(io.BytesIO(body)).size == (40, 20)


def test_a_large_picture_is_shrunk() -> None:
    body, _ = redraw(png(3000, 1000))
    assert max(Image.open(io.BytesIO(body)).size) == LONG_SIDE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        b"GIF89a",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n" + b"0" * 40,
    ],
)
def test_what_is_no_picture_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(SaisineError) as told:
        redraw(io.BytesIO(body))
    assert told.value.code == "picture_unreadable"


def test_a_picture_bomb_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    out.seek(0)
    with pytest.raises(SaisineError) as told:
        redraw(out)
    assert told.value.code == "picture_unreadable"
