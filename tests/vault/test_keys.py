"""What opens a vault: passphrase, officers, rotation; and what a stop in the middle of a change leaves."""

import shutil
import sqlite3
from pathlib import Path

import pyrage
import pytest

from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault, keys, rotation, secret_files, store
from saisine.vault.checks import load_policy
from saisine.vault.deriving import lock_with, unlock_with
from saisine.vault.notes import VerifierKey
from saisine.vault.secret_files import identity_in, require_passphrase
from saisine.vault.snapshot import Policy
from saisine.vault.verify import verify_vault
from tests.vault.conftest import Ticking

OLD, NEW = "cinq mots que je garde", "d’autres mots que je garde"


@pytest.fixture
def protected(tmp_path: Path, clock: Ticking) -> Path:
    folder = tmp_path / "protected"
    with Vault.create(folder, clock=clock, passphrase=OLD) as vault:
        vault.seal(SealItem("un.txt", b"premier"))
        vault.part_keys.create(vault.new_unit(), "part-0000.parquet")
    return folder


def refused(folder: Path, clock: Ticking, passphrase: str | None, recovery: str | None = None) -> str:
    with pytest.raises(SaisineError) as caught:
        Vault.open(folder, clock=clock, passphrase=passphrase, recovery=recovery)
    return caught.value.code


def test_a_changed_passphrase_opens_and_the_old_one_no_longer_does(protected: Path, clock: Ticking) -> None:
    with Vault.open(protected, clock=clock, passphrase=OLD) as vault:
        rotation.change_passphrase(vault, NEW)
        item = vault.items()[0].item
    assert refused(protected, clock, OLD) == "passphrase_wrong"
    with Vault.open(protected, clock=clock, passphrase=NEW) as vault:
        assert vault.read_bytes(item) == b"premier"
    report = verify_vault(protected, now=clock(), passphrase=NEW)
    assert report.verdict == "verified", report.failures()


def test_a_first_passphrase_leaves_no_readable_key_behind(vault: Vault, clock: Ticking) -> None:
    vault.seal(SealItem("un.txt", b"premier"))
    secret = (vault.folder / "keys" / secret_files.UNPROTECTED_NAME).read_bytes()
    rotation.change_passphrase(vault, NEW)
    assert vault.is_protected
    bodies = [path.read_bytes() for path in (vault.folder / "keys").rglob("*") if path.is_file()]
    identity = secret_files.Secrets.from_bytes(secret).identity.encode()
    assert not any(identity in body for body in bodies)
    assert refused(vault.folder, clock, None) == "passphrase_needed"


@pytest.mark.parametrize("passphrase", ["", "  \n"])
def test_an_empty_passphrase_is_refused(vault: Vault, passphrase: str) -> None:
    with pytest.raises(SaisineError) as caught:
        rotation.change_passphrase(vault, passphrase)
    assert caught.value.code == "passphrase_empty"
    assert not vault.is_protected


@pytest.mark.parametrize("is_logged", [True, False], ids=["logged", "not logged"])
def test_a_change_stopped_in_the_middle_ends_on_one_side(
    protected: Path, clock: Ticking, monkeypatch: pytest.MonkeyPatch, *, is_logged: bool
) -> None:
    """Stopped before its line, the old passphrase holds; after it, the new one."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with Vault.open(protected, clock=clock, passphrase=OLD) as vault:
        monkeypatch.setattr(*(rotation, "apply") if is_logged else (Vault, "write_act"), stop)
        with pytest.raises(KeyboardInterrupt):
            rotation.change_passphrase(vault, NEW)
    monkeypatch.undo()
    with Vault.open(protected, clock=clock, passphrase=NEW if is_logged else OLD) as vault:
        assert vault.read_bytes("0" if is_logged else vault.items()[0].item) == b"premier"
    assert refused(protected, clock, OLD if is_logged else NEW) == "passphrase_wrong"
    assert not (protected / "keys" / secret_files.NEXT_NAME).exists()
    assert verify_vault(protected, now=clock(), passphrase=NEW if is_logged else OLD).verdict == "verified"


# ------------------------------------------------------------------ officers


def test_two_officers_open_the_vault_when_the_passphrase_is_lost(protected: Path, clock: Ticking) -> None:
    people = {name: rotation.new_identity() for name in ("Présidente", "Trésorier")}
    with Vault.open(protected, clock=clock, passphrase=OLD) as vault:
        for name, (_, recipient) in people.items():
            rotation.add_officer(vault, name, recipient)
        assert [one.name for one in rotation.officers(vault)] == list(people)
    for secret, _ in people.values():
        with Vault.open(protected, clock=clock, recovery=secret) as vault:
            assert vault.read_bytes(vault.items()[0].item) == b"premier"
    secret = people["Trésorier"][0]
    with Vault.open(protected, clock=clock, recovery=secret) as vault:
        rotation.change_passphrase(vault, NEW)
    with Vault.open(protected, clock=clock, passphrase=NEW) as vault:
        gone = rotation.remove_officer(vault, "Présidente")
        assert gone.recipient == people["Présidente"][1]
    assert refused(protected, clock, None, people["Présidente"][0]) == "recovery_refused"
    with Vault.open(protected, clock=clock, recovery=secret) as vault:
        assert vault.items()
    assert b"sidente" not in b"".join(p.read_bytes() for p in protected.rglob("*") if p.is_file())
    assert verify_vault(protected, now=clock(), passphrase=NEW).verdict == "verified"


def test_officers_are_refused_in_words(protected: Path, vault: Vault, clock: Ticking) -> None:
    secret, recipient = rotation.new_identity()
    with pytest.raises(SaisineError) as caught:
        rotation.add_officer(vault, "Présidente", recipient)
    assert caught.value.code == "recovery_unprotected"
    assert refused(protected, clock, None, secret) == "recovery_missing"
    with Vault.open(protected, clock=clock, passphrase=OLD) as opened:
        rotation.add_officer(opened, "Présidente", recipient)
        for wrong, code in ((recipient, "recovery_known"), ("age1abc", "recovery_malformed")):
            with pytest.raises(SaisineError) as caught:
                rotation.add_officer(opened, "Autre", wrong)
            assert caught.value.code == code
        with pytest.raises(SaisineError) as caught:
            rotation.remove_officer(opened, "Inconnue")
        assert caught.value.code == "recovery_unknown"


def test_an_officers_file_is_the_one_that_the_age_program_reads(tmp_path: Path) -> None:
    secret, recipient = rotation.new_identity()
    rotation.write_identity(tmp_path / "officer.txt", secret, recipient, "2026-11-21")
    text = (tmp_path / "officer.txt").read_text("utf-8")
    assert identity_in(text) == secret
    assert (tmp_path / "officer.txt").stat().st_mode & 0o077 == 0
    assert pyrage.x25519.Identity.from_str(identity_in(text)).to_public() is not None
    for damaged in ("", "# only a comment\n", f"{secret}\n{secret}\n"):
        with pytest.raises(SaisineError) as caught:
            identity_in(damaged)
        assert caught.value.code == "recovery_refused"


# ------------------------------------------------------------------ rotation


def test_after_a_rotation_everything_opens_and_the_oldest_key_still_vouches(
    protected: Path, clock: Ticking
) -> None:
    pinned = VerifierKey.from_text((protected / "trust" / "vault.vkey").read_text())
    with Vault.open(protected, clock=clock, passphrase=OLD) as vault:
        wrapped = {path: path.read_bytes() for path in (protected / "keys").rglob("*/*.age")}
        rotation.rotate(vault, OLD)
        rotation.rotate(vault, OLD)
        vault.seal(SealItem("deux.txt", b"second"))
        assert vault.read_bytes("0") == b"premier"
    assert all(path.read_bytes() != body for path, body in wrapped.items())
    with Vault.open(protected, clock=clock, passphrase=OLD) as vault:
        assert [vault.read_bytes(row.item) for row in vault.items()] == [b"premier", b"second"]
        assert vault.keys.secrets.retired == ()
    own = verify_vault(protected, now=clock(), passphrase=OLD)
    assert own.verdict == "verified", own.failures()
    outside = verify_vault(protected, now=clock(), passphrase=OLD, policy=Policy((pinned,)))
    assert outside.verdict == "verified", outside.failures()
    newest, _ = load_policy(protected)
    late = verify_vault(protected, now=clock(), passphrase=OLD, policy=Policy(newest.vkeys[-1:]))
    assert "V08" in {
        check.id for check in late.failures()
    }  # the newest key alone never signed the first heads


def test_a_key_that_no_line_declares_is_not_followed(vault: Vault, clock: Ticking, tmp_path: Path) -> None:
    vault.seal(SealItem("un.txt", b"premier"))
    with Vault.create(tmp_path / "forged", clock=clock) as other:
        stranger = other.folder / "trust"
        (vault.folder / "trust" / "keys").mkdir()
        for suffix in ("vkey", "pem"):
            shutil.copy(
                vault.folder / "trust" / f"vault.{suffix}", vault.folder / "trust" / "keys" / f"0.{suffix}"
            )
            text = (stranger / f"vault.{suffix}").read_text().replace(other.origin, vault.origin)
            (vault.folder / "trust" / f"vault.{suffix}").write_text(text)
    assert {check.id for check in verify_vault(vault.folder, now=clock()).failures()} >= {"V08"}


@pytest.mark.parametrize("step", ["apply", "keep_trust", "finish_rotation"])
def test_a_rotation_stopped_at_any_step_is_finished_at_the_next_opening(
    protected: Path, clock: Ticking, step: str
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with Vault.open(protected, clock=clock, passphrase=OLD) as vault, pytest.MonkeyPatch.context() as patched:
        patched.setattr(rotation, step, stop)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(vault, OLD)
    with Vault.open(protected, clock=clock, passphrase=OLD) as vault:
        assert vault.read_bytes(vault.items()[0].item) == b"premier"
        assert vault.keys.secrets.retired == ()
    report = verify_vault(protected, now=clock(), passphrase=OLD)
    assert report.verdict == "verified", report.failures()


def test_a_rotation_asks_for_the_present_passphrase(protected: Path, clock: Ticking) -> None:
    with Vault.open(protected, clock=clock, passphrase=OLD) as vault:
        for wrong, code in ((None, "passphrase_needed"), (NEW, "passphrase_wrong")):
            with pytest.raises(SaisineError) as caught:
                rotation.rotate(vault, wrong)
            assert caught.value.code == code
    assert verify_vault(protected, now=clock(), passphrase=OLD).verdict == "verified"


# ------------------------------------------------------------------ files


@pytest.mark.slow
def test_the_slow_derivation_tells_its_progress_and_gives_the_same(tmp_path: Path) -> None:
    told: list[tuple[int, int | None, str]] = []
    locked = lock_with(b"secrets", OLD, lambda *facts: told.append(facts))
    assert unlock_with(locked, OLD) == b"secrets"
    assert unlock_with(locked, OLD, lambda *facts: told.append(facts)) == b"secrets"
    assert told
    assert all(total is not None and 0 <= done <= total for done, total, _ in told)
    with pytest.raises(SaisineError) as caught:
        unlock_with(locked, NEW, lambda *_: None)
    assert caught.value.code == "passphrase_wrong"


def test_two_exchanged_or_damaged_key_files_are_named(vault: Vault, clock: Ticking) -> None:
    vault.seal(SealItem("un.txt", b"premier"))
    vault.seal(SealItem("deux.txt", b"second"))
    first, second = sorted((vault.folder / "keys" / "units").iterdir())
    bodies = first.read_bytes(), second.read_bytes()
    first.write_bytes(bodies[1])
    second.write_bytes(bodies[0])
    report = verify_vault(vault.folder, now=clock())
    for path in (first, second):
        assert any(path.name in check.detail_fr for check in report.failures())


def test_a_unit_of_a_tampered_log_leads_nowhere_else(vault: Vault) -> None:
    for unit in ("../../objects", "a/b", ""):
        with pytest.raises(SaisineError) as caught:
            vault.keys.destroy_unit(unit)
        assert caught.value.code == "unit_unknown"


def make_legacy(folder: Path) -> None:
    """Put the keys back into the SQLite file of 0.1.0."""
    store = keys.KeyStore.open(folder / "keys", None)
    recipient = [pyrage.x25519.Identity.from_str(store.secrets.identity).to_public()]
    connection = sqlite3.connect(folder / "keys" / "units.db")
    connection.executescript(
        "CREATE TABLE units (unit TEXT PRIMARY KEY, recipient TEXT, identity_wrapped BLOB, created TEXT, "
        "destroyed_at TEXT); CREATE TABLE parts (unit TEXT, part TEXT, key_wrapped BLOB)"
    )
    for unit in store.units():
        identity = store.identity_of(unit)
        body = pyrage.encrypt(str(identity).encode(), recipient)
        row = (unit, str(identity.to_public()), body, "2026-11-21T00:00:00.000Z")
        connection.execute("INSERT INTO units VALUES (?, ?, ?, ?, NULL)", row)
    for unit in (path.name for path in (folder / "keys" / "parts").iterdir()):
        body = pyrage.encrypt(store.part(unit, "p"), recipient)
        connection.execute("INSERT INTO parts VALUES (?, 'p', ?)", (unit, body))
    connection.commit()
    connection.close()
    shutil.rmtree(folder / "keys" / "units")
    shutil.rmtree(folder / "keys" / "parts")


def test_the_key_file_of_the_first_version_is_taken_over(vault: Vault, clock: Ticking) -> None:
    sealed = vault.seal(SealItem("un.txt", b"premier"))
    key = vault.part_keys.create(sealed.unit, "p")
    vault.close()
    make_legacy(vault.folder)
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"  # without writing anything
    assert (vault.folder / "keys" / "units.db").exists()
    with Vault.open(vault.folder, clock=clock) as again:
        assert again.read_bytes(sealed.item) == b"premier"
        assert again.part_keys.get(sealed.unit, "p") == key
    assert not (vault.folder / "keys" / "units.db").exists()
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("", "passphrase_empty"),
        (" \t", "passphrase_empty"),
        ("a", "passphrase_short"),
        (" onze signes ", "passphrase_short"),
    ],
)
def test_a_passphrase_too_short_is_refused_before_anything_is_written(
    folder: Path, clock: Ticking, phrase: str, code: str
) -> None:
    with pytest.raises(SaisineError) as caught:
        Vault.create(folder, clock=clock, passphrase=phrase)
    assert caught.value.code == code
    assert not folder.exists()
    with Vault.create(folder, clock=clock) as vault:
        before = vault.journal.size
        with pytest.raises(SaisineError) as caught:
            rotation.change_passphrase(vault, phrase)
        assert (caught.value.code, vault.is_protected, vault.journal.size) == (code, False, before)


def test_a_short_passphrase_says_its_count_and_twelve_signs_are_enough() -> None:
    assert require_passphrase("douze signes") == "douze signes"
    with pytest.raises(SaisineError) as caught:
        require_passphrase("é")
    assert "1 signe." in caught.value.what("fr")
    assert "Il en faut 12" in caught.value.why("fr")


def test_an_old_vault_with_a_short_passphrase_still_opens(
    folder: Path, clock: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "require_passphrase", str)  # as it was made before the rule
    Vault.create(folder, clock=clock, passphrase="a").close()
    with Vault.open(folder, clock=clock, passphrase="a") as vault:
        assert vault.is_protected
