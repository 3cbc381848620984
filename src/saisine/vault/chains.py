"""From the certificate that signed a time stamp to a pinned root, at the moment it states.

The library that checks signatures takes every configured intermediate as an anchor and does not look at
which certificate the signature commits to; `openssl ts -verify` does. These rules close that gap, so that
nothing is accepted here that openssl refuses. Revocation is not looked up: nothing is fetched to verify.
Sources: RFC 5280 section 6, RFC 3161 section 2.3, RFC 5035 section 5.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from saisine.vault.tokens import Token, is_named

if TYPE_CHECKING:
    from saisine.vault.authorities import Authority

# What the certificate library raises on hostile bytes; only the first two have a common ancestor.
CERTIFICATE_FAULTS: Final = (
    ValueError,
    IndexError,  # a field that its structure promises is not there
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
_LONGEST: Final = 8  # certificates in a chain; real ones have three or four
_UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)


class Reason(NamedTuple):
    """Why something does not hold, in French and in English; false when there is nothing to say."""

    fr: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.en)


HOLDS: Final = Reason()


def fault_of_chain(token: Token, leaf: x509.Certificate, authority: "Authority") -> Reason:
    """Why the signer's certificate may not date for this authority, or nothing (V15)."""
    try:
        fault = _fault_of_leaf(token, leaf, authority)
        if fault:
            return fault
        path, fault = _find_path(token, leaf, authority)
        return fault if fault else _fault_of_names(token, path)
    except CERTIFICATE_FAULTS as error:
        return Reason("un certificat est illisible", f"a certificate cannot be read: {error}")


def _fault_of_leaf(token: Token, leaf: x509.Certificate, authority: "Authority") -> Reason:
    usage = _extension(leaf, x509.ExtendedKeyUsage)
    if usage is None or not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        return Reason(
            "le certificat n’est pas réservé à l’horodatage", "the certificate is not for time stamping alone"
        )
    if not _signs_only(leaf):
        return Reason(
            "l’usage de la clé du certificat ne convient pas", "the key usage of the certificate does not fit"
        )
    if token.authority is not None and not is_named(token.authority, leaf):
        return Reason(
            "le nom d’autorité écrit dans la réponse n’est pas celui du certificat",
            "the authority’s name in the reply is not that of its certificate",
        )
    if authority.policies and token.policy not in authority.policies:
        return Reason(
            f"la politique {token.policy} n’est pas dans la liste", f"policy {token.policy} is not listed"
        )
    return _fault_at(leaf, token.at)


def _signs_only(leaf: x509.Certificate) -> bool:
    """Key usage, when given, is for signatures and nothing else (ETSI EN 319 422; openssl asks it too)."""
    usage = _extension(leaf, x509.KeyUsage)
    if usage is None:
        return True
    bits = usage.value
    others = bits.key_encipherment or bits.data_encipherment or bits.key_agreement
    return (bits.digital_signature or bits.content_commitment) and not (
        others or bits.key_cert_sign or bits.crl_sign
    )


def _fault_at(certificate: x509.Certificate, at: datetime) -> Reason:
    if at > certificate.not_valid_after_utc:
        day = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        return Reason(
            f"un certificat avait expiré avant cette heure (le {day})",
            f"a certificate had expired before that time (on {day})",
        )
    if at < certificate.not_valid_before_utc:
        return Reason(
            "un certificat n’était pas encore valable à cette heure",
            "a certificate was not yet valid at that time",
        )
    return HOLDS


# ---------------------------------------------------------------- the path


def _find_path(
    token: Token, leaf: x509.Certificate, authority: "Authority"
) -> tuple[list[x509.Certificate], Reason]:
    """The certificates from the leaf to a pinned root, or why there is no such path."""
    inside = [x509.load_der_x509_certificate(body) for body in token.certificates]
    pool = [*authority.roots, *authority.intermediates, *inside]
    faults: list[Reason] = []
    path = next(_paths([leaf], pool, authority.roots, token.at, faults), None)
    if path is not None:
        return path, HOLDS
    unknown = Reason(
        "le certificat ne mène pas à la racine choisie", "the certificate does not lead to the pinned root"
    )
    return [], faults[0] if faults else unknown


def _paths(
    path: list[x509.Certificate],
    pool: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    faults: list[Reason],
) -> Iterator[list[x509.Certificate]]:
    if path[-1] in roots and is_self_signed(path[-1]):
        yield path
        return
    for issuer in pool if len(path) < _LONGEST else ():
        if issuer in path or not is_issued_by(path[-1], issuer):
            continue
        fault = _fault_of_issuer(issuer, at, below=len(path) - 1)
        if fault:
            faults.append(fault)
            continue
        yield from _paths([*path, issuer], pool, roots, at, faults)


def _fault_of_issuer(issuer: x509.Certificate, at: datetime, below: int) -> Reason:
    """`below` is how many certificates of authorities stand between this one and the leaf."""
    limits = _extension(issuer, x509.BasicConstraints)
    usage = _extension(issuer, x509.KeyUsage)
    may_sign = limits is not None and limits.value.ca and (usage is None or usage.value.key_cert_sign)
    if not may_sign or any(one.critical and one.oid not in _UNDERSTOOD for one in issuer.extensions):
        return Reason(
            "un certificat de la chaîne n’a pas le droit d’en signer d’autres",
            "a certificate of the chain may not sign others",
        )
    longest = limits.value.path_length if limits is not None else None
    if longest is not None and below > longest:
        return Reason(
            "la chaîne est plus longue que ce qu’elle permet", "the chain is longer than it allows itself"
        )
    return _fault_at(issuer, at)


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's name and signature are right; nothing about dates or rights."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Whether a certificate can end a chain: openssl asks that a root be signed by itself."""
    return is_issued_by(certificate, certificate)


def _fault_of_names(token: Token, path: Sequence[x509.Certificate]) -> Reason:
    """The signature commits to its certificate: the first name is the signer's, all are in the chain."""
    bodies = [one.public_bytes(Encoding.DER) for one in path]
    first = bool(token.named) and token.named[0].names(bodies[0])
    if first and all(any(name.names(body) for body in bodies) for name in token.named):
        return HOLDS
    return Reason(
        "la signature ne nomme pas le certificat qui l’a faite",
        "the signature does not name the certificate that made it",
    )


def _extension(certificate: x509.Certificate, kind: type[_Kind]) -> x509.Extension[_Kind] | None:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None
