"""HAR: what a browser's Network tab recorded, searched for the platforms' own JSON.

`log.entries` is read one entry at a time; entry numbers count from 0, as in the file. The browser drops the
bodies it no longer holds (Chrome after a navigation, Firefox past its limit): those of a platform that is read
are told, since messages may have been in them. Cookies, tokens and request bodies are stepped over.

Source: HTTP Archive 1.2 (as written by Chrome, Firefox and mitmproxy).
"""

import base64
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.capture_sites import CAPTURED_PLATFORMS, SITES
from saisine.messages.formats.captured import Response, Site, each_record, map_captured, site_of
from saisine.messages.formats.captured_columns import captured_columns, in_blocks
from saisine.messages.formats.captured_pieces import is_data
from saisine.messages.formats.contract import (
    Context,
    Format,
    Member,
    Note,
    RawRecord,
    RecordError,
    Sniff,
)
from saisine.messages.formats.http_bodies import MAX_BODY_BYTES, BodyFault, decoded, is_readable
from saisine.messages.formats.json_records import array_walk
from saisine.messages.formats.json_runs import Kind
from saisine.messages.formats.json_values import inside, word_at
from saisine.messages.formats.shapes import BOM, score_keys
from saisine.texts import utc_from_iso

HAR_KEYS: Final = ("log", "entries", "startedDateTime", "request", "response", "headers", "url")
# what a log shows at first whose pages alone fill what is looked at
_PAGE_KEYS: Final = ("log", "version", "creator", "pages", "startedDateTime", "title", "pageTimings")
# saved before anything was loaded
_EMPTY: Final = re.compile(rb'"entries"\s*:\s*\[\s*\]')
_NO_BODY: Final = frozenset({0, 204, 205})


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of the log and of its first entries."""
    if b'"log"' not in head.removeprefix(BOM)[:400]:
        return Sniff(0, [])
    if b'"creator"' in head and _EMPTY.search(head):
        return Sniff(90, ["log", "entries"])
    return score_keys(head, HAR_KEYS, _PAGE_KEYS, best=98)


class _Content(msgspec.Struct, gc=False):
    mimeType: str | None = None
    text: str | None = None
    encoding: str | None = None


class _Answer(msgspec.Struct, gc=False):
    status: int | None = None
    content: _Content | None = None


class _Request(msgspec.Struct, gc=False):
    url: str | None = None


class _Entry(msgspec.Struct, gc=False):
    """What is looked at of an entry; headers and cookies are stepped over."""

    startedDateTime: str | None = None
    request: _Request | None = None
    response: _Answer | None = None


_entries: Final = array_walk("log.entries", "*.log.entries", kind=Kind(_Entry, is_depth_limited=False))


def read_responses(
    member: Member, ctx: Context
) -> Iterator[tuple[Response, Site | None] | RecordError | Note]:
    """Each response, then one note for the bodies that the browser had dropped."""
    missing, first, rank = 0, "", 0
    for found in _each(_entries(member, ctx)):
        if isinstance(found, Note):
            yield found
            continue
        locator, rank = f"{ctx.locator_prefix}#har:entry {rank}/response", rank + 1
        if isinstance(found, RecordError):
            yield RecordError(locator, found.error)
            continue
        response = _response_of(found, locator)
        site = site_of(response.address, SITES)
        if response.body is None and response.fault is None and site is not None and _had_body(found):
            missing, first = missing + 1, first or locator
        yield response, site
    if missing:
        yield Note("bodies_missing", first, count=missing)


def _each(
    found: Iterable[RecordBlock | RawRecord | RecordError | Note],
) -> Iterator[_Entry | RecordError | Note]:
    """The entries one by one; of one that is not as it should be, what can be read."""
    for one in found:
        if isinstance(one, RecordBlock):
            yield from one.objs
        else:
            yield _entry_of(one.obj) if isinstance(one, RawRecord) else one


def _entry_of(raw: Any) -> _Entry:
    status, encoding = inside(raw, "response", "status"), word_at(raw, "response", "content", "encoding")
    content = _Content(
        word_at(raw, "response", "content", "mimeType"), word_at(raw, "response", "content", "text"), encoding
    )
    answer = _Answer(status if isinstance(status, int) else None, content)
    return _Entry(word_at(raw, "startedDateTime"), _Request(word_at(raw, "request", "url")), answer)


def _had_body(entry: _Entry) -> bool:
    """Whether a response of data once had a body that the capture does not hold."""
    answer = entry.response or _Answer()
    media = (answer.content and answer.content.mimeType) or ""
    status = answer.status or 0
    return is_data(media) and "html" not in media and not (status in _NO_BODY or 300 <= status < 400)


def _response_of(entry: _Entry, locator: str) -> Response:
    """The response of an entry, its body decoded when it may hold data."""
    content = (entry.response and entry.response.content) or _Content()
    media = content.mimeType or ""
    address, at = (entry.request and entry.request.url) or "", _time(entry.startedDateTime)
    if not is_data(media):
        return Response(locator, address, at, media, b"")
    try:
        body, fault = _body(content), None
    except BodyFault as told:
        body, fault = None, told.code
    if body is not None and len(body) > MAX_BODY_BYTES:
        body, fault = None, "too_large"
    return Response(locator, address, at, media, body, fault)


def _body(content: _Content) -> bytes | None:
    """The bytes of the text, which is written in base64 when it is no plain text; None when there is none. Raises
    `BodyFault`."""
    text = content.text
    if not text:
        return None
    if content.encoding == "base64":
        try:
            body = base64.b64decode(text, validate=True)
        except ValueError:
            raise BodyFault("damaged_body") from None
        # some recorders keep the bytes as they travelled
        return decoded(body, {"content-encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {})
    if content.encoding and not is_readable(text[:64].encode("utf-8", "surrogatepass")):
        raise BodyFault("unsupported")
    return text.encode("utf-8", "surrogatepass")


def _time(text: str | None) -> datetime | None:
    try:
        return utc_from_iso(text) if text else None
    except ValueError:
        return None


HAR: Final = Format(
    id="har",
    version=3,
    platforms=CAPTURED_PLATFORMS,
    label_fr="Capture du navigateur (HAR) : commentaires Facebook, Instagram, LinkedIn, X, TikTok, YouTube",
    label_en="Browser capture (HAR): comments of Facebook, Instagram, LinkedIn, X, TikTok, YouTube",
    how_to_get_fr="""\
À faire avant que la plateforme ou les auteurs ne suppriment les messages.
1. Sur un ordinateur, dans Firefox ou Chrome, appuyez sur F12 : onglet « Réseau ». Cochez « Conserver les journaux ».
2. Seulement ensuite, ouvrez la publication. Dépliez tous les commentaires et toutes les réponses, jusqu’en bas.
3. Clic droit dans la liste > « Tout enregistrer en tant que HAR » (Chrome : « avec le contenu »).
4. Déposez le fichier .har ici. Il est scellé en entier.
Ce fichier contient les cookies de votre session : ne l’envoyez à personne. Saisine ne les recopie nulle part.
Il ne contient que ce qui a été affiché. État au 1er juin 2026 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the platform or the authors delete the messages.
1. On a computer, in Firefox or Chrome, press F12: tab "Network". Tick "Persist logs" ("Preserve log").
2. Only then open the publication. Unfold all comments and all replies, to the very end.
3. Right click in the list > "Save all as HAR" (Chrome: "with content").
4. Drop the .har file here. It is sealed whole.
This file holds the cookies of your session: send it to nobody. Saisine copies them nowhere.
It holds only what was shown. As of 1 June 2026; screens change.""",
    sniff=sniff,
    records=each_record(read_responses),
    map=map_captured,
    blocks=in_blocks(read_responses),
    map_block=captured_columns,
    tells_replies=True,
    samples=(
        ("samples/har/chrome.har", {"mapped": 0, "not_a_message": 2, "empty_record": 1}),
        ("samples/har/with-bom.har", {"mapped": 0, "empty_record": 1}),
        ("samples/har/postdata.har", {"mapped": 0, "empty_record": 1}),
    ),
)
