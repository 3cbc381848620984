"""Dossiers and their verification: consent, the job, two files, and a stranger's check."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from saisine.casework import consents, incidents, jobs, rights, triage
from saisine.casework.models import DossierRow, Incident, JournalRow
from saisine.casework.session import Session
from saisine.vault.report import Check, Report
from saisine.web.pages.verify import say_report
from tests.web.reading import text_of
from tests.web.test_notices import THREAT


@pytest.fixture
def incident(filled: Session) -> Incident:
    for card in triage.cards(filled, "urgent").items:
        triage.decide(filled, "urgent", card.ref, "keep")
    made = incidents.open_incident(filled, "Vague de mars", from_triage=True)
    rights.record(filled, made, THREAT)
    consents.set_consent(filled, made, "agir_en_justice", "given")
    return made


@pytest.fixture
def built(filled: Session, incident: Incident, client: Client) -> str:
    """The address of a dossier made by the real job."""
    address = client.post(f"/incidents/{incident.id}/dossier/").headers["Location"]
    client.post(f"{address}sceller/", {"recipient": "avocat", "mask_third_parties": "yes"})
    assert jobs.run_waiting(filled) == 1
    return address


def body_of(client: Client, path: str) -> bytes:
    return b"".join(client.get(path).streaming_content)  # type: ignore[attr-defined]


def test_the_form_lists_what_is_missing_and_blocks_nothing(incident: Incident, client: Client) -> None:
    address = client.post(f"/incidents/{incident.id}/dossier/").headers["Location"]
    text = text_of(client.get(address))
    assert "Aucune n’empêche d’avancer." in text
    assert "2 pièces 2 messages recopiés" in text
    assert client.get(address).content.count(b'name="recipient"') == 7
    # asking twice gives the same version
    assert client.post(f"/incidents/{incident.id}/dossier/").headers["Location"] == address


def test_a_dossier_is_built_by_its_job_and_downloaded(built: str, client: Client) -> None:
    text = text_of(client.get(built))
    assert "Dossier scellé le mardi 21 avril 2026 :" in text
    assert "Code court du dossier" in text
    assert body_of(client, f"{built}pdf/").startswith(b"%PDF-1.7")
    answer = client.get(f"{built}zip/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dossier-1-v1.zip"'
    assert JournalRow.objects.filter(what="dossier_taken").count() == 2
    assert client.get(f"{built}exe/").status_code == 404


def test_a_consent_withdrawn_closes_the_door_on_files_already_made(
    filled: Session, incident: Incident, built: str, client: Client
) -> None:
    consents.set_consent(filled, incident, "agir_en_justice", "withdrawn")
    for kind in ("pdf", "zip"):
        answer = client.get(f"{built}{kind}/")
        assert answer.status_code == 403
        assert "Il a été refusé ou retiré." in text_of(answer)


def test_files_that_are_not_built_yet_do_not_exist(incident: Incident, client: Client) -> None:
    address = client.post(f"/incidents/{incident.id}/dossier/").headers["Location"]
    assert client.get(f"{address}pdf/").status_code == 404


def test_a_missing_consent_builds_nothing_and_is_named(
    filled: Session, incident: Incident, client: Client
) -> None:
    address = client.post(f"/incidents/{incident.id}/dossier/").headers["Location"]
    answer = client.post(f"{address}sceller/", {"recipient": "public"})
    assert answer.status_code == 422
    assert "« Publier »" in text_of(answer)
    assert jobs.run_waiting(filled) == 0
    assert client.post(f"{address}sceller/", {"recipient": "nobody"}).status_code == 422


def test_a_second_version_names_the_first(built: str, incident: Incident, client: Client) -> None:
    again = client.post(f"/incidents/{incident.id}/dossier/").headers["Location"]
    assert again != built
    assert "Version 1, mardi 21 avril 2026" in text_of(client.get(again))
    assert DossierRow.objects.count() == 2


def verify(client: Client, body: bytes, name: str = "dossier.zip") -> tuple[int, str]:
    answer = client.post("/verifier/", {"files": SimpleUploadedFile(name, body)})
    return answer.status_code, text_of(answer)


def test_a_stranger_sees_that_it_is_intact(built: str, filled: Session, client: Client) -> None:
    status, text = verify(client, body_of(client, f"{built}zip/"))
    assert status == 200
    assert "Intact. " in text
    assert "B02" in text
    assert "Un contrôle non fait n’est pas un contrôle réussi." in text
    assert "Sans date donnée par un tiers, cela suppose que la personne qui détient la clé" in text
    assert list(filled.workspace.scratch.glob("received-*")) == []


def test_what_a_third_party_dated_does_not_rest_on_the_key_holder_alone() -> None:
    undated = Report.of(
        [Check.verified("B02"), Check.not_checked("V16", "pas encore daté", "not yet dated")], ["B02"]
    )
    dated = Report.of([Check.verified("B02"), Check.verified("V16")], ["B02"])
    assert "Sans date donnée par un tiers" in say_report(undated).meaning
    assert "Sans date donnée par un tiers" not in say_report(dated).meaning
    with translation.override("en"):
        assert "this relies on the key holder" in say_report(undated).meaning


def test_one_flipped_byte_is_seen_and_named(built: str, client: Client) -> None:
    source = zipfile.ZipFile(io.BytesIO(body_of(client, f"{built}zip/")))
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as target:
        for info in source.infolist():
            body = source.read(info)
            if info.filename.endswith("data/dossier.pdf"):
                body = body[:-1] + bytes([body[-1] ^ 1])
            target.writestr(info, body)
    status, text = verify(client, changed.getvalue())
    assert status == 200
    assert "Modifié. Contrôles en cause : B02" in text
    assert "data/dossier.pdf" in text


HEAD = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="large.zip"\r\n\r\n'
TAIL = b"\r\n--cut--\r\n"


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"%PDF-1.7", b"\x00" * 100])
def test_what_is_no_bundle_is_told(body: bytes, empty: Session, client: Client) -> None:
    status, text = verify(client, body, "recu\u202epiz.exe")
    assert status == 422
    assert "received-" not in text
    assert "\u202e" not in text
    assert "Rien" in text or "dossier" in text.lower()
    assert list(empty.workspace.scratch.glob("received-*")) == []


def test_a_large_file_costs_no_memory(empty: Session, client: Client, tmp_path: Path) -> None:
    """64 MB that do not compress go through the page; Python holds a small part of them at any moment."""
    large = tmp_path / "large.zip"
    with zipfile.ZipFile(large, "w") as archive, archive.open("data/zeros", "w", force_zip64=True) as out:
        for _ in range(64):
            out.write(bytes(1 << 20))
    body = b"".join((HEAD, large.read_bytes(), TAIL))
    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    tracemalloc.start()
    answer = client.generic(
        "POST",
        "/verifier/",
        content_type="multipart/form-data; boundary=cut",
        **environ,  # type: ignore[arg-type]
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code in (200, 422)
    assert peak < 16 << 20


def test_a_dossier_to_review_stays_until_somebody_looked(built: str, client: Client) -> None:
    row = DossierRow.objects.get()
    row.report = row.report | {"to_review": [1, 2], "reviewed": {"2": {}}}
    row.save()
    answer = client.get(f"{built}zip/")
    assert answer.status_code == 403
    assert "il reste 1 à relire" in text_of(answer)
    page = text_of(client.get(built))
    assert "Reste 1 à relire" in page
    assert "Télécharger le ZIP" not in page
    client.post(f"{built}relu/", {"reviewed": ["1"]})
    assert body_of(client, f"{built}zip/").startswith(b"PK")
