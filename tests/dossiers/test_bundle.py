"""The sealed bundle of a dossier: checked with common tools, for each recipient; every fault is named."""

import csv
import io
import pickle
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.dossiers import RECIPIENTS, build_dossier
from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault
from saisine.vault.verify import verify_bundle
from tests.dossiers import world
from tests.dossiers.sealed import build, create_vault, sealed_dossier, unpack

NOW = datetime(2026, 4, 22, tzinfo=UTC)


def verified(path: Path) -> str:
    return verify_bundle(path, now=NOW).verdict


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_each_recipient_gets_a_bundle_that_common_tools_verify(recipient: str, tmp_path: Path) -> None:
    report = build(tmp_path / "made", recipient)
    bag = unpack(report.bundle, tmp_path / "out")
    assert verified(report.bundle) == "verified"
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        assert run(["sha256sum", "--strict", "--quiet", "-c", manifest], bag).returncode == 0
    script = run([sys.executable, "-I", "data/verify.py"], bag)
    assert (script.returncode, script.stderr) == (0, ""), script.stdout
    guide = (bag / "data" / "VERIFIER.md").read_text("utf-8")
    signature = next(block.split("```")[0] for block in guide.split("```\n")[1::2] if "pkeyutl" in block)
    assert "Verified Successfully" in run(["sh", "-ec", signature], bag / "data").stdout
    assert (bag / "data" / "dossier.pdf").read_bytes() == (tmp_path / "made" / "dossier.pdf").read_bytes()
    assert (report.pieces > 0) == RECIPIENTS[recipient].gives_originals


def test_the_table_of_exhibits_leads_to_the_originals(tmp_path: Path) -> None:
    report = build(tmp_path / "made")
    bag = unpack(report.bundle, tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO((bag / "data" / "pieces.csv").read_text("utf-8-sig"))))
    assert [row["piece"] for row in rows] == ["1", "2", "3", "4"]
    assert {row["original_joint"] for row in rows} == {"oui"}
    assert (bag / rows[1]["chemin"]).read_bytes() == world.picture(2)
    assert rows[0]["chemin"] == rows[3]["chemin"]
    chronology = (bag / "data" / "chronologie.csv").read_text("utf-8-sig")
    assert "Premier message de la vague." in chronology


def test_an_original_that_stays_leaves_its_line_and_its_proof(tmp_path: Path) -> None:
    report = build(tmp_path / "made", "arcom")
    assert report.withheld == (1, 2, 3, 4)
    bag = unpack(report.bundle, tmp_path / "out")
    proof = (bag / "data" / "preuves" / "piece-0002-preuve.txt").read_text("utf-8")
    line = (bag / "data" / "preuves" / "piece-0002-ligne.json").read_text("ascii")
    assert proof.startswith("c2sp.org/tlog-proof")
    assert '"seq":1' in line
    assert not (bag / "data" / "items").exists()


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_byte_is_found_and_its_file_named(
    one_bundle: Path, tmp_path: Path, data: st.DataObject
) -> None:
    with zipfile.ZipFile(one_bundle) as archive:
        names = [info.filename for info in archive.infolist() if "/data/" in info.filename]
        chosen = data.draw(st.sampled_from(names))
        changed = tmp_path / "changed.zip"
        with zipfile.ZipFile(changed, "w") as out:
            for name in archive.namelist():
                body = bytearray(archive.read(name))
                if name == chosen:
                    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
                out.writestr(name, bytes(body))
    report = verify_bundle(changed, now=NOW)
    assert report.verdict == "failed"
    assert any(chosen.partition("/")[2] in check.detail_en for check in report.failures())


@pytest.fixture(scope="module")
def one_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("made")).bundle


def test_the_same_state_gives_the_same_bytes(tmp_path: Path) -> None:
    with create_vault(tmp_path / "vault") as vault:
        data, _ = sealed_dossier(vault)
    found = []
    for name in ("a", "b"):
        shutil.copytree(tmp_path / "vault", tmp_path / name / "vault")
        with Vault.open(tmp_path / name / "vault", clock=lambda: world.BUILT_AT) as vault:
            found.append(build_dossier(data, vault, tmp_path / name / "dossier.zip").bundle.read_bytes())
    assert found[0] == found[1]


def test_a_broken_exhibit_is_left_out_and_named(tmp_path: Path) -> None:
    with create_vault(tmp_path / "vault") as vault:
        data, sealed = sealed_dossier(vault)
        name = str(vault.journal.entries[sealed[1].seq].object)
        (vault.folder / "objects" / name[:2] / name).write_bytes(b"changed")
        report = build_dossier(data, vault, tmp_path / "dossier.zip", pdf_copy=tmp_path / "dossier.pdf")
    assert report.broken == (2,)
    assert report.exhibits == 3
    assert verified(report.bundle) == "verified"
    bag = unpack(report.bundle, tmp_path / "out")
    rows = csv.DictReader(io.StringIO((bag / "data" / "pieces.csv").read_text("utf-8-sig")))
    assert [row["piece"] for row in rows] == ["1", "3", "4"]
    from tests.dossiers.test_pdf import text_of

    assert "La pièce 2 ne correspond plus à son sceau : elle n’est pas jointe." in text_of(
        tmp_path / "dossier.pdf"
    )


def test_a_bundle_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "dossier-7-v2.zip").write_bytes(b"mine")
    with pytest.raises(SaisineError) as caught:
        build(tmp_path)
    assert caught.value.code == "bundle_exists"
    assert (tmp_path / "dossier-7-v2.zip").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dossier-7-v2.zip", "vault"]


@pytest.mark.parametrize("step", ["seals", "pictures", "export"])
def test_a_killed_build_leaves_no_half_file_and_the_next_one_works(step: str, tmp_path: Path) -> None:
    with create_vault(tmp_path / "vault") as vault:
        data, _ = sealed_dossier(vault)
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "data.pickle").write_bytes(pickle.dumps(data))
    child = run([sys.executable, "-c", DYING, str(tmp_path), step], Path.cwd())
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert not (out / "dossier.zip").exists()
    assert all(path.name.startswith(".") for path in out.iterdir())
    with Vault.open(tmp_path / "vault", clock=lambda: world.BUILT_AT) as vault:
        report = build_dossier(data, vault, out / "dossier.zip")
    assert verified(report.bundle) == "verified"
    assert [path.name for path in out.iterdir()] == ["dossier.zip"]


DYING = """
import os, pickle, signal, sys
from pathlib import Path
from saisine.dossiers import build_dossier
from saisine.vault import Vault
folder, step = Path(sys.argv[1]), sys.argv[2]
data = pickle.loads((folder / "data.pickle").read_bytes())
def progress(done, total, phase):
    if phase == step:
        os.kill(os.getpid(), signal.SIGKILL)
with Vault.open(folder / "vault", clock=lambda: data.built_at) as vault:
    build_dossier(data, vault, folder / "out" / "dossier.zip", progress=progress)
"""


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with create_vault(tmp_path / "vault") as vault:
        data, _ = sealed_dossier(vault)

        def stop(done: int, total: int | None, phase: str) -> None:
            if phase == "export":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build_dossier(data, vault, tmp_path / "dossier.zip", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


def test_an_unknown_recipient_or_too_many_exhibits_are_told(tmp_path: Path) -> None:
    with create_vault(tmp_path / "vault") as vault:
        data, _ = sealed_dossier(vault)
        with pytest.raises(SaisineError) as caught:
            build_dossier(data, vault, tmp_path / "dossier.zip", recipient="presse")
        assert caught.value.code == "dossier_recipient_unknown"
        many = tuple(world.message(number) for number in range(1, 10_002))
        with pytest.raises(SaisineError) as caught:
            build_dossier(replace(data, exhibits=many), vault, tmp_path / "dossier.zip")
        assert caught.value.code == "dossier_too_large"
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


def test_an_empty_vault_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with create_vault(tmp_path / "vault") as vault, pytest.raises(SaisineError) as caught:
        build_dossier(world.dossier(), vault, tmp_path / "dossier.zip")
    assert caught.value.code == "dossier_nothing_sealed"
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


def test_a_hundred_exhibits_are_all_there(tmp_path: Path) -> None:
    with create_vault(tmp_path / "vault") as vault:
        items = [SealItem(f"{n}.txt", f"propos {n}".encode(), media_type="text/plain") for n in range(100)]
        sealed = vault.seal_many(items)
        exhibits = tuple(world.message(n + 1, item=row.item) for n, row in enumerate(sealed))
        data = world.dossier(exhibits=exhibits)
        report = build_dossier(data, vault, tmp_path / "dossier.zip", pdf_copy=tmp_path / "dossier.pdf")
    assert (report.exhibits, report.pieces, report.withheld) == (100, 100, ())
    assert verified(report.bundle) == "verified"
    from tests.dossiers.test_pdf import text_of

    text = text_of(tmp_path / "dossier.pdf")
    assert all(f"Propos inventé numéro {number}, adressé" in text for number in range(1, 101))


def test_an_exhibit_erased_since_is_left_out_and_said_so(tmp_path: Path) -> None:
    with create_vault(tmp_path / "vault") as vault:
        data, sealed = sealed_dossier(vault)
        vault.erase(sealed[1].unit, "art17_request")
        report = build_dossier(data, vault, tmp_path / "dossier.zip", pdf_copy=tmp_path / "dossier.pdf")
    assert report.broken == (1, 2, 3, 4), "the four share one unit"
    from tests.dossiers.test_pdf import text_of

    assert "La pièce 2 a été effacée depuis : elle n’est pas jointe." in text_of(tmp_path / "dossier.pdf")
