"""What a time-stamp reply proves: V13 to V15 of docs/vault.md, with pinned roots, at the reply's own time.

Three readers look at a reply: our own (fields, chain, names), rfc3161-client (the signature), and openssl when
the library cannot read it. Whatever is given to the library as intermediate is an anchor for it: certificates
taken from a reply are never passed to it, and the chain is checked by `chains` in any case. Its verifier is
built with the constructor's lists because the copies of its builder share one list.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import rfc3161_client
from cryptography import x509

from saisine.vault.authorities import Authority, Qualified
from saisine.vault.chains import CERTIFICATE_FAULTS, HOLDS, Reason, fault_of_chain
from saisine.vault.notes import Head
from saisine.vault.opening import on_day
from saisine.vault.second_reader import SecondReader, find_second_reader
from saisine.vault.tokens import DIGESTS, Token, read_status

# Empty when the signature holds for that authority; the certificate chain is judged before it.
SignatureCheck = Callable[[Authority], Reason]

_GRANTED: Final = 0


@dataclass(frozen=True, slots=True)
class StampVerdict:
    """What a reply proves. The three steps are V13, V14 and V15; None means the step was not reached.

    `reader` names openssl when it had to read in place of the library; `qualified` is what a person noted
    about the authority, never concluded here.
    """

    is_granted: bool | None
    is_ours: bool | None = None
    is_trusted: bool | None = None
    at: datetime | None = None
    reason: Reason = HOLDS
    remark: Reason = HOLDS
    authority: str = ""
    qualified: Qualified = "unknown"
    is_unreadable: bool = False
    reader: str = ""

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
    refused = _fault_of_status(reply)
    if refused:
        return StampVerdict(False, reason=refused)
    try:
        found = rfc3161_client.decode_timestamp_response(reply)
        _ = found.tst_info.gen_time, found.signed_data.certificates  # parsed only when they are looked at
    except (ValueError, TypeError) as error:
        return _read_again(reply, text, authorities, nonce, now, _words_of(error))

    def signed_for(authority: Authority) -> Reason:
        return _fault_of_signature(found, text, authority)

    try:
        token = Token.parse(reply)
    except ValueError as error:
        return StampVerdict(False, reason=_malformed(str(error)))
    return _judge(token, text, authorities, signed_for, nonce, now)


def _fault_of_status(reply: bytes) -> Reason:
    try:
        status = read_status(reply)
    except ValueError as error:
        return _malformed(str(error))
    if status == _GRANTED:
        return HOLDS
    return Reason(
        f"l’autorité n’a pas accordé la date (réponse n° {status})",
        f"the authority did not grant the time (status {status})",
    )


def _malformed(words: str) -> Reason:
    return Reason("ce n’est pas une réponse d’horodatage lisible", f"no readable time-stamp reply: {words}")


def _words_of(error: Exception) -> str:
    """The library's own words, without the trace that follows them."""
    return str(error).partition("ErrorStack(")[0].strip(" :\n") or type(error).__name__


# ---------------------------------------------------------------- judging


def _judge(
    token: Token,
    text: bytes,
    authorities: Sequence[Authority],
    signed_for: SignatureCheck,
    nonce: int | None,
    now: datetime | None,
    reader: str = "",
) -> StampVerdict:
    """The end of V13, V14, then V15 for the first authority whose pinned root holds."""
    if token.version != 1:
        return StampVerdict(False, reason=_malformed(f"version {token.version}"), reader=reader)
    # V14: compared with the text that was signed, not with a value that the reply brings along
    if token.imprint != _digest(text, token.algorithm) or (nonce is not None and token.nonce != nonce):
        return StampVerdict(True, False, None, token.at, _other_bytes(), reader=reader)
    # V15
    reason = Reason("aucune autorité n’est choisie", "no authority is pinned")
    leaf, unnamed = _signer(token)
    for authority in authorities:
        reason = unnamed if leaf is None else fault_of_chain(token, leaf, authority)
        reason = reason or signed_for(authority)
        if leaf is not None and not reason:
            remark = _expired_since(leaf, now)
            return StampVerdict(
                True, True, True, token.at, HOLDS, remark, authority.name, authority.qualified, reader=reader
            )
    return StampVerdict(True, True, False, token.at, reason, reader=reader)


def _other_bytes() -> Reason:
    return Reason("cet horodatage porte sur d’autres octets", "this time stamp is over other bytes")


def _digest(text: bytes, algorithm: str) -> bytes:
    name = DIGESTS.get(algorithm)
    return hashlib.new(name, text).digest() if name else b""


def _signer(token: Token) -> tuple[x509.Certificate | None, Reason]:
    try:
        leaf = token.signer()
        words = "it is not in the reply"
    except CERTIFICATE_FAULTS as error:
        leaf, words = None, _words_of(error)
    return leaf, Reason(
        "le certificat du signataire manque ou est illisible", f"no signer’s certificate: {words}"
    )


def _expired_since(leaf: x509.Certificate, now: datetime | None) -> Reason:
    if now is None or leaf.not_valid_after_utc >= now:
        return HOLDS
    day = on_day(leaf.not_valid_after_utc)
    return Reason(
        f"certificat valable alors, expiré le {day['on_fr']}",
        f"certificate valid then, expired on {day['on_en']}",
    )


def _fault_of_signature(found: rfc3161_client.TimeStampResponse, text: bytes, authority: Authority) -> Reason:
    """What the library has against the signature, for an authority whose chain already holds."""
    try:
        verifier = rfc3161_client.VerifierBuilder(
            roots=list(authority.roots), intermediates=list(authority.intermediates)
        ).build()
        verifier.verify_message(found, text)
    except (rfc3161_client.VerificationError, *CERTIFICATE_FAULTS) as error:
        return Reason("la signature ne tient pas", f"the signature does not hold: {_words_of(error)}")
    return HOLDS


# ---------------------------------------------------------------- the second reader


def _read_again(
    reply: bytes,
    text: bytes,
    authorities: Sequence[Authority],
    nonce: int | None,
    now: datetime | None,
    words: str,
) -> StampVerdict:
    """The verdict of openssl on a reply that the library cannot read."""
    reader = find_second_reader()
    if reader is None:
        reason = Reason(
            "illisible ici, et openssl n’est pas installé pour la relire",
            f"not readable here, and openssl is not installed to read it again: {words}",
        )
        return StampVerdict(False, reason=reason, is_unreadable=True)
    try:
        token = Token.parse(reply)
    except ValueError as error:
        return _not_even_by(reader, reply, str(error))

    def signed_for(authority: Authority) -> Reason:
        return _refusal_of(reader, reply, text, authority, token)

    return _judge(token, text, authorities, signed_for, nonce, now, reader.version)


def _not_even_by(reader: SecondReader, reply: bytes, words: str) -> StampVerdict:
    if not reader.can_read(reply):
        return StampVerdict(False, reason=_malformed(words), reader=reader.version)
    reason = Reason(
        f"lue par {reader.version}, mais pas contrôlée ici : sa forme n’est pas celle de la norme (DER)",
        f"read by {reader.version} but not checked here, its form is not the standard’s (DER): {words}",
    )
    return StampVerdict(False, reason=reason, is_unreadable=True, reader=reader.version)


def _refusal_of(
    reader: SecondReader, reply: bytes, text: bytes, authority: Authority, token: Token
) -> Reason:
    if reader.accepts(reply, text, authority, token.at):
        return HOLDS
    return Reason(f"refusé par {reader.version}", f"refused by {reader.version}")
