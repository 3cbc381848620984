"""Time stamps of RFC 3161 over signed heads: asking, keeping the raw reply, verifying with pinned roots.

Only the SHA-256 of a head's text and the machine's address leave, and only when a person has configured an
authority (`trust/tsa/<name>.yaml`). rfc3161-client treats every certificate given as intermediate as an
anchor: certificates taken from a reply are therefore never passed to it, and its verifier is built with the
constructor's lists because the copies of its builder share one list.
"""

import hashlib
import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import rfc3161_client
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from saisine.errors import SaisineError
from saisine.vault.faults import write_durably
from saisine.vault.journal import Journal
from saisine.vault.notes import Head

TIMEOUT_S: Final = 10.0
MAX_REPLY_BYTES: Final = 64 * 1024
_REQUEST_TYPE: Final = "application/timestamp-query"
_REPLY_TYPE: Final = "application/timestamp-reply"
_SHA256: Final = ObjectIdentifier("2.16.840.1.101.3.4.2.1")


@dataclass(frozen=True, slots=True)
class Authority:
    """One time-stamp authority that a person chose. `policies` empty accepts any policy of that authority."""

    name: str
    url: str
    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    policies: tuple[str, ...] = ()
    qualified: str = "unknown"

    @property
    def roots_pem(self) -> bytes:
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.roots)

    @property
    def intermediates_pem(self) -> bytes:
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.intermediates)

    @classmethod
    def load(cls, path: Path) -> "Authority":
        """Read `trust/tsa/<name>.yaml` and the certificates beside it. Raises `authority_malformed`."""
        try:
            facts = yaml.safe_load(path.read_text("utf-8"))
            if not isinstance(facts, dict):
                raise ValueError("not a table")
            return cls(
                name=path.stem,
                url=str(facts["url"]),
                roots=_certificates(path.parent, [facts["root"]]),
                intermediates=_certificates(path.parent, facts.get("intermediates") or []),
                policies=tuple(map(str, facts.get("policies") or ())),
                qualified=str(facts.get("qualified", "unknown")).lower(),
            )
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise SaisineError("authority_malformed", name=path.name, reason=error) from error


def _certificates(folder: Path, names: Sequence[str]) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for name in names:
        if Path(name).name != name:
            raise ValueError(f"{name}: the certificate lies beside the description")
        found += x509.load_pem_x509_certificates((folder / name).read_bytes())
    return tuple(found)


def load_authorities(folder: Path) -> list[Authority]:
    """The authorities configured in a vault, by name. Raises `authority_malformed`."""
    return [Authority.load(path) for path in sorted((folder / "trust" / "tsa").glob("*.yaml"))]


def add_authority(
    folder: Path, name: str, url: str, root_pem: bytes, *, facts: Mapping[str, Any] | None = None
) -> Authority:
    """Configure an authority with its pinned root. From then on stamping sends head hashes to `url`."""
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise SaisineError("authority_malformed", name=name, reason="letters, digits and hyphens only")
    target = folder / "trust" / "tsa"
    target.mkdir(parents=True, exist_ok=True)
    body = {"url": url, "root": f"{name}.pem", "qualified": "unknown", **(facts or {})}
    write_durably(target / f"{name}.pem", root_pem)
    write_durably(target / f"{name}.yaml", yaml.safe_dump(body, sort_keys=True).encode())
    return Authority.load(target / f"{name}.yaml")


# ---------------------------------------------------------------- asking


class Stamper(Protocol):
    """Carries one request to an authority and brings the raw reply back. Raises `OSError` when offline."""

    def __call__(self, url: str, request: bytes, /) -> bytes: ...


class NotAReply(Exception):
    """What came back is no time-stamp reply (a proxy's page, another media type, too long)."""

    def __init__(self, reason: str, body: bytes) -> None:
        super().__init__(reason)
        self.body = body


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """A redirect would send the hash where nobody chose to send it."""
        return


def send_over_http(url: str, request: bytes, /) -> bytes:
    """The standard library's HTTP: 10 s, at most 64 KiB, no redirect, media type checked."""
    if not url.startswith(("https://", "http://")):
        raise NotAReply(f"{url}: neither http nor https", b"")
    message = urllib.request.Request(url, request, {"Content-Type": _REQUEST_TYPE, "Accept": _REPLY_TYPE})
    context = ssl.create_default_context()
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(message, timeout=TIMEOUT_S) as reply:
            body: bytes = reply.read(MAX_REPLY_BYTES + 1)
            kind = reply.headers.get_content_type()
    except urllib.error.HTTPError as error:
        raise NotAReply(f"HTTP {error.code}", error.read(MAX_REPLY_BYTES)) from error
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    if kind != _REPLY_TYPE:
        raise NotAReply(f"media type {kind}", body)
    if len(body) > MAX_REPLY_BYTES:
        raise NotAReply(f"more than {MAX_REPLY_BYTES} bytes", body)
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
    """What became of one request: `dated` with its time, `queued` while offline, or `refused`."""

    authority: str
    size: int
    state: Literal["dated", "queued", "refused"]
    at: datetime | None = None
    reason: str = ""


def ask_authorities(
    folder: Path, head: Head, stamper: Stamper | None, random: Callable[[int], bytes]
) -> list[StampResult]:
    """Ask each configured authority to date this head; keep every raw reply beside it.

    What is no reply at all goes to `lost/`, never beside a head. Raises `no_authority`.
    """
    authorities = load_authorities(folder)
    if not authorities:
        raise SaisineError("no_authority")
    return [_ask(folder, head, one, stamper or send_over_http, random) for one in authorities]


def _ask(
    folder: Path, head: Head, authority: Authority, stamper: Stamper, random: Callable[[int], bytes]
) -> StampResult:
    target = folder / "log" / "heads" / f"{head.size}.{authority.name}.tsr"
    if target.exists():
        known = verify_stamp(target.read_bytes(), head, [authority])
        if known.is_verified:
            return StampResult(authority.name, head.size, "dated", known.at)
    nonce = int.from_bytes(random(8), "big") | 1 << 63  # 64 bits whatever was drawn
    try:
        reply = stamper(authority.url, build_request(head.text, nonce))
    except NotAReply as error:
        write_durably(folder / "lost" / f"{head.size}.{authority.name}.reply", error.body)
        return StampResult(authority.name, head.size, "refused", None, str(error))
    except OSError as error:
        return StampResult(authority.name, head.size, "queued", None, _network_words(error))
    write_durably(target, reply)
    verdict = verify_stamp(reply, head, [authority], nonce=nonce)
    state: Literal["dated", "refused"] = "dated" if verdict.is_verified else "refused"
    return StampResult(authority.name, head.size, state, verdict.at, verdict.reason)


def _network_words(error: OSError) -> str:
    """Why no answer came, in the words of the system: the library wraps them in signs of its own."""
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    return (inner.strerror if isinstance(inner, OSError) else None) or str(inner)


# ---------------------------------------------------------------- verifying


@dataclass(frozen=True, slots=True)
class StampVerdict:
    """What a reply proves. The four steps are those of V13 to V15; None means the step was not reached."""

    is_granted: bool | None
    is_ours: bool | None = None
    is_trusted: bool | None = None
    at: datetime | None = None
    reason: str = ""
    remark: str = ""
    authority: str = ""
    is_unreadable: bool = False

    @property
    def is_verified(self) -> bool:
        return bool(self.is_granted and self.is_ours and self.is_trusted)


def verify_stamp(
    reply: bytes,
    head: Head | bytes,
    authorities: Sequence[Authority],
    *,
    nonce: int | None = None,
    now: datetime | None = None,
) -> StampVerdict:
    """Whether an authority of the list dated this head (or these bytes). Raises nothing on hostile bytes.

    V13 the reply parses and is granted; V14 its imprint is the hash of that text; V15 its certificate leads
    to a pinned root at genTime, for time stamping alone, under a listed policy.
    """
    text = head if isinstance(head, bytes) else head.text
    try:
        found = rfc3161_client.decode_timestamp_response(reply)
        granted = found.status in (0, 1)
    except (ValueError, TypeError) as error:
        return StampVerdict(False, reason=f"no time-stamp reply: {error}", is_unreadable=reply[:1] == b"\x30")
    if not granted:
        return StampVerdict(False, reason=f"status {found.status}")
    try:
        info, at = found.tst_info, found.tst_info.gen_time
        algorithm, imprint = info.message_imprint.hash_algorithm, bytes(info.message_imprint.message)
    except (ValueError, TypeError) as error:
        return StampVerdict(False, reason=f"unreadable token: {error}", is_unreadable=True)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if imprint != _digest(text, algorithm) or (nonce is not None and info.nonce != nonce):
        return StampVerdict(True, False, None, at, "the reply dates other bytes")
    return _check_chain(found, imprint, at, authorities, now)


def _digest(text: bytes, algorithm: ObjectIdentifier) -> bytes:
    names = {
        "2.16.840.1.101.3.4.2.1": "sha256",
        "2.16.840.1.101.3.4.2.2": "sha384",
        "2.16.840.1.101.3.4.2.3": "sha512",
    }
    name = names.get(algorithm.dotted_string)
    return hashlib.new(name, text).digest() if name else b""


def _check_chain(
    found: Any, imprint: bytes, at: datetime, authorities: Sequence[Authority], now: datetime | None
) -> StampVerdict:
    """V15, for the first authority whose pinned root holds."""
    reason = "no authority is pinned"
    for authority in authorities:
        verifier = rfc3161_client.VerifierBuilder(
            roots=list(authority.roots), intermediates=list(authority.intermediates)
        ).build()
        try:
            verifier.verify(found, imprint)
            leaf = _signer(found)
            reason = _fault_of_signer(leaf, found, at, authority)
        except (rfc3161_client.VerificationError, ValueError, TypeError, x509.ExtensionNotFound) as error:
            reason = str(error).partition(": ErrorStack(")[0]  # what follows is the library's own trace
            continue
        if not reason:
            expired = now is not None and leaf.not_valid_after_utc < now
            remark = (
                f"certificate valid then, expired on {leaf.not_valid_after_utc:%Y-%m-%d}" if expired else ""
            )
            return StampVerdict(True, True, True, at, "", remark, authority.name)
    return StampVerdict(True, True, False, at, reason)


def _signer(found: Any) -> x509.Certificate:
    """The certificate inside the reply that the signature names (its signature is already verified)."""
    (signer,) = found.signed_data.signer_infos
    for body in found.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(body)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            return certificate
    raise ValueError("the signer's certificate is not in the reply")


def _fault_of_signer(leaf: x509.Certificate, found: Any, at: datetime, authority: Authority) -> str:
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        return "the certificate is not for time stamping alone"
    if not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        return "the certificate was not valid at that time"
    policy = found.tst_info.policy.dotted_string
    if authority.policies and policy not in authority.policies:
        return f"policy {policy} is not listed"
    return ""


def dated_size(folder: Path, journal: Journal) -> int:
    """The size of the newest head with a verified stamp, or 0. A malformed authority dates nothing."""
    try:
        authorities = load_authorities(folder)
    except SaisineError:
        return 0
    replies = sorted(journal.heads.glob("*.tsr"), key=lambda path: _size_of(path), reverse=True)
    for path in replies:
        size = _size_of(path)
        try:
            if size > 0 and verify_stamp(path.read_bytes(), journal.head(size), authorities).is_verified:
                return size
        except (OSError, ValueError):
            continue
    return 0


def _size_of(path: Path) -> int:
    head = path.name.split(".", 1)[0]
    return int(head) if head.isdecimal() else -1
