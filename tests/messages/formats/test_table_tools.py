"""ExportComments and Apify: the same names in CSV, .xlsx and JSON, addresses behind words, relative dates."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from saisine.messages.formats.table_json import flatten
from saisine.messages.formats.tables import APIFY
from saisine.messages.reading import read_paths
from tests.messages.formats.generated_tables import FACEBOOK, INSTAGRAM, TIKTOK, YOUTUBE, lines
from tests.messages.formats.reading import NOW, bytes_at, read, utc
from tests.messages.workbooks import sheet, workbook

BY_ID = {one.id: one for one in APIFY}
SAMPLES = Path(__file__).parents[1] / "samples"
TOOLS = [
    ("apify-facebook-comments", FACEBOOK),
    ("apify-instagram-comments", INSTAGRAM),
    ("apify-tiktok-comments", TIKTOK),
    ("apify-youtube-comments", YOUTUBE),
]


def written_as(form: str, row: dict[str, Any]) -> bytes:
    cells = flatten(row)
    if form == "json":
        return json.dumps([row]).encode()
    if form == "xlsx":
        return workbook({"Sheet1": sheet([list(cells), list(cells.values())])})
    out = io.StringIO()
    csv.writer(out).writerows([list(cells), list(cells.values())])
    return out.getvalue().encode()


@pytest.mark.parametrize(("name", "row"), TOOLS)
def test_the_three_writings_give_the_same_message(tmp_path: Path, name: str, row: dict[str, Any]) -> None:
    seen = []
    for form in ("json", "csv", "xlsx"):
        path = tmp_path / f"a.{form}"
        path.write_bytes(written_as(form, row))
        reading = read_paths([path], now=NOW)
        (message,) = list(reading)
        assert reading.ledger.sources[0].format == name
        places = ("locator", "record_sha256", "source_sha256", "missing")
        seen.append({key: value for key, value in message.as_json().items() if key not in places})
    assert seen[0] == seen[1] == seen[2]


def test_a_facebook_comment_is_whole() -> None:
    (row,), _ = read(lines(FACEBOOK), BY_ID["apify-facebook-comments"])
    assert (row.message_id, row.author_name, row.text) == ("Y29tbWVudDox", "Ada Exemple", "Bonjour à toutes")
    assert (row.created_at, row.like_count, row.reply_count) == (utc("2026-10-01T10:00:00Z"), 2, 1)
    assert (row.target_id, row.url) == ("1234567890", FACEBOOK["commentUrl"])
    assert {"share_count", "view_count"} <= set(row.missing)


def test_a_reply_names_its_parent() -> None:
    (row,), _ = read(lines(TIKTOK), BY_ID["apify-tiktok-comments"])
    assert (row.kind, row.parent_id, row.author_handle) == ("reply", "7000000000000000000", "lou_exemple")


def test_a_relative_date_is_kept_and_dates_nothing() -> None:
    (row,), _ = read(lines(YOUTUBE), BY_ID["apify-youtube-comments"])
    assert (row.created_at, row.created_at_raw) == (None, "2 days ago")
    assert row.url == "https://www.youtube.com/watch?v=abcdefghijk&lc=UgxExemple"


def test_a_row_leads_back_to_the_bytes_of_its_object() -> None:
    data = lines(INSTAGRAM, INSTAGRAM | {"id": "2"})
    for row in read(data, BY_ID["apify-instagram-comments"])[0]:
        assert json.loads(bytes_at(data, row.locator))["id"] == row.message_id


@pytest.mark.parametrize("odd", [[], 3, "x", None, {}])
def test_an_odd_object_never_stops_the_others(odd: Any) -> None:
    data = (
        json.dumps(FACEBOOK) + "\n" + json.dumps(odd) + "\n" + json.dumps(FACEBOOK | {"id": "b"}) + "\n"
    ).encode()
    rows, entry = read(data, BY_ID["apify-facebook-comments"])
    assert [row.message_id for row in rows] == ["Y29tbWVudDox", "b"]
    assert entry.read == 3 or (not odd and isinstance(odd, str))


def test_export_comments_for_facebook_with_addresses_behind_words() -> None:
    reading = read_paths([SAMPLES / "exportcomments-facebook.xlsx"], now=NOW)
    first, reply, last = list(reading)
    assert reading.ledger.sources[0].format == "exportcomments"
    assert [row.text for row in (first, reply, last)] == [
        "Premier commentaire inventé",
        "Une réponse inventée",
        "Deuxième commentaire inventé",
    ]
    assert (first.platform, first.author_name, first.author_id) == (
        "facebook",
        "Ada Exemple",
        "100000000000011",
    )
    assert first.url == "https://www.facebook.com/exemple/posts/1?comment_id=7"
    assert (reply.kind, reply.parent_id) == ("reply", first.message_id)
    assert first.created_at == utc("2026-04-08T14:05:00Z")


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Username,Profile ID,Date,Likes,Comment,Comment Permalink", "ada,7,2026-04-08 14:05:00,1,oui,https://www.instagram.com/p/a/c/1",
         ("instagram", "ada", "oui")),
        ("Name,Unique ID,Date,Likes,Comment", "Ada,ada,2026-04-08 14:05:00,1,oui", ("other", "ada", "oui")),
        ("Name,Username,Date,Tweet Text,Favorites,Status URL", "Ada,ada,2026-04-08 14:05:00,oui,1,https://x.com/ada/status/1",
         ("x", "ada", "oui")),
    ],
)  # fmt: skip
def test_export_comments_for_other_platforms(
    tmp_path: Path, header: str, row: str, expected: tuple[str, str, str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n{row}\n", "utf-8")
    reading = read_paths([path], now=NOW)
    (message,) = list(reading)
    assert reading.ledger.sources[0].format == "exportcomments"
    assert (message.platform, message.author_handle, message.text) == expected
    assert message.like_count == 1
