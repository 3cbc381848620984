"""What arrives at the doors of the pages: odd names, bombs, polyglots, forms and headers of another site.

The list is that of the design's page on captures, section 10. Readers of archives and their limits are looked at in
`tests/hostile/`, `tests/capture/` and `tests/messages/`; here, that a page receives, tells and never runs them.
"""

import io
import json
import zlib
from pathlib import PurePosixPath

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.web.middleware import HEADERS
from saisine.web.pictures import redraw
from saisine.web.uploads import MAX_PATH_BYTES, Names, safe_path
from tests.shared import shared_file
from tests.web.reading import text_of

# ------------------------------------------------------------------ names

NAMES = (
    "\u202egnp.exe", "a\r\nSet-Cookie: x=1.png", "a\x00b.png", "CON", "con.png", "NUL.txt", "..", " ..", ". ", " .. /x",
    "..\\..\\x", "C:\\x", "//host/part/x", "~root", "-rf", "$(id).png", "`id`", "|cat", "a" * 5000 + ".png", "é" * 300,
    "\ud800.png", "x/" * 4000 + "y", ".", "", "/", "\u2028.png", "%2e%2e%2fx", "a:b", "a?*<>\"|.png",
)  # fmt: skip


def require_harmless(name: str) -> None:
    """A path inside a folder, that a disk takes."""
    path = PurePosixPath(name)
    assert not path.is_absolute(), name
    assert not {"..", ".", ""} & set(name.split("/")), name
    assert "\x00" not in name
    assert len(name.encode()) <= MAX_PATH_BYTES + 20
    assert all(len(part.encode()) <= 255 for part in path.parts)


def test_every_name_of_the_list_becomes_a_distinct_path_inside_the_folder() -> None:
    names = Names()
    taken = [names.take(name) for name in NAMES for _again in range(2)]
    for name in taken:
        require_harmless(name)
    assert len(set(taken)) == len(taken)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(st.sampled_from("ab. /\\\x00é"), max_size=12), max_size=12))
def test_files_and_folders_of_one_name_all_arrive(given_names: list[str]) -> None:
    """No path given is another one, nor a folder of another one: each can be written."""
    names = Names()
    taken = [names.take(name) for name in given_names]
    assert len(set(taken)) == len(taken)
    for name in taken:
        require_harmless(name)
        assert not {str(above) for above in PurePosixPath(name).parents} & set(taken)


def test_the_ending_of_a_long_name_is_kept() -> None:
    assert safe_path("é" * 400 + ".png").endswith("é.png")


def test_a_folder_of_odd_names_is_received_whole(empty: Session, client: Client) -> None:
    kept = ("a", "a/b", " ..", "é" * 300 + ".png", "a\nb.png", "\u202egnp.exe")
    body = [SimpleUploadedFile(f"{n}.bin", b"octets") for n in range(len(kept))]
    answer = client.post("/documenter/", {"files": body, "path": list(kept)})
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])
    assert "6 " in text_of(page)
    assert "⟨U+202E⟩" in text_of(page), "a sign that turns the direction is written out"
    inbox = empty.workspace.inbox
    found = [path for path in inbox.rglob("*") if path.is_file()]
    assert len(found) == len(kept)
    (deposit,) = inbox.iterdir()
    assert all(deposit in path.parents for path in found), "none beside the folder of its deposit"


# ------------------------------------------------------------------ pictures


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header promises that many pixels, with a few bytes behind it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((1, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 999))
        + chunk(b"IEND", b"")
    )


def small_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(out, "JPEG")
    return out.getvalue()


REFUSED_PICTURES = {
    "60,000 x 60,000 in a few bytes": png_of(60_000, 60_000),
    "svg with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    "svg under an XML head": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
    "html": b"<!doctype html><script>1</script>",
    "pdf with a launch": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/Launch>>>>endobj",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "windows metafile": b"\xd7\xcd\xc6\x9a" + b"\x00" * 40,
    "icon": b"\x00\x00\x01\x00\x01\x00" + b"\x00" * 40,
    "cut": small_jpeg()[:40],
}


@pytest.mark.parametrize("kind", REFUSED_PICTURES)
def test_what_is_no_plain_picture_is_never_drawn(kind: str) -> None:
    with pytest.raises(SaisineError) as told:
        redraw(io.BytesIO(REFUSED_PICTURES[kind]))
    assert told.value.code == "picture_unreadable"


@pytest.mark.parametrize("tail", [b"<script>document.title='x'</script>", b"PK\x03\x04" + b"z" * 60])
def test_a_polyglot_leaves_only_its_pixels(tail: bytes) -> None:
    """A JPEG that is HTML or a ZIP as well: what is served is drawn anew."""
    body, media_type = redraw(io.BytesIO(small_jpeg() + tail))
    assert media_type == "image/jpeg"
    assert tail[:8] not in body
    with Image.open(io.BytesIO(body)) as drawn:
        assert drawn.size == (8, 8)
        assert drawn.info.get("comment") is None


# ------------------------------------------------------------------ what another site sends

WRITES = ("/documenter/", "/incidents/", "/langue/", "/verifier/", "/quitter/", "/donnees/effacer/prevoir/")
ELSEWHERE = (
    {"HTTP_ORIGIN": "https://example.org"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_ORIGIN": "http://127.0.0.1:8001"},  # another port of this computer: another association, perhaps
    {"HTTP_REFERER": "https://example.org/a"},
    {},
)


@pytest.mark.parametrize("header", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_a_form_of_another_site_is_refused_everywhere(header: dict[str, str], empty: Session) -> None:
    """The right cookie and the right token do not help it, except without any header: then they are all there is."""
    client = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    client.get("/documenter/")
    for path in WRITES:
        assert client.post(path, {}, **header).status_code == 403, path  # type: ignore[arg-type]
    if header.get("HTTP_ORIGIN"):
        token = {"csrfmiddlewaretoken": client.cookies[settings_name()].value}
        assert client.post("/incidents/", token, **header).status_code == 403  # type: ignore[arg-type]


def settings_name() -> str:
    from django.conf import settings as django_settings

    return str(django_settings.CSRF_COOKIE_NAME)


HOSTS = ("example.org", "127.0.0.1.example.org", "127.0.0.1@example.org", "[::1", "a\r\nb", "", "0x7f.1")


@pytest.mark.parametrize("host", HOSTS, ids=range(len(HOSTS)))
def test_a_foreign_host_reads_nothing_whatever_it_forwards(host: str, empty: Session) -> None:
    """DNS rebinding: the name that the browser asked for is the only one that counts."""
    client = Client(HTTP_HOST=host, HTTP_X_FORWARDED_HOST="127.0.0.1", HTTP_X_FORWARDED_FOR="127.0.0.1")
    for path in ("/", "/documenter/", "/compte/premier/", "/static/saisine/saisine.css", "/nulle-part/"):
        answer = client.get(path)
        assert answer.status_code in (400, 301), path
        assert b"csrfmiddlewaretoken" not in answer.content


def test_forwarded_headers_change_no_link_and_no_name(empty: Session, client: Client) -> None:
    forged = {
        "HTTP_X_FORWARDED_HOST": "example.org",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_FORWARDED": "host=example.org",
    }
    for path in ("/", "/documenter/", "/nulle-part/"):
        answer = client.get(path, **forged)  # type: ignore[arg-type]
        assert b"example.org" not in answer.content
    moved = client.post("/langue/", {"language": "en", "next": "/"}, **forged)  # type: ignore[arg-type]
    assert "example.org" not in moved.headers["Location"]


# ------------------------------------------------------------------ what is given back


def test_the_shared_list_is_shown_as_text(empty: Session, client: Client) -> None:
    """Each of its contents as a title that a person writes: no element and no header comes of it."""
    for one in json.loads(shared_file("vectors/own/hostile-content.json").read_text("utf-8")):
        answer = client.post("/incidents/", {"title": one["content"][:300]})
        assert answer.status_code in (302, 422)
        assert "Set-Cookie" not in answer.headers
    for path in ("/incidents/", "/echeances/", "/signalements/", "/donnees/demandes/"):
        page = client.get(path).content.decode()
        for trace in ("document.title=", "169.254.169.254", "file:///etc"):
            for at in range(page.count(trace)):
                before = page.split(trace)[at]
                assert before.rfind("&lt;") > before.rfind("<"), (path, trace)
        assert "\u202e" not in page


def test_captured_bytes_are_saved_and_never_shown_as_a_page(filled: Session, client: Client) -> None:
    """Whatever a sealed file is, its original is a download of unknown kind under a name of ours."""
    from saisine.vault import SealItem

    hostile = {
        "page.html": b"<script>document.title='x'</script>",
        "dessin.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        "a\r\nX-Odd: 1.pdf": b"%PDF-1.7 /JavaScript",
        "\u202egnp.exe": b"MZ",
        "b" * 300 + ".html": b"<base href='//example.org'>",
        'c.\u00e9"; filename=x.html': b"<iframe>",
    }
    items = [SealItem(name, body, kind="original", media_type="text/html") for name, body in hostile.items()]
    for sealed, body in zip(filled.vault.seal_many(items, actor="test"), hostile.values(), strict=True):
        answer = client.get(f"/pieces/{sealed.item}/original/")
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == body  # type: ignore[arg-type]
        require_inert(answer)


def require_inert(answer: HttpResponse) -> None:
    """A browser can only save this: no kind to guess, no script, no frame, and a name without a trick."""
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="original-')
    assert not set("\r\n\u202e") & set(disposition)
    assert disposition.count('filename="') == 1
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy


def test_each_answer_says_what_it_is_and_lets_nothing_run(empty: Session, client: Client) -> None:
    """Pages, refusals, files and errors alike."""
    for path in (
        "/",
        "/nulle-part/",
        "/manifest.webmanifest",
        "/sw.js",
        "/coffre/recu/",
        "/static/saisine/saisine.css",
    ):
        answer = client.get(path)
        for name in (
            "X-Content-Type-Options",
            "X-Frame-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
        ):
            assert answer.headers[name] == HEADERS[name], (path, name)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
