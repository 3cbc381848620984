"""Whatever is sent to whatever address, the answer is a page of ours: never a 5xx, never a trace.

The addresses are read from `saisine.web.urls`, so that a new one is tried without a line here. The one status of
that kind that is meant, 507, is told by a `SaisineError` (no room left).
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_from_bytes

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from saisine.casework import incidents, triage
from saisine.casework.models import Capture, Deposit
from saisine.casework.session import Session
from saisine.web.pages.vault_keys import changes
from tests.web.reading import text_of

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "POUSSER")
NO_ROOM = 507
TURNS = 12
# every name that the pages read; those that set a passphrase would only cost time
FIELDS = (
    "act action address after again against amount appeal apres author authority avant back band breach "
    "capture channel cherche cible clicks collector comme compte confirmed days decision declared_on "
    "deposit depuis do email event exhibit fact fait fichiers field form garde handover harm height hides "
    "in_its_name incident jour kind label language left lesson mark mask_third_parties may_show member "
    "minutes motif name named names next note notifier_role number object_fr observed_on offence on page "
    "par person piece pieces platform portee preset procedure propos proxy published_on put quote rang "
    "reason reasons receipt recipient ref reference role seen shown_on since state statement summary "
    "target text title to top until url username value version vu vus what whole why width words"
).split()
KNOWN = (
    "",
    "yes",
    "keep",
    "later",
    "true",
    "ticked",
    "given",
    "retenir",
    "urgent",
    "x",
    "youtube",
    "save",
    "fr",
    "visee",
)
ODD = (
    "\x00", "a\x00b", "\r\nSet-Cookie: a=b", "\u202e", "\U0001f600", "²", "٣", "-1", "1e9", "NaN", "9" * 40,
    "9" * 5000, "0x10", "2026-02-30", "0000-00-00", "9999-12-31", "../../etc/passwd", "..\\..\\x",
    "'; DROP TABLE casework_incident; --", "{{ 7 }}{% load x %}", "<script>x</script>", "%s%n%(x)s",
    "{0.__class__}", "http://[::1", "javascript:x", "//example.org", "é" * 3000, "\u0130\u0131ß", "\ufeff", "\u2028",
    "=1+1", "null", "[]", "true",
)  # fmt: skip
RAW = (b"\xff\xfe", b"%", b"a=%ff%fe&b=%00", b"&&&=&=", b"a" * 3000, b"\x00", b"{", b"--x\r\n\r\n--x--\r\n")
TYPES = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=klingon", "application/json",
    "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "y" * 300,
    "multipart/form-data; boundary=\xe9", "text/plain", "", ";;;=",
)  # fmt: skip

odd = st.sampled_from(ODD) | st.text(max_size=30)
words = st.sampled_from(KNOWN) | odd
sent = st.dictionaries(
    st.sampled_from(FIELDS) | st.text(max_size=8), st.lists(words, max_size=3), max_size=12
)


@pytest.fixture
def place(filled: Session) -> Iterator[list[str]]:
    """Ids that exist in the example's workspace, as text."""
    for card in triage.cards(filled, "urgent").items:
        triage.decide(filled, "urgent", card.ref, "keep")
    incident = incidents.open_incident(filled, "Vague", from_triage=True)
    capture = Capture.objects.filter(kind="screenshot").first()
    deposit = Deposit.objects.first()
    assert capture is not None
    assert deposit is not None
    wave = next(band.id for band in triage.bands(filled) if band.kind == "wave")
    yield [incident.id, deposit.id, deposit.unit, capture.id, capture.item, wave, "urgent"]
    changes.wait()
    changes.take_ended()


def templates() -> list[tuple[str, list[str]]]:
    """Each address as a template and the names of its parts."""
    patterns = get_resolver().reverse_dict
    return sorted(
        {
            patterns[name][0][0][0]: patterns[name][0][0][1] for name in patterns if isinstance(name, str)
        }.items()
    )


def require_ours(answer: HttpResponse, asked: str) -> None:
    assert answer.status_code < 500 or answer.status_code == NO_ROOM, asked
    if answer.streaming:
        body = b"".join(answer.streaming_content)  # type: ignore[arg-type, attr-defined]
    else:
        body = answer.content
    assert b"Traceback (most recent call last)" not in body, asked


def paths(ids: list[str], part: str) -> list[str]:
    """Every address, its parts filled with one odd text, then those that have some with an id that exists."""
    found = []
    for template, names in templates():
        found.append("/" + template % dict.fromkeys(names, part))
        if names:
            found.append(
                "/" + template % {name: ids[(len(template) + at) % len(ids)] for at, name in enumerate(names)}
            )
    return found


@contextmanager
def no_log() -> Iterator[None]:
    """pytest keeps each record until a test ends, and Django puts the request in it: a gigabyte in some minutes."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def ask(
    addresses: list[str],
    query: str,
    fields: dict[str, list[str]],
    method: str,
    language: str,
    one_in: int = 7,
) -> int:
    """GET and POST of each address, `method` of one address in some; how many requests that was."""
    client, asked = Client(HTTP_HOST="127.0.0.1"), 0
    for number, path in enumerate(addresses):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        client.cookies.pop("saisine_left", None)  # else every page is the blank one
        headers = {"HX-Request": "true"} if number % 2 else {}
        require_ours(client.get(path, QUERY_STRING=query, headers=headers), f"GET {path}")
        require_ours(client.post(path, fields, headers=headers), f"POST {path} {fields}")
        asked += 2
        if number % one_in == 0:
            require_ours(client.generic(method, path), f"{method} {path}")
            asked += 1
    return asked


# an address with a part: text of any kind, or bytes that are no text
odd_part = odd.map(lambda text: quote(text[:200], safe="")) | st.binary(min_size=1, max_size=9).map(
    lambda raw: quote_from_bytes(raw, safe="")
)
odd_query = st.dictionaries(st.sampled_from(FIELDS), words, max_size=6).map(
    lambda pairs: "&".join(f"{name}={quote(value)}" for name, value in pairs.items())
) | st.sampled_from(
    ["%00", "a=%ff", "&&=&", "fichiers=²", "page=" + "9" * 4000, "apres=%E9&avant=-1&rang=1e9"]
)
languages = st.sampled_from(["fr", "en", "xx", "\xff"])

CASE = {
    "part": odd_part,
    "query": odd_query,
    "fields": sent,
    "method": st.sampled_from(METHODS),
    "language": languages,
}
# a failure is not made smaller: its address and its fields say enough
ONCE = examples(deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))


@examples(ONCE, max_examples=4)
@given(**CASE, turn=st.integers(0, TURNS - 1))
def test_no_request_of_any_kind_fails(
    place: list[str],
    part: str,
    query: str,
    fields: dict[str, list[str]],
    method: str,
    language: str,
    turn: int,
) -> None:
    """Each case goes to one address in twelve."""
    ask(paths(place, part)[turn::TURNS], query, fields, method, language)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(TURNS))
def test_no_request_of_any_kind_fails_anywhere(
    turn: int, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every address, six cases each, in twelve pieces of which each begins with a workspace of its own."""
    asked = 0

    @examples(ONCE, max_examples=6)
    @given(**CASE)
    def try_them(part: str, query: str, fields: dict[str, list[str]], method: str, language: str) -> None:
        nonlocal asked
        asked += ask(paths(place, part)[turn::TURNS], query, fields, method, language, one_in=1)

    with no_log():
        try_them()
    with capsys.disabled():
        print(f"\npiece {turn + 1} of {TURNS}: {asked} requests, none failed", flush=True)


@pytest.mark.parametrize(
    "share", [pytest.param(30, id="some"), pytest.param(1, id="all", marks=pytest.mark.slow)]
)
def test_a_body_that_is_no_form_is_told(share: int, place: list[str]) -> None:
    """Cut, of no known form, in an unknown alphabet: wherever a form is awaited. One place serves every kind."""
    client = Client(HTTP_HOST="127.0.0.1")
    for start, kind in enumerate(TYPES):
        for number, path in enumerate(paths(place, "0")[start * 7 % share :: share]):
            body = RAW[(number + start) % len(RAW)]
            require_ours(client.generic("POST", path, body, content_type=kind), f"{kind} {path}")


NAMES = (
    "", "\x00.png", "../../x.png", "a" * 5000 + ".png", "\r\nX: y.png", "\u202egnp.exe", "con", ".", "..", "/", "~",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_file_of_any_name_is_received_or_refused_in_words(name: str, empty: Session) -> None:
    client = Client(HTTP_HOST="127.0.0.1")
    for path in ("/documenter/", "/verifier/"):
        answer = client.generic("POST", path, named(name), content_type="multipart/form-data; boundary=coupe")
        require_ours(answer, f"{path} {name!r}")
        assert answer.status_code in (302, 400, 413, 422), path


def named(name: str) -> bytes:
    """A file under that name, as written by something that does not clean names as a browser does."""
    head = (
        f'Content-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
    )
    return b"--coupe\r\n" + head.encode() + b"octets\r\n--coupe--\r\n"


def test_too_many_fields_are_told_with_what_to_do(empty: Session) -> None:
    client = Client(HTTP_HOST="127.0.0.1")
    body = "&".join(["a=b"] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))  # type: ignore[operator]
    answer = client.generic("POST", "/incidents/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "envoyez-le en plusieurs fois" in text_of(answer)
    assert re.search("<nav", answer.content.decode()), "the frame is there: help numbers, the way home"


def test_a_form_too_big_is_told_with_what_to_do(empty: Session, settings: object) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000  # type: ignore[attr-defined]
    answer = Client(HTTP_HOST="127.0.0.1").post("/incidents/", {"title": "a" * 5000})
    assert answer.status_code == 413
    assert "envoyez-le en plusieurs fois" in text_of(answer)


def test_a_cut_upload_is_told_with_what_to_do(empty: Session) -> None:
    answer = Client(HTTP_HOST="127.0.0.1").generic(
        "POST", "/documenter/", b"rien", content_type="multipart/form-data; boundary=" + "y" * 300
    )
    assert answer.status_code == 400
    assert "n’a pas pu être lu" in text_of(answer)
