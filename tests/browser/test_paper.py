"""What stands on paper: tables that are folded on a screen, and the numbers of the map."""

import shutil
import subprocess

import pytest

from tests.requirements import lacks


@pytest.fixture
def printed(page, tmp_path):
    """printed(address) is the text of the page as Chromium prints it on A4."""
    program = shutil.which("pdftotext") or lacks("pdftotext is not installed", "apt-get install poppler-utils")

    def read(address):
        page.goto(address)
        page.pdf(path=tmp_path / "page.pdf", format="A4")
        text = subprocess.run(
            [program, "-layout", tmp_path / "page.pdf", "-"], capture_output=True, check=True, encoding="utf-8"
        )
        return " ".join(text.stdout.split())

    return read


@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("/data-and-research/", "#budget-by-year .twin tbody tr"),
        ("/data-and-research/", "#running-by-year .twin tbody tr"),
        ("/data-and-research/eligible-states/", "[aria-labelledby=africa] .twin tbody th"),
        ("/2030-agenda/", ".agenda-table tbody th"),
    ],
)
def test_tables_that_are_folded_on_a_screen_are_printed(page, printed, address, rows):
    text = printed(address)
    cells = page.eval_on_selector_all(
        rows, "rows => rows.flatMap((row) => row.cells ? [...row.cells] : [row]).map((cell) => cell.textContent.trim())"
    )
    assert len(cells) > 5
    # A long name breaks over lines between which other columns stand.
    assert [cell for cell in cells if " " not in cell and cell not in text] == []
    assert page.locator(rows).first.is_hidden()


def test_the_numbers_of_the_map_are_printed(page):
    page.set_viewport_size({"width": 700, "height": 900})
    page.goto("/where-we-work/")
    numbers = page.locator("svg.map a text")
    assert numbers.first.is_hidden()
    page.emulate_media(media="print")
    assert numbers.first.is_visible()
    assert page.locator("svg.map .key").is_visible()


def test_a_mark_leads_where_its_name_does(page):
    page.goto("/data-and-research/")
    row = page.locator("#budget-by-theme .rows li").first
    address = row.locator("a").get_attribute("href")
    row.scroll_into_view_if_needed()
    box = row.locator("b").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(f"**{address}")
