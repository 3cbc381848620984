"""Plain files of messages: every record is kept or counted, every bad file is named."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.findings.inputs import Texts, read_texts

ROWS = "id;text;timestamp\n1;Réunion à l’école;2026-03-14\n2;« Bravo » ; à bientôt;\n"


def written(folder: Path, data: bytes | str, name: str = "messages.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def found(texts: Texts) -> list[tuple[str, str]]:
    return [(row.id, row.text) for row in texts]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_read_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    text = f'Id{mark}account_id{mark}TEXT\r\n1{mark}u1{mark}"Été, à l’école ; oui"\r\n'
    texts = read_texts(written(tmp_path, text.encode(encoding)))
    assert found(texts) == [("1", "Été, à l’école ; oui")]
    assert next(iter(texts)).norm == "ete, a l'ecole ; oui"


def test_lines_of_json_keep_their_order_and_their_separators(tmp_path: Path) -> None:
    lines = [{"id": 12, "text": "un\u2028deux"}, {"id": "b", "text": "trois", "target_id": None}]
    body = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    assert found(read_texts(written(tmp_path, body))) == [("12", "un\u2028deux"), ("b", "trois")]


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path) -> None:
    body = "\n".join(
        (
            '{"id": "1", "text": "bonjour"}',
            '{"id": "1", "text": "encore"}',
            '{"id": null, "text": "sans nom"}',
            '{"id": true, "text": "pas un nom"}',
            '{"id": "3", "text": "  "}',
            '{"id": "4"}',
            '{"id": "1.75E+18", "text": "arrondi"}',
            "{oops",
            "[1]",
            "",
        )
    )
    texts = read_texts(written(tmp_path, body))
    assert dict(texts.skipped) == {
        "duplicate_id": 1,
        "missing_id": 2,
        "missing_text": 2,
        "rounded_id": 1,
        "unreadable_line": 2,
    }
    assert texts.read == len(texts) + sum(texts.skipped.values()) == 9


def test_a_row_with_an_unquoted_delimiter_is_counted_not_cut(tmp_path: Path) -> None:
    texts = read_texts(written(tmp_path, ROWS))
    assert found(texts) == [("1", "Réunion à l’école")]
    assert dict(texts.skipped) == {"unreadable_line": 1}


def test_a_lone_surrogate_becomes_a_replacement_sign(tmp_path: Path) -> None:
    texts = read_texts(written(tmp_path, '{"id": "1", "text": "a\\ud800b"}'))
    assert found(texts) == [("1", "a\ufffdb")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "texts_empty"),
        (b"\xef\xbb\xbf \n", "texts_empty"),
        (b"PK\x03\x04" + bytes(range(40)), "texts_binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "texts_binary"),
        (b"name;message\n1;a\n", "texts_without_columns"),
        (b'{"uid": 1, "body": "a"}\n', "texts_without_columns"),
        (b"{\n{\n", "texts_unreadable"),
        (b"id,text\n1,a,b\n", "texts_unreadable"),
        (b"%PDF-1.7\n", "texts_without_columns"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(SaisineError) as caught:
        read_texts(written(tmp_path, data))
    assert caught.value.code == code
    assert caught.value.sentence("fr")
    assert caught.value.sentence("en")


def test_the_columns_found_are_quoted(tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        read_texts(written(tmp_path, "nom;message\n1;a\n"))
    assert "nom, message" in caught.value.why("fr")


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SaisineError) as caught:
        read_texts(tmp_path / name)
    assert caught.value.code == "path_missing"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_hostile_bytes_are_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("hostile"), b"id,text\n" + data)
    try:
        texts = read_texts(path)
    except SaisineError as error:
        code = error.code
    else:
        code = "texts_counted" if texts.read == len(texts) + sum(texts.skipped.values()) else "lost"
    assert code.startswith("texts_")
