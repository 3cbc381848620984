"""C12: a signature over the hash of the list, by a bare key or by the certificate of a domain."""

import base64
import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from saisine.capture import Check, check_wacz
from tests.capture.build import LIST, good, sha256, with_digest, zipped
from tests.shared import shared_file

FILES = good()
TEXT = sha256(FILES[LIST])
Private = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def b64(body: bytes) -> str:
    return base64.b64encode(body).decode()


def spki(key: Private | rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signature(key: Private, text: str = TEXT, *, is_raw: bool = False) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return b64(key.sign(text.encode()))
    made = key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    if not is_raw:
        return b64(made)
    size = (key.curve.key_size + 7) // 8
    return b64(b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(made)))


def bare(key: Private, **changes: object) -> dict[str, object]:
    return {"hash": TEXT, "publicKey": b64(spki(key)), "signature": signature(key, is_raw=True), **changes}


def certificate(key: Private | rsa.RSAPrivateKey, domain: str = "archive.exemple.test") -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "archive")])
    signer = ec.generate_private_key(ec.SECP256R1())
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(start).not_valid_after(start + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(signer, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(Encoding.PEM).decode()


def findings(signed: object, pinned: frozenset[str] = frozenset()) -> list[Check]:
    body = zipped(with_digest(FILES, signedData=signed))
    return [check for check in check_wacz(io.BytesIO(body), pinned=pinned) if check.n == "C12"]


def states(signed: object, pinned: frozenset[str] = frozenset()) -> list[str]:
    return [check.state for check in findings(signed, pinned)]


KEYS = [
    ec.generate_private_key(ec.SECP256R1()),
    ec.generate_private_key(ec.SECP384R1()),
    ed25519.Ed25519PrivateKey.generate(),
]


@pytest.mark.parametrize("key", KEYS, ids=["P-256", "P-384", "Ed25519"])
def test_a_right_signature_is_verified_and_its_owner_is_not(key: Private) -> None:
    assert states(bare(key)) == ["verified", "not_checked"]
    assert states(bare(key, signature=signature(key))) == ["verified", "not_checked"], "in DER as well"
    pin = hashlib.sha256(spki(key)).hexdigest()
    assert states(bare(key), frozenset({pin})) == ["verified", "verified"]
    assert pin in findings(bare(key))[0].what_fr


@pytest.mark.parametrize("key", KEYS, ids=["P-256", "P-384", "Ed25519"])
def test_a_wrong_signature_is_refused(key: Private) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    assert states(bare(key, publicKey=b64(spki(other)))) == ["failed"]
    assert states(bare(key, signature=signature(key, "sha256:other"))) == ["failed"]
    assert states(bare(key, hash=sha256(b"other"))) == ["failed"], "right, but said to be over another hash"
    assert states(bare(key, hash=sha256(b"other"), signature=signature(key, sha256(b"other")))) == ["failed"]


@pytest.mark.parametrize(
    "signed", [7, [], {}, {"hash": TEXT}, {"hash": TEXT, "publicKey": "é"}, {"hash": TEXT, "publicKey": "AAAA"},
    {"hash": TEXT, "domainCert": 3}, {"hash": TEXT, "domainCert": "-----BEGIN CERTIFICATE-----"},
    bare(KEYS[0], signature="!"), bare(KEYS[0], signature=""),
     bare(KEYS[0], signature=b64(bytes(64))),
    bare(KEYS[0], signature="A" * 70_000)],
)  # fmt: skip
def test_a_malformed_signature_is_refused(signed: object) -> None:
    assert states(signed) == ["failed"]


def test_a_certificate_is_named_and_must_name_its_domain() -> None:
    key = KEYS[0]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signed = {
        "hash": TEXT,
        "signature": signature(key),
        "domain": "archive.exemple.test",
        "domainCert": certificate(key),
    }
    assert states(signed) == ["verified", "not_checked"]
    assert "CN=archive" in findings(signed)[0].what_en
    assert states({**signed, "domain": "autre.exemple.test"}) == ["failed"]
    starred = {**signed, "domainCert": certificate(key, "*.exemple.test")}
    assert states(starred)[0] == "verified"
    assert states({**starred, "domain": "a.b.exemple.test"}) == ["failed"]
    print_ = hashlib.sha256(
        x509.load_pem_x509_certificate(str(signed["domainCert"]).encode()).public_bytes(Encoding.DER)
    ).hexdigest()
    assert states(signed, frozenset({print_})) == ["verified", "verified"]
    assert states({**signed, "timeSignature": "x"}) == ["verified", "not_checked", "not_checked"]


def test_a_key_of_another_kind_is_not_checked() -> None:
    key = rsa.generate_private_key(65537, 2048)
    assert states({"hash": TEXT, "signature": "AAAA", "publicKey": b64(spki(key))}) == ["not_checked"]
    with_domain = {
        "hash": TEXT,
        "signature": "AAAA",
        "domain": "archive.exemple.test",
        "domainCert": certificate(key),
    }
    assert states(with_domain) == ["not_checked"]


def test_the_shared_signed_capture_is_verified_and_its_certificate_named() -> None:
    path = shared_file("vectors/wacz/valid_signed_example_1.wacz")
    found = [check for check in check_wacz(path) if check.n == "C12"]
    assert [check.state for check in found] == ["verified", "not_checked", "not_checked"]
    assert "CN=btrix-sign-test.webrecorder.net" in found[0].what_fr
