"""A time-stamp authority on loopback for the tests: `openssl ts` behind the standard HTTP server."""

import contextlib
import hashlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.3.6.1.4.1.99999.1"

CONFIG = """
[tsa]
default_tsa = one
[one]
dir = .
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
signer_digest = {digest}
default_policy = {policy}
digests = sha1, sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = {tsa_name}
ess_cert_id_chain = {ess_chain}
ess_cert_id_alg = {ess_digest}
{certs}
"""

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Shape:
    """How a local authority is made. `days` bounds the validity of the signer, counted from today."""

    key: str = "ec"
    digest: str = "sha256"
    policy: str = POLICY
    intermediates: int = 0
    sends_chain: bool = True
    tsa_name: bool = False
    ess_chain: bool = False
    ess_digest: str = "sha1"
    usages: tuple[str, ...] = ("time",)
    usage_is_critical: bool = True
    key_usage: str | None = None
    days: tuple[int, int] = (-30, 3650)
    root_days: tuple[int, int] = (-60, 3700)
    intermediate_is_ca: bool = True


_USAGES = {"time": ExtendedKeyUsageOID.TIME_STAMPING, "code": ExtendedKeyUsageOID.CODE_SIGNING}


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _make_key(kind: str) -> Key:
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def der(tag: int, body: bytes) -> bytes:
    """One DER value."""
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


_OIDS = {
    "sha1": "06052b0e03021a",
    "sha256": "0609608648016503040201",
    "policy": "06092b06010401868d1f01",  # 1.3.6.1.4.1.99999.1
}


def build_info(
    text: bytes,
    at: datetime,
    *,
    digest: str = "sha256",
    version: int = 1,
    authority: x509.Name | None = None,
) -> bytes:
    """TSTInfo (RFC 3161 section 2.4.2) over a text, with whatever time, version and name."""
    algorithm = der(0x30, bytes.fromhex(_OIDS[digest]) + b"\x05\0")
    imprint = der(0x30, algorithm + der(0x04, hashlib.new(digest, text).digest()))
    moment = der(0x18, f"{at:%Y%m%d%H%M%SZ}".encode())
    body = (
        der(0x02, bytes([version])) + bytes.fromhex(_OIDS["policy"]) + imprint + der(0x02, b"\x07") + moment
    )
    if authority is not None:
        body += der(0xA0, der(0xA4, authority.public_bytes()))
    return der(0x30, body)


class LocalAuthority:
    """Root, intermediates and one time-stamping certificate, in a folder. `replies` counts what it signed."""

    def __init__(
        self,
        folder: Path,
        name: str = "Autorité inventée",
        *,
        usage_only: bool = True,
        shape: Shape | None = None,
    ) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is absent: no local time-stamp authority")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.replies = 0
        self.shape = shape or Shape(usages=("time",) if usage_only else ("time", "code"))
        self._make_chain(name)
        (folder / "serial").write_text("01\n")
        certs = "certs = ./chain.pem" if self.chain and self.shape.sends_chain else ""
        yes = {True: "yes", False: "no"}
        config = CONFIG.format(
            digest=self.shape.digest,
            policy=self.shape.policy,
            tsa_name=yes[self.shape.tsa_name],
            ess_chain=yes[self.shape.ess_chain],
            ess_digest=self.shape.ess_digest,
            certs=certs,
        )
        (folder / "ts.cnf").write_text(config)

    def _make_chain(self, name: str) -> None:
        shape = self.shape
        key = _make_key(shape.key)
        root = _certificate(_name(f"{name} racine"), key, None, None, days=shape.root_days, is_ca=True)
        self.root_pem = _pem(root)
        issuer, issuer_key, self.chain = root, key, []
        for number in range(shape.intermediates):
            own = _make_key(shape.key)
            issuer = _certificate(
                _name(f"{name} intermédiaire {number}"),
                own,
                issuer,
                issuer_key,
                days=shape.root_days,
                is_ca=shape.intermediate_is_ca,
            )
            issuer_key = own
            self.chain.append(issuer)
        signer_key = _make_key(shape.key)
        self.signer = _certificate(
            _name(name), signer_key, issuer, issuer_key, days=shape.days, is_ca=False, shape=shape
        )
        pkcs8 = signer_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        files = {"tsa.pem": _pem(self.signer), "tsa.key": pkcs8, "root.pem": self.root_pem}
        files["chain.pem"] = self.chain_pem
        for file, body in files.items():
            (self.folder / file).write_bytes(body)

    @property
    def chain_pem(self) -> bytes:
        """The intermediates, the one that issued the signer first."""
        return b"".join(map(_pem, reversed(self.chain)))

    def use_key_of(self, other: "LocalAuthority") -> None:
        """Sign with another signer's key and certificate, and go on sending one's own chain."""
        for file in ("tsa.pem", "tsa.key"):
            shutil.copy(other.folder / file, self.folder / file)

    def reply(self, request: bytes) -> bytes:
        """One reply, as `openssl ts` makes it."""
        self.replies += 1
        query, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
        query.write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", "ts.cnf", "-queryfile", query.name]
        command += ["-out", answer.name]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return answer.read_bytes()

    def sign(self, info: bytes, *, names_itself: bool = True, also: "LocalAuthority | None" = None) -> bytes:
        """A granted reply around any TSTInfo, signed by `openssl cms`: what `openssl ts` would refuse to say.

        `names_itself` adds the attribute that commits to the signer's certificate; `also` signs as well.
        """
        (self.folder / "info.der").write_bytes(info)
        command = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-md", "sha256", "-outform", "DER"]
        command += ["-in", "info.der", "-out", "token.der", "-econtent_type", "1.2.840.113549.1.9.16.1.4"]
        command += ["-signer", "tsa.pem", "-inkey", "tsa.key"]
        if also is not None:
            command += ["-signer", str(also.folder / "tsa.pem"), "-inkey", str(also.folder / "tsa.key")]
        command += ["-cades"] if names_itself else []
        command += ["-certfile", "chain.pem"] if self.chain and self.shape.sends_chain else []
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return der(0x30, der(0x30, der(0x02, b"\0")) + (self.folder / "token.der").read_bytes())

    def __call__(self, url: str, request: bytes, /) -> bytes:
        """As a stamper that needs no HTTP."""
        return self.reply(request)

    @contextlib.contextmanager
    def serve(self, *, kind: str = "application/timestamp-reply", page: bytes | None = None) -> Iterator[str]:
        """The address on loopback; `page` answers with that body instead (a proxy's error page)."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = authority.reply(body) if page is None else page
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """The test's output stays readable."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/tsa"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _certificate(
    subject: x509.Name,
    key: Key,
    issuer: x509.Certificate | None,
    issuer_key: Key | None,
    *,
    days: tuple[int, int],
    is_ca: bool,
    shape: Shape | None = None,
) -> x509.Certificate:
    today = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today + timedelta(days=days[0]))
        .not_valid_after(today + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if shape is not None:
        uses = x509.ExtendedKeyUsage([_USAGES[usage] for usage in shape.usages])
        built = built.add_extension(uses, critical=shape.usage_is_critical) if shape.usages else built
        built = built.add_extension(_key_usage(shape.key_usage), True) if shape.key_usage else built
    return built.sign(issuer_key or key, hashes.SHA256())


def _key_usage(kind: str) -> x509.KeyUsage:
    """`sign` for signatures alone, `both` for signatures and encryption."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=kind == "both",
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
