"""Redaction: rules are read strictly, each kind of item is known, the copy is sealed and names its parent."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.redact import LIMITS, build_copy, redact
from saisine.vault.redacted_texts import MARK
from saisine.vault.redaction import Box, Span, Words, load_rules, parse_rules, rules_from
from saisine.vault.verify import verify_vault
from tests.vault.conftest import Ticking
from tests.vault.redacting import NAME, box, code_of, encoded, frames, noise, outcome, painted, same, words

# ------------------------------------------------------------------ rules


def test_yaml_and_json_say_the_same_rules(tmp_path: Path) -> None:
    raw = [
        {"kind": "box", "geometry": [1, 2, 30, 40], "page": 2, "why": "visage"},
        {"kind": "box", "geometry": [0.5, 0.0, 0.5, 1.0], "time": [0, 900], "why": "plaque"},
        {"kind": "span", "start": 3, "end": 9, "why": "adresse"},
        {"kind": "span", "text": "Camille \U0001f600", "elsewhere": "keep", "why": "nom"},
    ]
    as_json = parse_rules(json.dumps({"rules": raw}).encode())
    (tmp_path / "r.yaml").write_text(
        "rules:\n"
        "- {kind: box, geometry: [1, 2, 30, 40], page: 2, why: visage}\n"
        "- {kind: box, geometry: [0.5, 0.0, 0.5, 1.0], time: [0, 900], why: plaque}\n"
        "- {kind: span, start: 3, end: 9, why: adresse}\n"
        "- {kind: span, text: 'Camille \U0001f600', elsewhere: keep, why: nom}\n",
        "utf-8",
    )
    assert load_rules(tmp_path / "r.yaml") == as_json == rules_from({"rules": raw})
    assert as_json[0] == Box(1, (1, 2, 30, 40), False, "visage", 2)
    assert as_json[1] == Box(2, (0.5, 0.0, 0.5, 1.0), True, "plaque", None, (0, 900))
    assert as_json[2:] == (Span(3, 3, 9, "adresse"), Words(4, "Camille \U0001f600", "nom", True))


BOMB = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nrules: [*c]\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rules:",
        "rules: []",
        "rules: {kind: box}",
        "- kind: box",
        "rules: [{kind: span, text: a, why: b}]\nmore: 1",
        "rules: [{kind: span, text: a, why: b, why: c}]",
        '{"rules": [{"kind": "span", "kind": "span", "text": "a", "why": "b"}]}',
        '{"rules": NaN}',
        BOMB,
        "rules: " + "[" * 50 + "]" * 50,
        '{"rules": ' + "[" * 100_000,
        "rules: [!!python/object/apply:os.getcwd []]",
        "rules: [{kind: span, text: 'a",
        "{[a, b]: c}",
        "rules: [" + "{kind: span, text: a, why: b}," * 1001 + "]",
        "# " + "x" * 300_000,
    ],
    ids=range(17),
)
def test_a_file_that_is_no_list_of_rules_is_refused(text: str) -> None:
    assert code_of(parse_rules, text.encode()) == "redaction_rules_unreadable"


def test_rules_in_another_encoding_or_absent_are_refused(tmp_path: Path) -> None:
    assert code_of(parse_rules, "rules: é".encode("latin-1")) == "redaction_rules_unreadable"
    assert code_of(load_rules, tmp_path / "none") == "redaction_rules_unreadable"
    assert code_of(load_rules, tmp_path) == "redaction_rules_unreadable"


@pytest.mark.parametrize(
    "rule",
    [
        "texte",
        {},
        {"kind": "blur", "geometry": [0, 0, 1, 1], "why": "x"},
        {"kind": "box", "geometry": [0, 0, 1, 1]},
        {"kind": "box", "geometry": [0, 0, 1, 1], "why": "  "},
        {"kind": "box", "geometry": [0, 0, 1, 1], "why": "x", "radius": 3},
        {"kind": "box", "geometry": [0, 0, 1], "why": "x"},
        {"kind": "box", "geometry": "0011", "why": "x"},
        {"kind": "box", "geometry": [0, 0.5, 1, 1], "why": "x"},
        {"kind": "box", "geometry": [10.5, 20.0, 3.0, 4.0], "why": "x"},
        {"kind": "box", "geometry": [0.0, 0.0, float("nan"), 1.0], "why": "x"},
        {"kind": "box", "geometry": [0, 0, True, 1], "why": "x"},
        {"kind": "box", "geometry": [0, 0, 0, 1], "why": "x"},
        {"kind": "box", "geometry": [0, 0, 1, 1], "why": "x", "page": 0},
        {"kind": "box", "geometry": [0, 0, 1, 1], "why": "x", "page": "1"},
        {"kind": "box", "geometry": [0, 0, 1, 1], "why": "x", "time": [5, 5]},
        {"kind": "box", "geometry": [0, 0, 1, 1], "why": "x", "time": 5},
        {"kind": "box", "geometry": [0, 0, 1, 1], "why": "x", "time": [0, 5], "page": 1},
        {"kind": "box", "geometry": [0, 0, 1, 1], "why": "x", "text": "a"},
        {"kind": "span", "why": "x"},
        {"kind": "span", "start": 1, "why": "x"},
        {"kind": "span", "start": 5, "end": 5, "why": "x"},
        {"kind": "span", "start": -1, "end": 5, "why": "x"},
        {"kind": "span", "start": 1.0, "end": 5.0, "why": "x"},
        {"kind": "span", "start": False, "end": True, "why": "x"},
        {"kind": "span", "text": "", "why": "x"},
        {"kind": "span", "text": " \n", "why": "x"},
        {"kind": "span", "text": 33612, "why": "x"},
        {"kind": "span", "text": "a", "start": 1, "end": 2, "why": "x"},
        {"kind": "span", "text": "a", "elsewhere": "drop", "why": "x"},
        {"kind": "span", "text": "\ud83d", "why": "x"},
        {"kind": "span", "text": "a", "why": "y" * 501},
    ],
    ids=range(32),
)
def test_a_rule_that_is_not_understood_is_named_by_its_number(rule: object) -> None:
    good = {"kind": "span", "text": "a", "why": "x"}
    with pytest.raises(SaisineError) as caught:
        rules_from({"rules": [good, rule]})
    assert caught.value.code == "redaction_rule_wrong"
    assert caught.value.facts["number"] == 2
    assert "2" in caught.value.what("fr")


@given(st.binary(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_bytes_as_rules_end_in_plain_words(data: bytes) -> None:
    for body in (data, b"rules:\n- " + data, b'{"rules": [' + data + b"]}"):
        _, code = outcome(parse_rules, body)
        assert code in ("", "redaction_rules_unreadable", "redaction_rule_wrong")


# ------------------------------------------------------------------ kinds of items


@pytest.mark.parametrize(
    ("body", "media_type", "says"),
    [
        (b"%PDF-1.7 ...", "application/octet-stream", "captures PNG"),
        (b"...", "application/pdf", "captures PNG"),
        (b"\0\0\0\x20ftypisom", "", "images fixes"),
        (b"...", "video/mp4", "images fixes"),
        (b"PK\3\4...", "application/wacz", "capture d’écran ou le texte"),
        (b"From: a\r\n", "message/rfc822", "capture d’écran ou le texte"),
        (b"PK\3\4...", "", "fichier utile"),
        (b"...", "image/heic", "en PNG ou en texte"),
    ],
)
def test_what_cannot_be_redacted_says_what_to_do_instead(body: bytes, media_type: str, says: str) -> None:
    with pytest.raises(SaisineError) as caught:
        build_copy(body, media_type, [words("a")])
    assert caught.value.code == "redaction_unsupported"
    assert says in caught.value.sentence("fr")
    assert caught.value.sentence("en")


@pytest.mark.parametrize(
    ("media_type", "shown", "suffix"),
    [
        ("text/html; charset=utf-8", "text/html", ".html"),
        ("application/json", "application/json", ".json"),
        ("application/x-ndjson", "application/x-ndjson", ".ndjson"),
        ("application/ld+json", "application/ld+json", ".txt"),
        ("application/octet-stream", "text/plain", ".txt"),
    ],
)
def test_texts_keep_their_type(media_type: str, shown: str, suffix: str) -> None:
    copy = build_copy("Zoé et moi".encode(), media_type, [words("Zoé")])
    assert (copy.body.decode(), copy.media_type, copy.suffix) == (f"{MARK} et moi", shown, suffix)
    assert copy.encoding == "utf-8"


def test_a_picture_is_known_by_its_shape_whatever_it_is_called() -> None:
    assert build_copy(encoded(noise(8, 8), "JPEG"), "text/plain", [box(0, 0, 2, 2)]).suffix == ".png"


# ------------------------------------------------------------------ the act


@pytest.fixture
def original(vault: Vault) -> Sealed:
    item = SealItem(f"échanges avec {NAME}.txt", f"De {NAME} : bonjour".encode(), media_type="text/plain")
    return vault.seal(item)


def test_the_copy_is_sealed_beside_its_original_and_names_it(
    vault: Vault, original: Sealed, clock: Ticking
) -> None:
    copy = redact(vault, original.item, [words(NAME)], actor="a1")
    assert vault.read_bytes(copy.item).decode() == f"De {MARK} : bonjour"
    assert vault.read_bytes(original.item).decode() == f"De {NAME} : bonjour"
    entry = vault.journal.entries[copy.seq]
    assert (entry.act, entry.refs, entry.actor) == ("redact", (original.item,), "a1")
    assert copy.unit != original.unit
    record = json.loads(vault.record_line(copy.item))
    assert record["parents"] == [original.item]
    assert record["kind"] == "derived"
    assert record["rules"] == [{"kind": "span", "count": 1, "geometry": [[3, 8]], "why": "nom"}]
    assert record["source"] == {"method": "redaction", "encoding": "utf-8"}
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


def test_neither_record_nor_name_says_what_is_hidden(vault: Vault, original: Sealed) -> None:
    copy = redact(vault, original.item, [words(NAME)])
    shown = vault.record_line(copy.item).decode() + copy.name + str(vault.journal.entries[copy.seq])
    for part in NAME.split():
        assert part not in shown
    assert original.sha256 not in shown  # a hash of a short text could be guessed


def test_a_copy_of_a_copy_names_its_own_parent(vault: Vault, original: Sealed) -> None:
    first = redact(vault, original.item, [words("Camille")])
    second = redact(vault, first.item, [words("bonjour")])
    assert vault.read_bytes(second.item).decode() == f"De {MARK} Élan : {MARK}"
    assert vault.journal.entries[second.seq].refs == (first.item,)


def test_the_original_may_be_erased_and_the_copy_stays_or_the_reverse(
    vault: Vault, original: Sealed, clock: Ticking
) -> None:
    first = redact(vault, original.item, [words(NAME)])
    second = redact(vault, original.item, [words("bonjour")])
    vault.erase(second.unit, "mistake")
    assert NAME in vault.read_bytes(original.item).decode()
    vault.erase(original.unit, "art17_request")
    assert vault.read_bytes(first.item).decode() == f"De {MARK} : bonjour"
    assert code_of(redact, vault, original.item, [words(NAME)]) in ("unit_erased", "item_erased")
    assert verify_vault(vault.folder, now=clock()).verdict == "verified"


def test_a_refused_copy_writes_nothing(vault: Vault, original: Sealed) -> None:
    before = vault.journal.size, sorted(vault.folder.rglob("*"))
    assert code_of(redact, vault, original.item, [words("absent")]) == "redaction_rule_finds_nothing"
    assert code_of(redact, vault, "feedfeedfeed", [words("absent")]) == "item_unknown"
    assert (vault.journal.size, sorted(vault.folder.rglob("*"))) == before


def test_a_picture_of_the_vault_is_redacted_too(vault: Vault) -> None:
    image = noise(40, 30)
    sealed = vault.seal(SealItem("capture.png", encoded(image, "PNG"), media_type="image/png"))
    copy = redact(
        vault,
        sealed.item,
        rules_from({"rules": [{"kind": "box", "geometry": [0.5, 0.5, 0.25, 0.25], "why": "visage"}]}),
    )
    assert (copy.media_type, copy.name[-4:]) == ("image/png", ".png")
    assert same(frames(vault.read_bytes(copy.item))[0], painted(image, (20, 15, 10, 8)))
    assert json.loads(vault.record_line(copy.item))["rules"] == [
        {"kind": "box", "geometry": [20, 15, 10, 8], "why": "visage"}
    ]


def test_other_items_are_sealed_as_before(vault: Vault, original: Sealed) -> None:
    entry = vault.journal.entries[original.seq]
    assert entry.act == "seal"
    assert "refs" not in json.loads(vault.entry_line(original.seq))
    assert "rules" not in json.loads(vault.record_line(original.item))


def test_the_limits_are_said_in_both_languages() -> None:
    assert all(french and english and "!" not in french + english for french, english in LIMITS)
    assert any("original reste scellé" in french for french, _ in LIMITS)
