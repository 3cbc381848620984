"""Encrypted bundles: plain age files, opened by the `age` program when it is here, else by pyrage."""

import hashlib
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import Sealed, Vault, bundle_age
from saisine.vault.bundle import build_bundle
from saisine.vault.bundle_age import encrypt_bundle, require_age_recipient
from saisine.vault.verify import verify_bundle
from tests.cli.conftest import environment, saisine, warm  # noqa: F401  (fixtures)
from tests.cli.running import Saisine

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PHRASE = "cinq pommes sur la table verte"


def opened(path: Path, identity: pyrage.x25519.Identity, target: Path) -> bytes:
    """What the encrypted file holds, by the real program when there is one."""
    if shutil.which("age") is None:
        return bytes(pyrage.decrypt(path.read_bytes(), [identity]))
    key = target.with_name("key.txt")
    key.write_text(str(identity))
    subprocess.run(["age", "-d", "-i", key, "-o", target, path], check=True, capture_output=True)
    return target.read_bytes()


def test_a_bundle_for_a_recipient_opens_to_the_same_bytes(
    vault: Vault, filled: list[Sealed], tmp_path: Path
) -> None:
    plain, target = tmp_path / "d.zip", tmp_path / "d.zip.age"
    build_bundle(
        vault, [one.item for one in filled], plain, extras={"large.bin": os.urandom(3 << 20)}, now=NOW
    )
    identity = pyrage.x25519.Identity.generate()
    told: list[tuple[int, int | None, str]] = []
    size = encrypt_bundle(
        plain, target, recipient=f" {identity.to_public()}\n", progress=lambda *step: told.append(step)
    )
    assert size == target.stat().st_size
    assert target.read_bytes().startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert opened(target, identity, tmp_path / "out.zip") == plain.read_bytes()
    assert [step[0] for step in told] == sorted(step[0] for step in told)
    assert told[-1][1:] == (plain.stat().st_size, "encrypt")


def test_a_bundle_under_a_passphrase_opens_to_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "d.zip").write_bytes(b"PK" + os.urandom(5000))
    encrypt_bundle(tmp_path / "d.zip", tmp_path / "d.zip.age", passphrase=f"{PHRASE}\r\n")
    body = (tmp_path / "d.zip.age").read_bytes()
    assert body.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert pyrage.passphrase.decrypt(body, PHRASE) == (tmp_path / "d.zip").read_bytes()


def test_what_cannot_be_encrypted_says_why_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, target = tmp_path / "d.zip", tmp_path / "d.zip.age"
    plain.write_bytes(b"12345")
    monkeypatch.setattr(bundle_age, "PASSPHRASE_LIMIT_BYTES", 4)
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    for code, ways in (
        ("bundle_too_large", {"passphrase": PHRASE}),
        ("bundle_passphrase", {"passphrase": " \n"}),
        ("age_recipient", {"recipient": "age1"}),
        ("age_recipient", {"recipient": recipient[:-1] + ("q" if recipient[-1] != "q" else "p")}),
    ):
        with pytest.raises(SaisineError) as caught:
            encrypt_bundle(plain, target, **ways)
        assert caught.value.code == code
        assert list(tmp_path.iterdir()) == [plain]
    target.write_bytes(b"mine")
    with pytest.raises(SaisineError) as caught:
        encrypt_bundle(plain, target, recipient=recipient)
    assert caught.value.code == "bundle_exists"
    assert target.read_bytes() == b"mine"


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_no_text_but_a_recipient_is_taken_for_one(text: str) -> None:
    with pytest.raises(SaisineError) as caught:
        require_age_recipient(text)
    assert caught.value.code == "age_recipient"


def test_a_secret_key_given_by_mistake_is_never_repeated() -> None:
    secret = str(pyrage.x25519.Identity.generate())
    with pytest.raises(SaisineError) as caught:
        require_age_recipient(secret)
    assert secret[20:] not in str(caught.value) + caught.value.sentence("fr")


def test_verifying_an_encrypted_bundle_says_to_open_it_first(tmp_path: Path) -> None:
    (tmp_path / "d.zip.age").write_bytes(pyrage.passphrase.encrypt(b"x", "y"))
    with pytest.raises(SaisineError) as caught:
        verify_bundle(tmp_path / "d.zip.age", now=NOW)
    assert caught.value.code == "bundle_encrypted"
    assert "age -d" in caught.value.sentence("fr")


def test_the_command_writes_an_age_file_and_nothing_in_clear(saisine: Saisine, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "page.txt").write_bytes(b"contenu de la page")
    saisine("init", "espace", "--name", "Essai")
    case = saisine.within("espace")
    case("seal", "page.txt")
    identity = pyrage.x25519.Identity.generate()
    case("export", "0", "-o", "d.zip", "--encrypt-to", str(identity.to_public()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.zip.age", "espace", "page.txt"]
    body = opened(tmp_path / "d.zip.age", identity, tmp_path / "open.zip")
    (tmp_path / "open.zip").write_bytes(body)
    assert verify_bundle(tmp_path / "open.zip", now=NOW).verdict == "verified"
    (tmp_path / "phrase").write_text(f"{PHRASE}\n")
    case("export", "0", "-o", "e.zip.age", "--encrypt-passphrase-file", "phrase")
    again = pyrage.passphrase.decrypt((tmp_path / "e.zip.age").read_bytes(), PHRASE)
    assert hashlib.sha256(again).digest() != hashlib.sha256(body).digest(), "another day, another root folder"
    for more in (["--encrypt-to", "age1x"], ["--encrypt-to", "age1x", "--encrypt-passphrase-file", "x"]):
        case("export", "0", "-o", "f.zip", *more, code=64)
    assert not list(tmp_path.glob("f.zip*"))
