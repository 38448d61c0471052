"""Charts as people see and use them: texts that do not collide, forced colours, paper and the keyboard."""

from itertools import pairwise

import pytest

from tests.loops import not_empty

ADDRESS = "/data-and-research/"
# The boxes of what stands beside each other in a chart: of names of columns, and of values on them.
BOXES = """
[...document.querySelectorAll("svg.chart")].flatMap((chart) => [".chart-text[text-anchor=middle]", ".chart-value"].map(
  (kind) => [...chart.querySelectorAll(kind)].filter((text) => text.checkVisibility())
    .map((text) => text.getBoundingClientRect()).map((box) => [box.left, box.right, box.top, box.bottom])))
"""

SIZES = "[...document.querySelectorAll('.chart text')].map((text) => getComputedStyle(text).fontSize)"


@pytest.mark.parametrize("width", [320, 390, 720, 1280])
def test_texts_do_not_collide_and_keep_their_size(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(ADDRESS)
    neighbours = [pair for boxes in page.evaluate(BOXES) for pair in pairwise(boxes)]
    for (left, right, top, bottom), other in not_empty(neighbours):
        assert right <= other[0] or bottom <= other[2] or other[3] <= top
        assert left >= 0
        assert right <= width
    sizes = page.evaluate(
        "[...document.querySelectorAll('.chart text')].map((text) => getComputedStyle(text).fontSize)"
    )
    assert set(sizes) == {"12px"}


def fill(page, selector):
    return page.locator(selector).first.evaluate("(mark) => getComputedStyle(mark).fill")


def test_marks_are_told_apart_in_forced_colours(page):
    page.emulate_media(forced_colors="active")
    page.goto(ADDRESS)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert fill(page, "#budget-by-year .chart-bar") != ground
    assert fill(page, ".pairs .chart-bar") != fill(page, ".pairs .chart-second")


def test_paper_has_the_charts(page):
    page.emulate_media(media="print")
    page.goto(ADDRESS)
    assert page.locator("#budget-by-year .chart").is_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") <= 0


def test_a_column_is_a_link_for_the_keyboard(page):
    page.goto(ADDRESS)
    column = page.get_by_role("link", name="2022: USD").first
    name = column.get_attribute("aria-label")
    column.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/?year=2022")
    assert name.partition(", ")[0].startswith("2022: USD ")


def test_the_table_unfolds_below_its_chart(page):
    page.goto(ADDRESS)
    page.locator("#budget-by-year .twin > summary").first.click()
    assert page.locator("#budget-by-year .table").is_visible()
