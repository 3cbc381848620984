"""Every page in its states, judged by axe: both languages, both schemes, 320 and 1280 px.

`make test` sees each page once, filled; `make test-all` sees all of it. What axe leaves to a person is listed in
docs/accessibility.md, and a new kind of it fails.
"""

import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from playwright.sync_api import Browser, Page

from saisine.example import ExampleReport
from tests.e2e.running import CHROMIUM, axe_results, clock
from tests.e2e.stage import Stage, example, many, nothing
from tests.e2e.url_map import ADDRESSES, NoPage
from tests.e2e.url_map import Page as Address

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]

PAGES = {name: page for name, page in ADDRESSES.items() if isinstance(page, Address)}
DOCS = Path(__file__).parents[2] / "docs" / "accessibility.md"
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
WIDTHS, SCHEMES, LANGUAGES = (320, 1280), ("light", "dark"), ("fr", "en")
UNKNOWN = "0" * 32


@pytest.fixture(scope="module")
def stage(report: ExampleReport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("stage"), clock) as opened:
        opened.build("normal", example(report.folder))
        yield opened


def names() -> set[str]:
    return {name for name in get_resolver().reverse_dict if isinstance(name, str)}


def test_every_address_has_a_line() -> None:
    missing = names() - set(ADDRESSES)
    assert not missing, f"add one line to tests/e2e/url_map.py for each of: {sorted(missing)}"
    assert not set(ADDRESSES) - names(), "a line whose address is gone"
    seen = {place.page for place in ADDRESSES.values() if isinstance(place, NoPage) and place.page}
    assert seen <= set(PAGES), "an act is seen on a page that has a line as a page"


def test_what_is_called_an_act_answers_to_no_link(stage: Stage) -> None:
    """GET of an act is refused: nothing is sent, shown or deleted by following a link."""
    client = Client(HTTP_HOST="127.0.0.1")
    acts = {name for name, place in ADDRESSES.items() if isinstance(place, NoPage) and place.kind == "act"}

    def answers() -> dict[str, int]:
        return {name: client.get(reverse(name, args=_arguments(name))).status_code for name in acts}

    stage.show("normal")
    assert {name: status for name, status in stage.run(answers).items() if status not in (404, 405)} == {}


def _arguments(name: str) -> list[str]:
    """Ids that do not exist, as many as the address has."""
    parts: list[str] = list(get_resolver().reverse_dict[name][0][0][1])  # type: ignore[index]
    return ["0" if part in ("pk", "seq") else UNKNOWN for part in parts]


# ------------------------------------------------------------------ each page once


def test_axe_finds_nothing_on_any_page(stage: Stage, chromium: Browser) -> None:
    """Each page once, filled; width and scheme turn, so that each is seen on half of them."""
    stage.show("normal")
    page = chromium.new_context(locale="fr-FR", reduced_motion="reduce").new_page()
    faults: list[str] = []
    turns = cycle([(320, "dark"), (1280, "light"), (320, "light"), (1280, "dark")])
    for name, place in PAGES.items():
        if place.since != "normal":
            continue
        width, scheme = next(turns)
        if not _open(page, stage.url + _address(stage, "normal", place)):
            faults.append(f"{name}: no page at {page.url}")
            continue
        faults += _judge(page, f"{name} {width} {scheme}", width, scheme)
    assert faults == []


def _address(stage: Stage, workspace: str, place: Address) -> str:
    return place.at.format(**stage.ids[workspace])


def _open(page: Page, url: str) -> bool:
    """Whether the page is there, and not the page of an error in its place."""
    page.context.clear_cookies(name="saisine_left")  # the blank page is one of them
    answer = page.goto(url)
    return answer is not None and answer.status == 200 and urlsplit(page.url).path == urlsplit(url).path


def _judge(page: Page, name: str, width: int, scheme: str, left: set[str] | None = None) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = axe_results(page)
    if left is not None:
        left |= {line.partition(":")[0] for line in found["incomplete"]}
    faults = [f"{name}: {fault}" for fault in found["violations"]]
    if page.evaluate(TOO_WIDE):
        faults.append(f"{name}: wider than the screen")
    return faults


# ------------------------------------------------------------------ every state


@pytest.mark.slow
@pytest.mark.parametrize("state", ["empty", "normal", "many", "refused"])
def test_axe_finds_nothing_in_any_state(
    state: str, stage: Stage, chromium: Browser, report: ExampleReport
) -> None:
    workspace = _workspace_of(state, stage, report)
    page = chromium.new_context(locale="fr-FR", reduced_motion="reduce").new_page()
    faults: list[str] = []
    left: set[str] = set()
    for language in LANGUAGES:
        page.context.add_cookies([{"name": "saisine_language", "value": language, "url": stage.url}])
        for name, place in PAGES.items():
            if not _reach(page, stage, workspace, state, place):
                continue
            assert page.locator("html").get_attribute("lang") == language
            for width in WIDTHS:
                for scheme in SCHEMES:
                    faults += _judge(page, f"{name} {state} {language} {width} {scheme}", width, scheme, left)
    assert faults == []
    assert left <= reviewed(), "what axe leaves to a person is looked at, and listed in docs/accessibility.md"


def _workspace_of(state: str, stage: Stage, report: ExampleReport) -> str:
    workspace = {"empty": "empty", "many": "many"}.get(state, "normal")
    if workspace not in stage.ids:
        stage.build(workspace, nothing if workspace == "empty" else many(report.folder))
    stage.show(workspace)
    return workspace


def _reach(page: Page, stage: Stage, workspace: str, state: str, place: Address) -> bool:
    """Open the page in that state; False when it has no such state."""
    if place.since != "normal" or (state == "empty" and not place.has_empty):
        return False
    if state != "refused":
        return _open(page, stage.url + _address(stage, workspace, place))
    if place.refused is None and "{" not in place.at:
        return False
    if place.refused is None:
        page.goto(stage.url + re.sub(r"{\w+}", UNKNOWN, place.at))
    else:
        fields = {name: value.format(**stage.ids[workspace]) for name, value in place.refused.items()}
        _open(page, stage.url + _address(stage, workspace, place))
        with page.expect_navigation():
            page.evaluate(_SEND, fields)
    return page.get_by_role("alert").count() > 0


# the form is sent as the browser would, with what no honest field holds
_SEND = """fields => {
  const form = document.createElement("form"), token = document.querySelector("[name=csrfmiddlewaretoken]")
  form.method = "post"
  form.enctype = "multipart/form-data"
  for (const [name, value] of Object.entries({...fields, csrfmiddlewaretoken: token.value})) {
    const field = document.createElement("input")
    field.name = name
    field.value = value
    form.append(field)
  }
  document.body.append(form)
  form.submit()
}"""


def reviewed() -> set[str]:
    """The kinds of « incomplete » that docs/accessibility.md lists, each with who looked and what was seen."""
    table = DOCS.read_text("utf-8").partition("## What axe leaves to a person")[2]
    return set(re.findall(r"^\| `([a-z-]+)`", table, re.M))
