"""Charts: real text, no style that a strict policy drops, unknown told from zero, and never a hairball."""

from xml.etree import ElementTree

from saisine.charts import MOST_TIES, Hour, Mark, Tie, draw_ties, draw_timeline

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    assert " style=" not in svg
    return ElementTree.fromstring(svg)


def words(svg: str) -> list[str]:
    return [text.text or "" for text in parsed(svg).iter(f"{SVG}text")]


def test_a_timeline_writes_its_peak_its_ends_and_its_signs() -> None:
    hours = [Hour(2, "8 h"), Hour(40, is_peak=True), Hour(3, "10 h")]
    svg = draw_timeline(hours, [Mark(0.5, "A"), Mark(9.0, "B")], title="Messages par heure & co")
    assert words(svg) == ["8 h", "40", "10 h", "A"], "a moment outside the hours is not drawn"
    assert parsed(svg).get("aria-label") == "Messages par heure & co"
    tall = [float(bar.get("height") or 0) for bar in parsed(svg).iter(f"{SVG}rect")]
    assert tall[1] / tall[0] > 15


def test_hours_that_nobody_collected_are_hatched_and_empty_ones_are_not() -> None:
    svg = draw_timeline([Hour(0), Hour(None), Hour(5)], title="t")
    kinds = [bar.get("class") for bar in parsed(svg).iter(f"{SVG}rect")]
    assert kinds == ["bar-fill", "bar-unknown", "bar-fill"]
    assert "pattern" in svg
    assert "pattern" not in draw_timeline([Hour(0), Hour(5)], title="t")


def test_every_word_stays_inside_the_drawing() -> None:
    hours = [Hour(1, "minuit") for _ in range(2)]
    svg = draw_timeline(hours, [Mark(0.0, "A"), Mark(2.0, "B")], title="t", width=320)
    assert all(0 < float(text.get("x") or 0) < 320 for text in parsed(svg).iter(f"{SVG}text"))


def test_ten_links_at_most_are_drawn_each_name_once() -> None:
    ties = [Tie(f"A{n:03d}", f"A{n + 1:03d}", 10.0 - n / 10) for n in range(40)]
    svg = draw_ties(ties, title="Liens")
    lines = list(parsed(svg).iter(f"{SVG}line"))
    assert len(lines) == MOST_TIES
    assert len(words(svg)) == len(set(words(svg))) == MOST_TIES + 1
    widths = [float(line.get("stroke-width") or 0) for line in lines]
    assert widths == sorted(widths, reverse=True)


def test_nothing_to_draw_is_nothing() -> None:
    assert draw_timeline([], title="t") == draw_ties([], title="t") == ""
