"""Authorities: chosen with their whole description in the log, given up without losing what they dated."""

import hashlib
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault
from saisine.vault.authorities import (
    Authority,
    choose_authority,
    free_name,
    is_asking,
    load_authorities,
    load_presets,
    retire_authority,
)
from saisine.vault.chains import is_self_signed
from saisine.vault.checks import load_policy
from saisine.vault.dates import check_order, check_pinned_roots, check_stamps
from saisine.vault.report import Check
from saisine.vault.snapshot import Snapshot
from saisine.vault.stamps import (
    NotAReply,
    StampResult,
    pending_authorities,
    size_to_date,
    stamp_newest,
)
from tests.vault.authority import LocalAuthority, Shape

URL = "http://127.0.0.1:1/"


def now() -> datetime:
    return datetime.now(UTC)


def eight(count: int) -> bytes:
    return bytes(count)


@pytest.fixture
def local(tmp_path: Path) -> LocalAuthority:
    return LocalAuthority(tmp_path / "tsa", shape=Shape(intermediates=1, sends_chain=False))


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with Vault.create(tmp_path / "dated", clock=now) as made:
        made.seal(SealItem("a.txt", b"abc"))
        yield made


def choose(vault: Vault, local: LocalAuthority, name: str = "locale") -> Authority:
    return choose_authority(vault, name, URL, local.root_pem, intermediates=[local.chain_pem])


def stamp(vault: Vault, local: LocalAuthority, at: datetime | None = None) -> list[StampResult]:
    return stamp_newest(vault, now=at or now(), random=eight, stamper=local, clock=now)


def findings(vault: Vault) -> list[Check]:
    """V13 to V17, and the other half of V15."""
    policy, failures = load_policy(vault.folder)
    snapshot = Snapshot.load(vault.folder, vault.origin)
    return [*failures, *check_stamps(snapshot, policy, now()), *check_pinned_roots(snapshot)]


def failed(vault: Vault) -> list[str]:
    return [check.detail_fr for check in findings(vault) if check.state == "failed"]


def test_a_chosen_authority_dates_and_its_files_are_listed_for_sha256sum(
    vault: Vault, local: LocalAuthority
) -> None:
    choose(vault, local)
    (result,) = stamp(vault, local)
    assert result.state == "dated"
    assert result.offset_ms is not None
    assert abs(result.offset_ms) < 60_000
    assert failed(vault) == []
    folder = vault.folder / "trust" / "tsa"
    told = subprocess.run(
        ["sha256sum", "-c", "locale.sha256"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert told.stdout.count(": ") == 3


@pytest.mark.parametrize("name", ["locale.yaml", "locale.pem", "locale-chain-1.pem", "locale.sha256"])
def test_a_changed_file_of_a_description_is_named(vault: Vault, local: LocalAuthority, name: str) -> None:
    choose(vault, local)
    path = vault.folder / "trust" / "tsa" / name
    path.write_bytes(path.read_bytes() + b"\n")
    found = failed(vault)
    assert len(found) == 1
    assert f"trust/tsa/{name}" in found[0]


def test_a_description_rewritten_with_its_list_is_not_the_logged_one(
    vault: Vault, local: LocalAuthority
) -> None:
    choose(vault, local)
    folder = vault.folder / "trust" / "tsa"
    yaml, listed = folder / "locale.yaml", folder / "locale.sha256"
    before = hashlib.sha256(yaml.read_bytes()).hexdigest()
    yaml.write_bytes(yaml.read_bytes().replace(b"127.0.0.1", b"127.0.0.2"))
    after = hashlib.sha256(yaml.read_bytes()).hexdigest()
    listed.write_text(listed.read_text().replace(before, after))
    assert failed(vault) == [
        "trust/tsa/locale.sha256 : ce fichier n’est pas celui qui a été inscrit au journal"
    ]
    listed.unlink()
    assert "trust/tsa/locale.yaml" in failed(vault)[0]


def test_a_line_of_before_holds_the_root_alone_and_is_still_accepted(
    vault: Vault, local: LocalAuthority
) -> None:
    """What earlier versions wrote: no list of hashes, and the certificate's hash in the log."""
    choose(vault, local)
    folder = vault.folder / "trust" / "tsa"
    for old, new in (("locale.pem", "ancienne.pem"), ("locale-chain-1.pem", "chaine.pem")):
        (folder / old).rename(folder / new)
    (folder / "locale.sha256").unlink()
    (folder / "locale.yaml").rename(folder / "ancienne.yaml")
    (folder / "ancienne.yaml").write_text(f"url: {URL}\nroot: ancienne.pem\nintermediates: [chaine.pem]\n")
    assert len(failed(vault)) == 1
    digest = hashlib.sha256(local.root_pem).hexdigest()
    vault.write_lines([{"act": "note", "code": "authority", "root": digest}])
    assert failed(vault) == []
    # The logged certificate kept as an intermediate does not make another root acceptable.
    other = LocalAuthority(vault.folder.parent / "other")
    (folder / "forgee.pem").write_bytes(other.root_pem)
    (folder / "ancienne.yaml").write_text(f"url: {URL}\nroot: forgee.pem\nintermediates: [ancienne.pem]\n")
    assert len(failed(vault)) == 1


def test_a_removed_authority_is_asked_no_more_and_its_dates_stay(vault: Vault, local: LocalAuthority) -> None:
    choose(vault, local)
    stamp(vault, local)
    retire_authority(vault, "locale", now=now())
    vault.seal(SealItem("b.txt", b"def"))
    assert pending_authorities(vault.folder, vault.journal) == []
    with pytest.raises(SaisineError, match="No third party"):
        stamp(vault, local)
    assert local.replies == 1
    assert failed(vault) == []
    assert "verified" in {check.state for check in findings(vault) if check.id == "V15"}
    for again in (lambda: retire_authority(vault, "locale", now=now()), lambda: choose(vault, local)):
        with pytest.raises(SaisineError, match="locale"):
            again()
    (vault.folder / "trust" / "tsa" / "locale.retired").unlink()
    assert "encore interrogée" in failed(vault)[0]


def test_a_mark_without_a_line_is_not_checked(vault: Vault, local: LocalAuthority) -> None:
    choose(vault, local)
    (vault.folder / "trust" / "tsa" / "locale.retired").write_text("")
    (found,) = [check for check in findings(vault) if "retired" in check.detail_fr]
    assert (found.id, found.state) == ("V15", "not_checked")


@pytest.mark.parametrize("fault", ["name", "url", "root", "intermediate", "policy", "qualified", "pem"])
def test_a_description_that_cannot_serve_is_refused_before_anything_is_written(
    vault: Vault, local: LocalAuthority, tmp_path: Path, fault: str
) -> None:
    other = LocalAuthority(tmp_path / "other", shape=Shape(intermediates=1))
    size = vault.journal.size
    pem = {"root": other.chain_pem, "pem": b"-----BEGIN"}.get(fault, local.root_pem)
    chain = [other.chain_pem] if fault == "intermediate" else []
    facts = {"policy": {"policies": ["un"]}, "qualified": {"qualified": "peut-être"}}.get(fault)
    name, url = ("../etc" if fault == "name" else "x"), ("file:///etc" if fault == "url" else URL)
    with pytest.raises(SaisineError) as caught:
        choose_authority(vault, name, url, pem, intermediates=chain, facts=facts)
    assert caught.value.code == "authority_malformed"
    assert "Reason(" not in caught.value.sentence("fr")
    assert vault.journal.size == size
    assert list((vault.folder / "trust" / "tsa").iterdir()) == []


def test_presets_have_a_self_signed_root_and_say_that_nobody_tried_them() -> None:
    found = load_presets()
    assert 3 <= len(found) <= 4
    for preset in found:
        assert is_self_signed(preset.root)
        assert preset.root.not_valid_after_utc > datetime(2031, 1, 1, tzinfo=UTC)
        assert (preset.qualified, preset.checked_on) == ("unknown", None)
        assert preset.note_fr == "jamais essayée depuis ce logiciel"
        assert preset.url.startswith("http")


def test_a_preset_whose_service_leads_elsewhere_dates_nothing(vault: Vault, local: LocalAuthority) -> None:
    preset = load_presets()[0]
    choose_authority(vault, preset.name, preset.url, preset.root_pem, facts=preset.facts())
    (result,) = stamp(vault, local)
    assert result.state == "refused"
    assert result.reason_fr == "le certificat ne mène pas à la racine choisie"
    assert list(vault.journal.heads.glob("*.tsr*")) == []
    assert len(list((vault.folder / "lost").glob("*.refused.tsr"))) == 1
    assert failed(vault) == [], "a wrong answer of a third party is no fault of the vault"


# ---------------------------------------------------------------- the queue


def test_a_refusal_does_not_make_an_endless_loop(vault: Vault, local: LocalAuthority) -> None:
    def page(url: str, request: bytes, /) -> bytes:
        raise NotAReply(_reason(), b"<html>")

    choose(vault, local)
    wanted = vault.journal.size
    start = now()
    for minutes in (0, 1, 6, 21, 59):
        stamp_newest(vault, now=start + timedelta(minutes=minutes), random=eight, stamper=page)
        assert [one.name for one in pending_authorities(vault.folder, vault.journal)] == ["locale"]
    assert vault.journal.size == wanted + 1, "one line an hour"
    assert size_to_date(vault.journal.entries) == wanted
    stamp_newest(vault, now=start + timedelta(minutes=61), random=eight, stamper=page)
    assert vault.journal.size == wanted + 2
    stamp(vault, local)
    assert pending_authorities(vault.folder, vault.journal) == []


def _reason():  # type: ignore[no-untyped-def]
    from saisine.vault.chains import Reason

    return Reason("une page", "a page")


def test_a_head_dated_before_a_refusal_still_counts(vault: Vault, local: LocalAuthority) -> None:
    choose(vault, local)
    stamp(vault, local)
    vault.write_lines([{"act": "note", "code": "stamp_refused", "root": "0" * 64}])
    assert pending_authorities(vault.folder, vault.journal) == []
    vault.seal(SealItem("b.txt", b"def"))
    assert len(pending_authorities(vault.folder, vault.journal)) == 1


def test_only_the_named_authorities_are_asked(vault: Vault, local: LocalAuthority, tmp_path: Path) -> None:
    choose(vault, local, "une")
    choose(vault, local, "deux")
    results = stamp_newest(vault, now=now(), random=eight, stamper=local, only=["deux"])
    assert [one.authority for one in results] == ["deux"]
    assert [one.name for one in pending_authorities(vault.folder, vault.journal)] == ["une"]
    assert len(load_authorities(vault.folder)) == 2


def test_a_time_in_this_computers_future_is_not_checked() -> None:
    at = datetime(2026, 11, 21, 13, 32, tzinfo=UTC)
    last = at - timedelta(seconds=5)
    assert check_order("3.a", at, last, at).state == "verified"
    assert check_order("3.a", at, last, at - timedelta(hours=1)).state == "not_checked"
    assert check_order("3.a", last - timedelta(hours=1), last, at).state == "failed"


def test_a_vault_without_authority_has_nothing_pending(vault: Vault) -> None:
    assert pending_authorities(vault.folder, vault.journal) == []


def test_an_authority_given_up_can_be_chosen_again_under_a_free_name(
    vault: Vault, local: LocalAuthority
) -> None:
    address = "http://127.0.0.1:1/"
    assert free_name(vault.folder, "locale") == "locale"
    choose_authority(vault, "locale", address, local.root_pem)
    assert is_asking(vault.folder)
    assert free_name(vault.folder, "locale") == "locale", "one that is asked keeps its name: it is told"
    retire_authority(vault, "locale", now=now())
    assert not is_asking(vault.folder)
    assert free_name(vault.folder, "locale") == "locale-2"
    choose_authority(vault, "locale-2", address, local.root_pem)
    assert free_name(vault.folder, "locale") == "locale-3"
