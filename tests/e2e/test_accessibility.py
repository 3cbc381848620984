"""Every page in its states, judged by axe: both languages, both schemes, 320 and 1280 px.

`make test` sees each page once, filled; `make test-all` sees all of it, and says how many times it looked. What
axe leaves to a person is listed in docs/accessibility.md, and a new kind of it fails.
"""

import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from playwright.sync_api import Browser, Locator, Page

from saisine.example import ExampleReport
from tests.e2e.running import CHROMIUM, axe_results, clock
from tests.e2e.stage import Stage, at_work, example, many, nothing
from tests.e2e.team import cookies_of, team
from tests.e2e.url_map import ADDRESSES, MOMENTS, Moment, NoPage, form
from tests.e2e.url_map import Page as Address

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]

PAGES = {name: page for name, page in ADDRESSES.items() if isinstance(page, Address)}
DOCS = Path(__file__).parents[2] / "docs" / "accessibility.md"
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
WIDTHS, SCHEMES, LANGUAGES = (320, 1280), ("light", "dark"), ("fr", "en")
BEFORE_ACCOUNTS = ("/compte/premier/",)  # gone with the first account
# state -> the workspace that shows it
STATES = {
    "empty": "empty",
    "normal": "normal",
    "busy": "normal",
    "many": "many",
    "refused": "normal",
    "members": "members",
}
UNKNOWN = "0" * 32
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')  # another one at each look


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


# ------------------------------------------------------------------ looking


@dataclass
class Look:
    """One visitor's page, and what was found on it so far. `left` are the kinds that axe leaves to a person."""

    page: Page
    stage: Stage
    faults: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)
    runs: int = 0

    def open(self, at: str, *, status: int | None = 200) -> bool:
        """Whether the page is there, and not the page of an error in its place."""
        self.page.context.clear_cookies(name="saisine_left")  # the blank page is one of them
        answer = self.page.goto(self.stage.url + at)
        return (
            answer is not None
            and (status is None or answer.status == status)
            and urlsplit(self.page.url).path == urlsplit(at).path
        )

    def judge(self, name: str, width: int, scheme: str, *, colours_alone: bool = False) -> None:
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = axe_results(self.page, colours_alone=colours_alone)
        self.runs += 1
        self.left |= {line.partition(":")[0] for line in found["incomplete"]}
        said = f"{name} {width} {scheme}"
        self.faults += [f"{said}: {fault}" for fault in found["violations"]]
        if self.page.evaluate(TOO_WIDE):
            self.faults.append(f"{said}: wider than the screen")

    def judge_all(self, name: str) -> None:
        """In both widths and schemes. A page that is the same to the byte as one judged before is not judged twice.

        The dark scheme changes colours alone (a test of tests/web says so): there the rules on colours are asked.
        """
        print(f" {name}", end="", file=sys.stderr, flush=True)
        same = hashlib.sha256(TOKEN.sub("", self.page.content()).encode()).hexdigest()
        if same in self.stage.judged:
            return
        self.stage.judged.add(same)
        self.pages.add(name)
        for width, scheme in product(WIDTHS, SCHEMES):
            self.judge(name, width, scheme, colours_alone=scheme == "dark")

    def speak(self, language: str) -> None:
        self.page.context.add_cookies([_cookie(self.stage, "saisine_language", language)])

    def become(self, who: str) -> None:
        """Look as someone else from here on."""
        self.page.context.clear_cookies(name=re.compile("^saisine_(session|csrf)"))
        for name, value in self.stage.run(lambda: cookies_of(who)).items():
            self.page.context.add_cookies([_cookie(self.stage, name, value)])

    def say(self, title: str) -> None:
        """One line that shows how far a long run is, and what it counted."""
        print(
            f"{title}: {len(self.pages)} pages, {self.runs} looks, {len(self.faults)} faults", file=sys.stderr
        )


def _cookie(stage: Stage, name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value, "url": stage.url}


def _address(stage: Stage, workspace: str, place: Address | Moment) -> str:
    return place.at.format(**stage.ids[workspace])


@pytest.fixture
def look(stage: Stage, chromium: Browser) -> Look:
    return Look(chromium.new_context(locale="fr-FR", reduced_motion="reduce").new_page(), stage)


def test_axe_finds_nothing_on_any_page(look: Look, stage: Stage) -> None:
    """Each page once, filled; width and scheme turn, so that each is seen on half of them."""
    stage.show("normal")
    turns = cycle([(320, "dark"), (1280, "light"), (320, "light"), (1280, "dark")])
    for name, place in PAGES.items():
        if place.since != "normal":
            continue
        if look.open(_address(stage, "normal", place)):
            look.judge(name, *next(turns))
        else:
            look.faults.append(f"{name}: no page at {look.page.url}")
    assert look.faults == []


def test_axe_finds_nothing_where_types_are_confirmed(look: Look, stage: Stage) -> None:
    """The panel of reasons with every box unfolded, before « Confirmer » and after; keyboard alone ticks and sends."""
    stage.show("normal")
    assert look.open("/tri/urgent/")
    look.page.locator(form("/tri/pourquoi/")).first.click()
    panel = look.page.locator("form.types")
    panel.wait_for()
    _unfold_all(panel)
    look.judge("types to confirm", 320, "light")
    look.judge("types to confirm", 1280, "dark")
    assert panel.get_by_role("checkbox", checked=True).count() >= 1
    panel.get_by_role("group", name="Groupes visés").get_by_role("checkbox", name="Femmes").press("Space")
    panel.get_by_role("button", name="Confirmer").press("Enter")
    look.page.get_by_text("Confirmé par vous").wait_for()
    assert look.page.get_by_text("groupes visés : femmes").count() == 1
    _unfold_all(panel)
    look.judge("types confirmed", 320, "dark")
    look.judge("types confirmed", 1280, "light")
    look.page.get_by_role("button", name="Annuler la confirmation").press("Enter")
    look.page.get_by_role("group", name="Ce que le tri propose").wait_for()
    assert look.faults == []
    assert look.left <= reviewed()


def _unfold_all(within: Locator) -> None:
    within.evaluate("part => part.querySelectorAll('details').forEach(one => { one.open = true })")


# ------------------------------------------------------------------ every state


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_state(
    state: str, language: str, look: Look, stage: Stage, report: ExampleReport
) -> None:
    workspace = _workspace_of(state, stage, report)
    look.speak(language)
    with stage.busy_with(at_work if state == "busy" else None):
        for name, place in PAGES.items():
            if not _reach(look, workspace, state, place):
                continue
            assert look.page.locator("html").get_attribute("lang") == language
            look.judge_all(name)
    look.say(f"{state} {language}")
    assert look.faults == []
    assert look.left <= reviewed(), (
        "what axe leaves to a person is looked at, and listed in docs/accessibility.md"
    )


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_once_something_was_pressed(
    language: str, look: Look, stage: Stage, report: ExampleReport
) -> None:
    look.speak(language)
    for workspace in ("normal", "members"):
        _workspace_of(workspace, stage, report)
        for name, moment in MOMENTS.items():
            if moment.since == workspace:
                _press(look, workspace, moment)
                look.judge_all(name)
    look.say(f"moments {language}")
    assert look.faults == []
    assert look.left <= reviewed()


def _press(look: Look, workspace: str, moment: Moment) -> None:
    if workspace == "members":
        look.become(moment.who)
    assert look.open(_address(look.stage, workspace, moment), status=None), look.page.url
    if not moment.press:
        return
    button = look.page.locator(moment.press).first
    button.evaluate(_UNFOLD)
    for box, text in moment.typed.items():
        _type(button.locator("xpath=ancestor::form").locator(box).first, text)
    button.click()
    look.page.wait_for_load_state("networkidle")


def _type(box: Locator, text: str) -> None:
    if box.get_attribute("type") == "checkbox":
        box.and_(box.page.locator(f"[value={text}]")).or_(box).first.check()
    else:
        box.fill(text)


_UNFOLD = "part => { for (let one = part; one; one = one.parentElement) if (one.matches('details')) one.open = true }"


def _workspace_of(state: str, stage: Stage, report: ExampleReport) -> str:
    workspace = STATES[state]
    if workspace not in stage.ids:
        fill = {"empty": nothing, "many": many(report.folder), "members": team(report.folder)}[workspace]
        stage.build(workspace, fill)
    stage.show(workspace)
    return workspace


def _reach(look: Look, workspace: str, state: str, place: Address) -> bool:
    """Open the page in that state; False when it has no such state."""
    if state == "members":
        if place.since != "members" and place.at in BEFORE_ACCOUNTS:
            return False
        look.become(place.who)
    elif place.since != "normal":
        return False
    if state == "empty" and not place.has_empty:
        return False
    if state != "refused":
        is_there = look.open(_address(look.stage, workspace, place))
        assert is_there or state == "empty", f"{place.at}: {look.page.url}"
        return is_there
    return _refuse(look, workspace, place)


def _refuse(look: Look, workspace: str, place: Address) -> bool:
    """The page that refuses a form, or that of an id that does not exist."""
    if place.refused is None and "{" not in place.at:
        return False
    if place.refused is None:
        look.open(re.sub(r"{\w+}", UNKNOWN, place.at), status=None)
    else:
        fields = {name: value.format(**look.stage.ids[workspace]) for name, value in place.refused.items()}
        look.open(_address(look.stage, workspace, place))
        with look.page.expect_navigation():
            look.page.evaluate(_SEND, fields)
    return look.page.get_by_role("alert").count() > 0


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
