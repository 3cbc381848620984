"""Time stamps of RFC 3161 over signed heads: asking, keeping the raw reply, knowing what is still undated.

Only the SHA-256 of a head's text and the machine's address leave, and only when a person has configured an
authority (`authorities`). What a reply proves is judged in `stamp_verdicts`.
"""

import contextlib
import hashlib
import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from saisine.errors import SaisineError
from saisine.vault.authorities import (
    Authority,
    add_authority,
    description_files,
    description_hash,
    hash_files,
    load_authorities,
    read_hashes,
)
from saisine.vault.chains import Reason
from saisine.vault.faults import SMALL_BYTES, read_regular, write_durably
from saisine.vault.journal import Journal
from saisine.vault.kept_replies import STAMPED, keep_reply, noted_stamps, reply_path
from saisine.vault.log import Entry
from saisine.vault.notes import Head, NoteError
from saisine.vault.stamp_verdicts import StampVerdict, verify_stamp

if TYPE_CHECKING:
    from saisine.vault.core import OpenVault

__all__ = [
    "Authority",
    "NotAReply",
    "StampResult",
    "StampVerdict",
    "Stamper",
    "add_authority",
    "ask_authorities",
    "build_request",
    "dated_size",
    "dated_size_by",
    "load_authorities",
    "pending_authorities",
    "send_over_http",
    "stamp_newest",
    "verify_stamp",
]

TIMEOUT_S: Final = 10.0
MAX_REPLY_BYTES: Final = 64 * 1024
REFUSED: Final = "stamp_refused"  # the code of the log
_OWN_LINES: Final = frozenset({REFUSED, STAMPED})  # lines that only tell stamps: they want no date themselves
REFUSED_EVERY: Final = timedelta(hours=1)  # a broken authority must not fill the log
_REQUEST_TYPE: Final = "application/timestamp-query"
_REPLY_TYPE: Final = "application/timestamp-reply"


# ---------------------------------------------------------------- asking


class Stamper(Protocol):
    """Carries one request to an authority and brings the raw reply back. Raises `OSError` when offline."""

    def __call__(self, url: str, request: bytes, /) -> bytes: ...


class NotAReply(Exception):
    """What came back is no time-stamp reply (a proxy's page, another media type, too long)."""

    def __init__(self, reason: Reason, body: bytes) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.body = body


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """A redirect would send the hash where nobody chose to send it."""
        return


def send_over_http(url: str, request: bytes, /) -> bytes:
    """The standard library's HTTP: 10 s, at most 64 KiB, no redirect, media type checked."""
    if not url.startswith(("https://", "http://")):
        raise NotAReply(Reason("l’adresse n’est pas http", "the address is not http"), b"")
    message = urllib.request.Request(url, request, {"Content-Type": _REQUEST_TYPE, "Accept": _REPLY_TYPE})
    context = ssl.create_default_context()
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(message, timeout=TIMEOUT_S) as reply:
            body: bytes = reply.read(MAX_REPLY_BYTES + 1)
            kind = reply.headers.get_content_type()
    except urllib.error.HTTPError as error:
        words = Reason(f"réponse HTTP {error.code}", f"HTTP {error.code}")
        raise NotAReply(words, error.read(MAX_REPLY_BYTES)) from error
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    if kind != _REPLY_TYPE:
        words = Reason(
            "une page est revenue à la place d’une réponse", f"a page came back in place of a reply: {kind}"
        )
        raise NotAReply(words, body)
    if len(body) > MAX_REPLY_BYTES:
        words = Reason(f"plus de {MAX_REPLY_BYTES} octets", f"more than {MAX_REPLY_BYTES} bytes")
        raise NotAReply(words, body)
    return body


def build_request(text: bytes, nonce: int) -> bytes:
    """TimeStampReq (RFC 3161 section 2.4.1): version 1, SHA-256 of the text, the nonce, certReq true."""
    algorithm = _der(0x30, bytes.fromhex("0609608648016503040201") + bytes.fromhex("0500"))
    imprint = _der(0x30, algorithm + _der(0x04, hashlib.sha256(text).digest()))
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
    return _der(0x30, _der(0x02, b"\x01") + imprint + _der(0x02, number) + _der(0x01, b"\xff"))


def _der(tag: int, body: bytes) -> bytes:
    """One DER value shorter than 128 bytes."""
    return bytes([tag, len(body)]) + body


@dataclass(frozen=True, slots=True)
class StampResult:
    """What became of one request: `dated` with its time, `queued` while offline, or `refused`.

    `reason` is in English, `reason_fr` in French; `offset_ms` is how far the authority's time is ahead of
    this computer's at the middle of the exchange (None when no clock was given or nothing was dated).
    """

    authority: str
    size: int
    state: Literal["dated", "queued", "refused"]
    at: datetime | None = None
    reason: str = ""
    reason_fr: str = ""
    offset_ms: int | None = None

    @classmethod
    def of(
        cls, authority: str, size: int, state: Literal["dated", "queued", "refused"], why: Reason
    ) -> "StampResult":
        return cls(authority, size, state, None, why.en, why.fr)


def ask_authorities(
    folder: Path,
    head: Head,
    stamper: Stamper | None,
    random: Callable[[int], bytes],
    *,
    only: Collection[str] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> list[StampResult]:
    """Ask each configured authority (or those of `only`) to date this head; keep every raw reply.

    A reply that dates the head, or that cannot be read yet, lies beside it. Anything else goes to `lost/`:
    what an authority answered wrongly is no fault of this vault. Raises `no_authority`.
    """
    authorities = [one for one in load_authorities(folder) if not one.is_retired]
    if not authorities:
        raise SaisineError("no_authority")
    chosen = [one for one in authorities if only is None or one.name in only]
    return [_ask(folder, head, one, stamper or send_over_http, random, clock) for one in chosen]


def _ask(
    folder: Path,
    head: Head,
    authority: Authority,
    stamper: Stamper,
    random: Callable[[int], bytes],
    clock: Callable[[], datetime] | None,
) -> StampResult:
    heads = folder / "log" / "heads"
    known = _known_verdict(reply_path(heads, head.size, authority.name), head, authority)
    if known is not None and known.is_verified:
        return StampResult(authority.name, head.size, "dated", known.at)
    nonce = int.from_bytes(random(8), "big") | 1 << 63  # 64 bits whatever was drawn
    before = clock() if clock else None
    try:
        reply = stamper(authority.url, build_request(head.text, nonce))
    except NotAReply as error:
        _set_aside(folder, f"{head.size}.{authority.name}.reply", error.body)
        return StampResult.of(authority.name, head.size, "refused", error.reason)
    except OSError as error:
        return StampResult.of(authority.name, head.size, "queued", _network_words(error))
    verdict = verify_stamp(reply, head, [authority], nonce=nonce)
    if not (verdict.is_verified or verdict.is_unreadable):
        _set_aside(folder, f"{head.size}.{authority.name}.refused.tsr", reply)
        return StampResult.of(authority.name, head.size, "refused", verdict.reason)
    keep_reply(heads, head.size, authority.name, reply)
    if not verdict.is_verified:
        return StampResult.of(authority.name, head.size, "refused", verdict.reason)
    offset = _offset_ms(verdict.at, before, clock() if clock else None)
    return StampResult(authority.name, head.size, "dated", verdict.at, offset_ms=offset)


def _known_verdict(path: Path, head: Head, authority: Authority) -> StampVerdict | None:
    return verify_stamp(read_regular(path, SMALL_BYTES), head, [authority]) if path.exists() else None


def _set_aside(folder: Path, name: str, body: bytes) -> None:
    """The last answer of its kind is enough to see what went wrong."""
    (folder / "lost").mkdir(exist_ok=True)
    write_durably(folder / "lost" / name, body)


def _offset_ms(at: datetime | None, before: datetime | None, after: datetime | None) -> int | None:
    if at is None or before is None or after is None:
        return None
    return round((at - (before + (after - before) / 2)).total_seconds() * 1000)


def _network_words(error: OSError) -> Reason:
    """Why no answer came: French in our words, English in the system's."""
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    english = (inner.strerror if isinstance(inner, OSError) else None) or str(inner)
    for kind, french in _NETWORK_FR:
        if isinstance(inner, kind):
            return Reason(french, english)
    return Reason("le réseau n’a pas répondu", english)


_NETWORK_FR: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (ConnectionRefusedError, "connexion refusée"),
    (TimeoutError, "pas de réponse en dix secondes"),
    (socket.gaierror, "adresse introuvable ; l’ordinateur est peut-être hors ligne"),
    (ssl.SSLError, "le site n’a pas pu prouver son identité"),
    (ConnectionError, "la connexion s’est coupée"),
)


# ---------------------------------------------------------------- the queue


def stamp_newest(
    vault: "OpenVault",
    *,
    now: datetime,
    random: Callable[[int], bytes],
    stamper: Stamper | None = None,
    only: Collection[str] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> list[StampResult]:
    """Ask for the newest head, which dates all lines before it too, and log what was dated or refused.

    Without network the head waits: the next call asks for the head that is newest then. A `stamped` line holds
    the hash of each reply that dates, so that one taken away is missed; at most one line per authority and hour
    tells a refusal. Raises `no_authority`, `vault_empty`, or what the vault refuses.
    """
    head = head_to_date(vault)
    results = ask_authorities(vault.folder, head, stamper, random, only=only, clock=clock)
    lines = [
        *stamped_lines(vault.journal, results),
        *refusal_lines(vault.folder, vault.journal, results, now),
    ]
    if lines:
        vault.write_lines(lines)
    return results


def head_to_date(vault: "OpenVault") -> Head:
    """The newest head, less the lines at its end that only tell stamps when a head stands before them.

    Else each date would make the next one necessary. Raises `vault_empty`.
    """
    newest = vault.last_head()
    size = size_to_date(vault.journal.entries)
    if 0 < size < newest.size and vault.journal.has_head(size):
        with contextlib.suppress(NoteError, OSError):  # told by V07
            return vault.journal.head(size)
    return newest


def stamped_lines(journal: Journal, results: Sequence[StampResult]) -> list[dict[str, Any]]:
    """The log lines that vouch for replies: `root` is the SHA-256 of the reply, `count` the size of its head."""
    dated = [one for one in results if one.state == "dated"]
    if not dated:
        return []
    noted = noted_stamps(journal.entries)
    lines = []
    for one in dated:
        reply = read_regular(reply_path(journal.heads, one.size, one.authority), SMALL_BYTES)
        root = hashlib.sha256(reply).hexdigest()
        if root not in noted:
            lines.append({"act": "note", "code": STAMPED, "root": root, "count": one.size})
    return lines


def refusal_lines(
    folder: Path, journal: Journal, results: Sequence[StampResult], now: datetime
) -> list[dict[str, Any]]:
    """The log lines that tell refused stamps; `root` is the hash of the authority's description."""
    recent = {
        entry.root
        for entry in reversed(journal.entries)
        if entry.act == "note" and entry.code == REFUSED and abs(now - entry.moment) < REFUSED_EVERY
    }
    refused = [_description_hash(folder, one.authority) for one in results if one.state == "refused"]
    return [{"act": "note", "code": REFUSED, "root": root} for root in refused if root not in recent]


def _description_hash(folder: Path, name: str) -> str:
    path = folder / "trust" / "tsa" / f"{name}.yaml"
    listed = read_hashes(path.with_suffix(".sha256"))
    return description_hash(listed or hash_files(path.parent, description_files(path)))


def pending_authorities(folder: Path, journal: Journal) -> list[Authority]:
    """The authorities that have not dated the newest head; none while nothing is logged or configured.

    Lines that only tell stamps need no date: each attempt would make the next one necessary.
    Raises `authority_malformed`.
    """
    size = size_to_date(journal.entries)
    active = [one for one in load_authorities(folder) if not one.is_retired]
    return [one for one in active if size and dated_size_by(one, journal) < size]


def size_to_date(entries: Sequence[Entry]) -> int:
    """How many lines want a date: all but the last ones when these only tell stamps, made or refused."""
    size = len(entries)
    while size and entries[size - 1].act == "note" and entries[size - 1].code in _OWN_LINES:
        size -= 1
    return size


def dated_size_by(authority: Authority, journal: Journal) -> int:
    """The size of the newest head that this authority dated, or 0."""
    named = [path for path in journal.heads.glob("*.tsr") if _name_of(path) == authority.name]
    return _newest_verified(named, [authority], journal)


def dated_size(folder: Path, journal: Journal) -> int:
    """The size of the newest head with a verified stamp, or 0. A malformed authority dates nothing."""
    try:
        authorities = load_authorities(folder)
    except SaisineError:
        return 0
    return _newest_verified(list(journal.heads.glob("*.tsr")), authorities, journal)


def _newest_verified(paths: list[Path], authorities: Sequence[Authority], journal: Journal) -> int:
    for path in sorted(paths, key=_size_of, reverse=True):
        size = _size_of(path)
        try:
            if (
                size > 0
                and verify_stamp(read_regular(path, SMALL_BYTES), journal.head(size), authorities).is_verified
            ):
                return size
        except (OSError, NoteError):
            continue
    return 0


def _size_of(path: Path) -> int:
    head = path.name.split(".", 1)[0]
    return int(head) if head.isdecimal() else -1


def _name_of(path: Path) -> str:
    return path.name.removesuffix(".tsr").partition(".")[2]
