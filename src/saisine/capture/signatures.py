"""C12: the signature that a WACZ may carry over the hash of its list.

Source: WACZ Signing and Verification 0.1.0. Either a bare key signs (`publicKey`, the form of browser
extensions, r || s), or the certificate of a domain (`domain`, `domainCert`, in DER). A right signature says
who holds the key, not who that is: trust stays « not checked » unless the caller pinned that key or
certificate. `created` and `software` beside it are signed by nobody, and its time stamp is not evaluated.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from saisine.capture.findings import Findings, Words, shown

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

_TEXT_SIGNS: Final = 64 << 10


class _Refused(Exception):
    """A signature that does not hold, or that cannot be evaluated when `is_unread`."""

    def __init__(self, words: Words, *, is_unread: bool = False) -> None:
        super().__init__(words[1])
        self.words = words
        self.is_unread = is_unread


def check_signature(signed: object, expected: str, findings: Findings, pinned: frozenset[str]) -> None:
    """C12 over `signedData`; `expected` is the hash that must be signed, as text.

    `pinned` holds SHA-256 in hex of certificates (DER) or public keys (SubjectPublicKeyInfo) that are trusted.
    """
    if signed is None:
        findings.skip("C12", ("aucune signature jointe", "no signature enclosed"))
        return
    try:
        names, prints = _verify(signed, expected)
    except _Refused as error:
        if error.is_unread:
            findings.skip("C12", error.words)
        else:
            findings.fail("C12", error.words)
        return
    findings.good("C12", names)
    if prints & pinned:
        findings.good("C12", ("clé épinglée par la personne qui vérifie", "key pinned by whoever verifies"))
    else:
        findings.skip(
            "C12",
            (
                "la signature est juste, mais rien ici ne dit à qui est cette clé",
                "the signature is right, but nothing here tells whose key it is",
            ),
        )
    if isinstance(signed, dict) and "timeSignature" in signed:
        findings.skip(
            "C12", ("l’horodatage joint n’est pas évalué", "the time stamp enclosed is not evaluated")
        )


def _verify(signed: object, expected: str) -> tuple[Words, set[str]]:
    """Whose signature it is, and the prints of what signed. Raises `_Refused`."""
    if not isinstance(signed, dict):
        raise _Refused(("signature mal formée", "malformed signature"))
    if signed.get("hash") != expected:
        raise _Refused(("la signature porte sur une autre empreinte", "the signature is over another hash"))
    if "domainCert" in signed:
        certificate = _certificate(signed)
        key = _readable_key(certificate.public_key())
        print_ = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
        subject = shown(certificate.subject.rfc4514_string())
        names = (f"certificat {subject}, {print_}", f"certificate {subject}, {print_}")
    else:
        key = _readable_key(_bare_key(signed.get("publicKey")))
        print_ = ""
        names = (f"clé {_print_of(key)}", f"key {_print_of(key)}")
    _require_right(key, _decoded(signed.get("signature")), expected.encode("ascii"))
    return names, {_print_of(key)} | ({print_} if print_ else set())


def _certificate(signed: dict[str, Any]) -> x509.Certificate:
    """The first certificate of the chain; it must name the domain. The chain itself is not evaluated."""
    text = signed["domainCert"]
    if not isinstance(text, str) or len(text) > _TEXT_SIGNS:
        raise _Refused(("certificat mal formé", "malformed certificate"))
    try:
        certificate = x509.load_pem_x509_certificate(text.encode("utf-8"))
        names = list(_names_of(certificate))
    except (ValueError, x509.ExtensionNotFound) as error:
        raise _Refused(("certificat mal formé", "malformed certificate")) from error
    domain = signed.get("domain")
    if not isinstance(domain, str) or not any(_covers(name, domain) for name in names):
        raise _Refused(("le certificat ne nomme pas le domaine", "the certificate does not name the domain"))
    return certificate


def _names_of(certificate: x509.Certificate) -> Iterator[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    yield from (name.lower() for name in found.value.get_values_for_type(x509.DNSName))


def _covers(name: str, domain: str) -> bool:
    """RFC 6125: the same name, or a star in place of its first label."""
    wanted = domain.lower()
    return name == wanted or (name.startswith("*.") and wanted.partition(".")[2] == name[2:])


def _bare_key(text: object) -> object:
    try:
        return load_der_public_key(_decoded(text))
    except ValueError as error:
        raise _Refused(("clé publique mal formée", "malformed public key")) from error


def _readable_key(key: object) -> PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        return key
    raise _Refused(("clé d’un type non lu", "key of a kind that is not read"), is_unread=True)


def _decoded(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > _TEXT_SIGNS:
        raise _Refused(("signature mal formée", "malformed signature"))
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _Refused(("signature mal formée", "malformed signature")) from error


def _print_of(key: PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _require_right(key: PublicKey, signature: bytes, text: bytes) -> None:
    """Raises `_Refused` unless the key signed the text."""
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, text)
            return
        size = (key.curve.key_size + 7) // 8
        if len(signature) == 2 * size:  # r || s, as browsers give it; a DER form is longer
            r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
            signature = encode_dss_signature(r, s)
        key.verify(signature, text, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise _Refused(("la signature est fausse", "the signature is wrong")) from error
