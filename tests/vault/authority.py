"""A time-stamp authority on loopback for the tests: `openssl ts` behind the standard HTTP server."""

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.3.6.1.4.1.99999.1"

CONFIG = f"""
[tsa]
default_tsa = one
[one]
dir = .
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = {POLICY}
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
"""


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class LocalAuthority:
    """One root, one time-stamping certificate, in a folder of its own. `replies` counts what it signed."""

    def __init__(self, folder: Path, name: str = "Autorité inventée", *, usage_only: bool = True) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is absent: no local time-stamp authority")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.replies = 0
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = self._certificate(_name(f"{name} racine"), root_key, None, None)
        leaf = self._certificate(_name(name), key, root, root_key, usage_only=usage_only)
        self.root_pem = root.public_bytes(Encoding.PEM)
        pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for file, body in (("tsa.pem", leaf.public_bytes(Encoding.PEM)), ("tsa.key", pkcs8)):
            (folder / file).write_bytes(body)
        (folder / "root.pem").write_bytes(self.root_pem)
        (folder / "serial").write_text("01\n")
        (folder / "ts.cnf").write_text(CONFIG)

    @staticmethod
    def _certificate(
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        issuer: x509.Certificate | None,
        issuer_key: ec.EllipticCurvePrivateKey | None,
        *,
        usage_only: bool = True,
    ) -> x509.Certificate:
        start = datetime.now(UTC) - timedelta(days=30)
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        )
        if issuer is not None:
            uses = [ExtendedKeyUsageOID.TIME_STAMPING]
            uses += [] if usage_only else [ExtendedKeyUsageOID.CODE_SIGNING]
            built = built.add_extension(x509.ExtendedKeyUsage(uses), critical=True)
        return built.sign(issuer_key or key, hashes.SHA256())

    def reply(self, request: bytes) -> bytes:
        """One reply, as `openssl ts` makes it."""
        self.replies += 1
        query, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
        query.write_bytes(request)
        command = [
            "openssl",
            "ts",
            "-reply",
            "-config",
            "ts.cnf",
            "-queryfile",
            query.name,
            "-out",
            answer.name,
        ]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return answer.read_bytes()

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
