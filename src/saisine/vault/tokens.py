"""The fields of a time-stamp reply that Saisine judges itself, read from its DER.

Sources: RFC 3161 section 2.4.2 (reply, token), RFC 5652 section 5 (signed data), RFC 5035 (which certificate
signed). Reading proves nothing: the signature is checked elsewhere, over the same bytes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from cryptography import x509

DIGESTS: Final = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_OID, _OCTETS, _INTEGER, _TIME = 0x06, 0x04, 0x02, 0x18


class Der(NamedTuple):
    """One DER value: its tag, its contents, and the bytes of the whole."""

    tag: int
    body: bytes
    whole: bytes

    def items(self) -> list["Der"]:
        """The values inside a constructed one. Raises `ValueError`."""
        return split_der(self.body)


def split_der(data: bytes) -> list[Der]:
    """The DER values that follow each other. Raises `ValueError` on anything torn or not DER."""
    found, start = [], 0
    while start < len(data):
        value = _first(data, start)
        found.append(value)
        start += len(value.whole)
    return found


def _first(data: bytes, start: int) -> Der:
    if len(data) < start + 2 or data[start] & 0x1F == 0x1F:
        raise ValueError("a torn value")
    length, body = data[start + 1], start + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise ValueError("a length that is not DER")
        length, body = int.from_bytes(data[body : body + count], "big"), body + count
    if body + length > len(data):
        raise ValueError("a value longer than its bytes")
    return Der(data[start], data[body : body + length], data[start : body + length])


def _oid(value: Der) -> str:
    if value.tag != _OID or not value.body or value.body[-1] & 0x80:
        raise ValueError("no object identifier")
    numbers, current = [], 0
    for byte in value.body:
        current = current << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(current)
            current = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _integer(value: Der) -> int:
    if value.tag != _INTEGER or not value.body:
        raise ValueError("no integer")
    return int.from_bytes(value.body, "big", signed=True)


def _moment(value: Der) -> datetime:
    """GeneralizedTime in UTC, with or without a fraction (RFC 3161 section 2.4.2)."""
    text = value.body.decode("ascii")
    whole, _, fraction = text.removesuffix("Z").partition(".")
    if value.tag != _TIME or not text.endswith("Z") or not (whole + fraction).isdecimal():
        raise ValueError("no time in UTC")
    at = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return at.replace(microsecond=int(fraction.ljust(6, "0")[:6]) if fraction else 0)


class CertificateId(NamedTuple):
    """How a signature names a certificate: a digest over the certificate's bytes (RFC 5035)."""

    algorithm: str
    digest: bytes

    def names(self, certificate: bytes) -> bool:
        return bool(self.algorithm) and hashlib.new(self.algorithm, certificate).digest() == self.digest


@dataclass(frozen=True, slots=True)
class Token:
    """What a granted reply says; `named` are the certificates its signature commits to, the signer first."""

    version: int
    policy: str
    algorithm: str
    imprint: bytes
    at: datetime
    nonce: int | None
    authority: Der | None
    certificates: tuple[bytes, ...]
    issuer: bytes
    serial: int
    named: tuple[CertificateId, ...]

    @classmethod
    def parse(cls, reply: bytes) -> "Token":
        """Read the token of a granted reply. Raises `ValueError`, and nothing else, on hostile bytes."""
        try:
            return cls._parse(reply)
        except (IndexError, UnicodeDecodeError, OverflowError) as error:
            raise ValueError(f"a field is missing: {error}") from None

    @classmethod
    def _parse(cls, reply: bytes) -> "Token":
        (whole,) = split_der(reply)
        content = whole.items()[1].items()[1].items()[0].items()
        version, policy, imprint, _serial, at, *more = _token_info(content[2]).items()
        algorithm, digest = imprint.items()
        certificates = [one.whole for field in content if field.tag == 0xA0 for one in field.items()]
        (signer,) = content[-1].items()  # RFC 3161: signed by the authority and by nobody else
        parts = signer.items()
        issuer, serial = parts[1].items()
        return cls(
            _integer(version),
            _oid(policy),
            _oid(algorithm.items()[0]),
            digest.body,
            _moment(at),
            next((_integer(one) for one in more if one.tag == _INTEGER), None),
            next((one.items()[0] for one in more if one.tag == 0xA0), None),
            tuple(certificates),
            issuer.whole,
            _integer(serial),
            tuple(_named(parts)),
        )

    def signer(self) -> x509.Certificate | None:
        """The certificate inside the reply that the signature names; None when it is not there."""
        wanted = _plain_name(self.issuer)
        for body in self.certificates:
            certificate = x509.load_der_x509_certificate(body)
            same = _plain_name(certificate.issuer.public_bytes()) == wanted
            if same and certificate.serial_number == self.serial:
                return certificate
        return None


def read_status(reply: bytes) -> int:
    """PKIStatus: 0 is granted (RFC 3161 section 2.4.2). Raises `ValueError`."""
    try:
        return _integer(split_der(reply)[0].items()[0].items()[0])
    except IndexError:
        raise ValueError("no status") from None


def _token_info(content: Der) -> Der:
    """TSTInfo, the signed content."""
    (info,) = split_der(content.items()[1].items()[0].body)
    return info


def _named(signer: Sequence[Der]) -> list[CertificateId]:
    """The certificates named by the signed attributes, of either version; empty when there are none."""
    found = []
    for attribute in next((one.items() for one in signer[2:] if one.tag == 0xA0), []):
        kind, values = attribute.items()
        if _oid(kind) in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2):
            listed = values.items()[0].items()[0].items()
            found += [_certificate_id(one, is_v2=_oid(kind) == _SIGNING_CERTIFICATE_V2) for one in listed]
    return found


def _certificate_id(value: Der, *, is_v2: bool) -> CertificateId:
    first, *rest = value.items()
    if not is_v2:
        return CertificateId("sha1", first.body)  # RFC 2634: a name, no proof by itself
    if first.tag == _OCTETS:
        return CertificateId("sha256", first.body)  # the default of RFC 5035 section 4
    return CertificateId(DIGESTS.get(_oid(first.items()[0]), ""), rest[0].body)


# ---------------------------------------------------------------- names


def is_named(authority: Der, certificate: x509.Certificate) -> bool:
    """Whether the name that a token gives to its authority is one of its certificate (RFC 3161, `tsa`)."""
    if authority.tag == 0xA4 and _plain_name(authority.body) == _plain_name(
        certificate.subject.public_bytes()
    ):
        return True
    try:
        other = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return False
    names = split_der(other.value.public_bytes())[0].items()
    return authority.whole in {name.whole for name in names}


def _plain_name(name: bytes) -> list[list[tuple[str, str]]]:
    """A distinguished name without its string types, case and spaces (RFC 5280 section 7.1)."""
    (sequence,) = split_der(name)
    return [
        sorted((_oid(kind), " ".join(_text(value).lower().split())) for kind, value in _pairs(rdn))
        for rdn in sequence.items()
    ]


def _pairs(rdn: Der) -> list[tuple[Der, Der]]:
    """Kinds with their values. Raises `ValueError` when one has no value."""
    return [(kind, value) for kind, value in (one.items() for one in rdn.items())]


def _text(value: Der) -> str:
    return value.body.decode({0x1E: "utf-16-be", 0x14: "latin-1"}.get(value.tag, "utf-8"), "replace")
