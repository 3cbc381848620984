"""Depositing: received, stopped, sealed by a job that survives, told, and asked three questions."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saisine.casework import deposits, jobs
from saisine.casework.models import Deposit, Job
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.web import words
from tests.web.conftest import Example
from tests.web.reading import text_of


def drop(client: Client, files: list[Path]) -> str:
    """The address of the deposit that these files make."""
    body = [SimpleUploadedFile(path.name, path.read_bytes()) for path in files]
    answer = client.post("/documenter/", {"files": body, "path": [f"vague/{path.name}" for path in files]})
    assert answer.status_code == 302, text_of(answer)
    return answer.headers["Location"]


def test_a_folder_is_sealed_read_and_told(empty: Session, client: Client, example: Example) -> None:
    address = drop(client, sorted(example.files.iterdir()))
    page = client.get(address)
    assert "28 fichiers : 1 archive, 2 tableaux, 24 images, 1 PDF" in text_of(page)
    assert "vague/accuse-de-reception.pdf" in text_of(page)
    client.post(f"{address}sceller/")
    assert "En attente." in text_of(client.get(address))
    assert jobs.run_waiting(empty) == 1
    text = text_of(client.get(address))
    assert "28 fichiers scellés le mardi 21 avril 2026." in text
    assert f"1{words.THIN}800 messages lus, 0 laissé de côté." in client.get(address).content.decode()
    assert "pas encore daté" in text
    receipt = client.get(f"{address}recu/")
    assert receipt.headers["Content-Disposition"].startswith('attachment; filename="recu-')
    assert receipt.content.decode() == deposits.result_of(empty, Deposit.objects.get()).receipt.to_text()
    assert list(empty.workspace.inbox.iterdir()) == []


def test_a_deposit_without_file_is_told(empty: Session, client: Client) -> None:
    answer = client.post("/documenter/", {})
    assert answer.status_code == 422
    assert "Aucun fichier" in text_of(answer)


def test_received_files_leave_nothing_in_scratch(empty: Session, client: Client, example: Example) -> None:
    before = set(empty.workspace.scratch.iterdir())
    drop(client, sorted(example.files.glob("*.csv")))
    assert set(empty.workspace.scratch.iterdir()) == before


def test_the_stop_deletes_our_copies_and_seals_nothing(
    empty: Session, client: Client, example: Example
) -> None:
    address = drop(client, sorted(example.files.glob("IMG*.png")))
    assert "Une image sexuelle d’une personne mineure" in text_of(client.get(address))
    before = len(empty.vault.items())
    client.post(f"{address}arreter/")
    text = text_of(client.get(address))
    assert "Rien n’a été scellé, rien n’a été gardé" in text
    assert "PHAROS" in text
    assert list(empty.workspace.inbox.rglob("*.png")) == []
    assert len(empty.vault.items()) == before
    assert client.post(f"{address}sceller/").status_code in (400, 403, 409, 422)


def test_a_withdrawn_deposit_is_gone(empty: Session, client: Client, example: Example) -> None:
    address = drop(client, sorted(example.files.glob("IMG*.png")))
    assert "8 images" in text_of(client.get("/documenter/"))
    client.post(f"{address}retirer/")
    assert client.get(address).headers["Location"] == "/documenter/"
    assert "images" not in text_of(client.get("/documenter/")).split("Ce que vous pouvez déposer")[0]


def test_a_job_is_asked_again_until_it_ends(
    empty: Session, client: Client, htmx: Client, example: Example
) -> None:
    address = drop(client, sorted(example.files.glob("*.csv")))
    client.post(f"{address}sceller/")
    job = Job.objects.get()
    part = htmx.get(f"/travaux/{job.id}/")
    assert f'hx-get="/travaux/{job.id}/"' in part.content.decode()
    assert "HX-Redirect" not in part.headers
    jobs.run_waiting(empty)
    part = htmx.get(f"/travaux/{job.id}/")
    assert part.headers["HX-Redirect"] == address
    assert "hx-get" not in part.content.decode()
    # without JavaScript, the address of a job leads to what it worked on
    assert client.get(f"/travaux/{job.id}/").headers["Location"] == address


def test_progress_is_told_in_words(empty: Session, client: Client, example: Example) -> None:
    address = drop(client, sorted(example.files.glob("*.csv")))
    client.post(f"{address}sceller/")
    Job.objects.update(state=Job.RUNNING, step="seal", done=1, total=2)
    text = text_of(client.get(address))
    assert "Scellement : 1 sur 2" in text
    assert "reprend après un redémarrage" in text


def test_a_cancelled_job_gives_the_files_back(empty: Session, client: Client, example: Example) -> None:
    address = drop(client, sorted(example.files.glob("*.csv")))
    client.post(f"{address}sceller/")
    job = Job.objects.get()
    client.post(f"/travaux/{job.id}/interrompre/")
    assert jobs.get_job(empty, job.id).is_over
    text = text_of(client.get(address))
    assert "Interrompu" in text
    client.post(f"{address}sceller/")
    assert jobs.run_waiting(empty) == 1
    assert "2 fichiers scellés" in text_of(client.get(address))


def test_a_failed_job_is_told_with_its_three_sentences(
    empty: Session, client: Client, example: Example
) -> None:
    address = drop(client, sorted(example.files.glob("*.csv")))
    client.post(f"{address}sceller/")
    error = SaisineError("job_gave_up", attempts=3)
    Job.objects.update(state=Job.FAILED, error_code=error.code, error_facts=error.facts)
    text = text_of(client.get(address))
    for part in (error.what("fr"), error.what_to_do("fr")):
        assert part in text


def test_three_questions_may_stay_empty_or_be_answered(filled: Session, client: Client) -> None:
    deposit = Deposit.objects.get(state=Deposit.SEALED)
    Deposit.objects.update(is_asked=False)
    address = f"/documenter/{deposit.id}/"
    assert "Qui est visé" in text_of(client.get(address))
    client.post(
        f"{address}questions/",
        {"target": "association", "collector": "target", "in_its_name": "yes", "since": "2026-03-01"},
    )
    deposit.refresh_from_db()
    assert (deposit.target, deposit.in_its_name, str(deposit.since)) == ("association", True, "2026-03-01")
    assert "Voir le tri proposé" in text_of(client.get(address))


@pytest.mark.parametrize("since", ["2026-99-99", "hier", "2026-04-22"])
def test_a_day_that_cannot_be_is_refused(since: str, filled: Session, client: Client) -> None:
    deposit = Deposit.objects.get(state=Deposit.SEALED)
    answer = client.post(f"/documenter/{deposit.id}/questions/", {"since": since})
    assert answer.status_code == 422
    assert "Rien n’a été modifié" in text_of(answer)
