"""Waves and groups of accounts of a workspace: kept as rows, opened down to their messages, never named by a file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from saisine.casework import (
    bands,
    findings_rows,
    incidents,
    journal,
    row_files,
    surveys,
    triage,
    wave_networks,
    waves,
)
from saisine.casework.models import Job, SortedMessage
from saisine.casework.session import Session
from saisine.findings import graph_files
from saisine.messages.corpus import Query
from tests.casework.gathered import gathered
from tests.casework.world import Clock, opened, refused, silent


@pytest.fixture
def found(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    shutil.copytree(gathered(), tmp_path / "espace")
    with opened(tmp_path / "espace", clock) as session:
        yield session


def wave(session: Session) -> str:
    return next(band.id for band in bands.bands(session) if band.kind == "wave")


def test_every_row_says_how_it_was_found_and_what_it_does_not_prove(found: Session) -> None:
    rows = findings_rows.whole_rows(found)["findings"]
    assert {row["kind"] for row in rows} >= {"wave", "copies", "target_wave", "campaign"}
    for row in rows:
        assert row["version"] >= 1
        assert row["parameters"]
        assert row["n"] == len(row.get("refs") or row["ids"])
        assert row["does_not_prove_fr"]
        assert row["does_not_prove_en"]
    assert all(
        row["target"].startswith(("target:x:page", "post:x:")) for row in rows if row["kind"] == "target_wave"
    )


def test_findings_are_read_from_their_file_and_made_again_when_it_is_broken(found: Session) -> None:
    first = findings_rows.current(found)
    (path,) = surveys.folder_of(found).glob("standing-*.npz")
    found.kept.clear()
    assert findings_rows.is_ready(found)
    assert findings_rows.current(found).found.whole() == first.found.whole()
    path.write_bytes(path.read_bytes()[:500])
    found.kept.clear()
    assert not findings_rows.is_ready(found)
    assert findings_rows.current(found).found.whole() == first.found.whole()


def test_no_name_and_no_page_is_in_the_files(found: Session) -> None:
    bodies = [path.read_bytes() for path in surveys.folder_of(found).glob("*.npz")]
    page = found.corpora.search(Query(), limit=600).items
    names = {message.author_id or "" for message in page} | {url for message in page for url in message.urls}
    names = {name for name in names if len(name) > 4}
    assert len(bodies) == 2
    assert len(names) > 100
    assert not [name for name in names if any(name.encode() in body for body in bodies)]


def test_a_changed_corpus_or_rule_makes_another_key(found: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    before = surveys.key_of(found)
    monkeypatch.setattr(surveys, "rules_key", lambda: "other rules")
    assert surveys.key_of(found) != before
    monkeypatch.undo()
    monkeypatch.setattr(surveys, "corpora_key", lambda session: "same rows, other bytes")
    assert surveys.key_of(found) != before


def test_a_second_run_tells_what_changed(found: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(kind="findings", options={"again": True})
    told = findings_rows.run_findings(found, job, silent)
    assert not {"new", "gone", "changed"} & told.keys(), "equal messages give equal findings"
    (path,) = surveys.folder_of(found).glob("standing-*.npz")
    facts, arrays = row_files.read(path) or ({}, {})
    first, *others = facts["rows"]
    row_files.write(path, {**facts, "rows": [{**first, "n_accounts": 1, "version": 0}, *others]}, arrays)
    found.kept.clear()
    findings_rows.run_findings(found, job, silent)
    (change,) = findings_rows.changes(found)
    assert (change.what, change.kind, change.fields) == ("changed", "target_wave", ("n_accounts", "version"))
    assert len(list(surveys.folder_of(found).glob("*.npz"))) == 2


def test_a_stopped_run_leaves_the_earlier_findings(found: Session) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int | None, what: str) -> None:
        if what == "networks" and done > 3:
            raise Stopped

    files = {path: path.read_bytes() for path in surveys.folder_of(found).glob("*.npz")}
    with pytest.raises(Stopped):
        findings_rows.run_findings(found, Job(kind="findings", options={"again": True}), stop)
    assert findings_rows.is_ready(found)
    standing = [path for path in files if path.name.startswith("standing")]
    assert [path.read_bytes() for path in standing] == [files[path] for path in standing]


def test_a_wave_is_told_by_figures_alone(found: Session) -> None:
    told = waves.get_wave(found, wave(found))
    assert told.found
    assert told.band.count == told.row["n"]
    assert sum(n for _, n in told.hours) == told.row["n_with_urgent"]
    assert [card.at for card in told.first_posts] == sorted(card.at for card in told.first_posts if card.at)
    assert told.copies
    assert told.targets
    assert told.groups
    assert told.links
    assert told.around
    assert told.around["newcomers"] <= told.around["accounts"]
    texts = {
        message.text for message in found.corpora.search(Query(), limit=300).items if len(message.text) > 8
    }
    whole = repr(told)
    assert not [text for text in texts if text in whole]


def test_links_are_at_most_ten_the_strongest_first_under_numbers(found: Session) -> None:
    for group in waves.groups(found) or []:
        assert 0 < len(group.edges) <= waves.PAIRS
        assert [edge.strength for edge in group.edges] == sorted(
            (e.strength for e in group.edges), reverse=True
        )
        assert all(edge.a[0] == edge.b[0] == "A" and edge.a != edge.b for edge in group.edges)
        assert all(clue.p_value <= 0.01 for edge in group.edges for clue in edge.clues)


def test_the_messages_behind_a_link_are_of_two_accounts_and_leave_a_line(found: Session) -> None:
    (group, *_) = waves.groups(found) or []
    before = found.vault.journal.size
    pairs = waves.open_edge(found, group.id, 0)
    assert pairs
    assert len({(one.author, other.author) for one, other in pairs}) <= 2
    assert all(one.at and other.at for one, other in pairs)
    assert journal.lines(found).rows[0].what == "message_opened"
    assert [entry["act"] for entry in list(found.vault.log_entries())[before:]] == ["access"]
    with refused("wave_unknown"):
        waves.open_edge(found, group.id, group.n_edges)


def test_shared_pages_are_shown_once_asked(found: Session) -> None:
    id = wave(found)
    told = waves.get_wave(found, id)
    addresses = waves.open_links(found, id)
    assert addresses.keys() == {one["page"] for one in told.links}
    assert all(findings_rows.page_hash(address) == page for page, address in addresses.items())


def test_a_network_leaves_under_pseudonyms_and_reads_back_equal(found: Session, tmp_path: Path) -> None:
    (group, *_) = waves.groups(found) or []
    graph = wave_networks.network(found, group.id)
    (tmp_path / "r.graphml").write_text(graph_files.graphml(graph).text, "utf-8")
    (tmp_path / "r.gexf").write_text(graph_files.gexf(graph).text, "utf-8")
    for read in (nx.read_graphml(tmp_path / "r.graphml"), nx.read_gexf(tmp_path / "r.gexf")):
        assert read.number_of_nodes() == group.row["n_accounts"] == len(graph.nodes)
        assert read.number_of_edges() == group.n_edges == len(graph.links)
    assert {node.id[0] for node in graph.nodes} == {"A"}
    assert {m[0] for pair in graph.pairs for m in pair[2:]} == {"M"}
    assert journal.lines(found).rows[0].what == "network_taken"


def test_identifiers_leave_for_a_reason_alone(found: Session) -> None:
    (group, *_) = waves.groups(found) or []
    with refused("names_need_reason"):
        wave_networks.network(found, group.id, named=True)
    graph = wave_networks.network(found, group.id, named=True, why="avocat")
    assert all(node.id.startswith("x:") for node in graph.nodes)
    row = journal.lines(found).rows[0]
    assert (row.what, row.subject) == ("names_taken", "avocat")


def test_a_collective_incident_takes_what_was_kept_and_the_figures_of_the_day(found: Session) -> None:
    id = wave(found)
    with refused("wave_nothing_kept"):
        waves.open_collective(found, id, "Vague")
    card = triage.cards(found, id, limit=1).items[0]
    triage.decide(found, id, card.ref, "keep")
    other = triage.cards(found, "others", limit=1).items[0]
    triage.decide(found, "others", other.ref, "keep")
    incident = waves.open_collective(found, id, "Vague")
    assert incident.is_collective
    assert SortedMessage.objects.filter(incident=incident).count() == card.n
    assert SortedMessage.objects.filter(value="keep", incident__isnull=True).count() == other.n
    kinds = [row.kind for row in incidents.get_incident(found, incident.id).exhibits.order_by("number")]
    assert kinds == ["group", "original"]
    body = found.vault.read_bytes(incident.exhibits.get(kind="original").item).decode()
    assert '"does_not_prove_fr"' in body
    assert id in body


def test_a_part_of_the_messages_gives_no_wave(found: Session) -> None:
    """A figure over what one member may see would be another figure."""
    member = found.acting("membre", frozenset({"un incident"}))
    for asked in (lambda: waves.get_wave(member, wave(found)), lambda: waves.groups(member)):
        with refused("wave_unknown"):
            asked()
    assert [band.kind for band in bands.bands(member)] == []
