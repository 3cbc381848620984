"""HAR: what a browser's Network tab recorded, searched for the platforms' own JSON.

`log.entries` is read one entry at a time; entry numbers count from 0, as in the file. The browser drops the
bodies it no longer holds (Chrome after a navigation, Firefox past its limit): those of a platform that is read
are told, since messages may have been in them. Cookies, tokens and request bodies are stepped over.

Source: HTTP Archive 1.2 (as written by Chrome, Firefox and mitmproxy).
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from saisine.messages.formats.capture_sites import CAPTURED_PLATFORMS, SITES
from saisine.messages.formats.captured import Response, is_data, map_captured, records_of, site_of
from saisine.messages.formats.captured_columns import captured_columns, in_blocks_of_x
from saisine.messages.formats.contract import (
    Context,
    Format,
    Member,
    Note,
    RawRecord,
    RecordError,
    Sniff,
    json_array,
)
from saisine.messages.formats.http_bodies import MAX_BODY_BYTES
from saisine.messages.formats.json_values import dict_at, word_at
from saisine.messages.formats.shapes import BOM, score_keys
from saisine.texts import utc_from_iso

HAR_KEYS: Final = ("log", "entries", "startedDateTime", "request", "response", "headers", "url")
_NO_BODY: Final = frozenset({0, 204, 205, 304})
_entries: Final = json_array("log.entries")


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of the log and of its first entries."""
    if b'"log"' not in head.removeprefix(BOM)[:400]:
        return Sniff(0, [])
    return score_keys(head, HAR_KEYS, best=98)


def read_entries(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The posts and comments of each response, then one note for the bodies that the browser had dropped."""
    missing, first, rank = 0, "", 0
    for found in _entries(member, ctx):
        if isinstance(found, Note):
            yield found
            continue
        locator, rank = f"{ctx.locator_prefix}#har:entry {rank}/response", rank + 1
        if isinstance(found, RecordError):
            yield RecordError(locator, found.error)
            continue
        response = response_of(found.obj, locator)
        site = site_of(response.address, SITES)
        if response.body is None and response.fault is None and site is not None and _had_body(found.obj):
            missing, first = missing + 1, first or locator
        yield from records_of(response, site)
    if missing:
        yield Note("bodies_missing", first, count=missing)


def _had_body(entry: Any) -> bool:
    """Whether a response of data once had a body that the capture does not hold."""
    response = dict_at(entry, "response")
    media = word_at(response, "content", "mimeType") or ""
    return is_data(media) and "html" not in media and response.get("status") not in _NO_BODY


def response_of(entry: Any, locator: str) -> Response:
    """The response of an entry, its body decoded when it may hold data."""
    content = dict_at(entry, "response", "content")
    media = word_at(content, "mimeType") or ""
    address, at = word_at(entry, "request", "url") or "", _time(word_at(entry, "startedDateTime"))
    if not is_data(media):
        return Response(locator, address, at, media, b"")
    try:
        body, fault = _body(content), None
    except (ValueError, binascii.Error):
        body, fault = None, "damaged_body"
    if body is not None and len(body) > MAX_BODY_BYTES:
        body, fault = None, "too_large"
    return Response(locator, address, at, media, body, fault)


def _body(content: Mapping[str, Any]) -> bytes | None:
    """The bytes of the text, which is written in base64 when it is no plain text; None when there is none."""
    text = content.get("text")
    if not isinstance(text, str) or not text:
        return None
    if content.get("encoding") == "base64":
        return base64.b64decode(text, validate=True)
    return text.encode("utf-8", "surrogatepass")


def _time(text: str | None) -> datetime | None:
    try:
        return utc_from_iso(text) if text else None
    except ValueError:
        return None


HAR: Final = Format(
    id="har",
    version=1,
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
    records=read_entries,
    map=map_captured,
    blocks=in_blocks_of_x(read_entries),
    map_block=captured_columns,
    samples=(
        ("samples/har/chrome.har", {"mapped": 0, "not_a_message": 2, "empty_record": 1}),
        ("samples/har/with-bom.har", {"mapped": 0, "empty_record": 1}),
        ("samples/har/postdata.har", {"mapped": 0, "empty_record": 1}),
    ),
)
