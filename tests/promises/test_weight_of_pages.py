"""Pages with figures are light: drawing, tables and text together, as they are sent."""

import pytest

from tests.urls import CHARTS

FIGURES = ("/", "/where-we-work/", "/where-we-work/?all=1", "/where-we-work/?region=africa", "/where-we-work/KEN",
           "/where-we-work/map", "/data-and-research/", "/data-and-research/eligible-states/", "/2030-agenda/",
           "/projects/table?by=country&across=year&measure=shared", *CHARTS)  # fmt: skip


@pytest.mark.parametrize("address", FIGURES)
def test_a_page_with_figures_is_under_60_kilobytes(client, sample, address):
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    # Only a short file goes out as it is.
    assert answer.headers.get("Content-Encoding") == "gzip" or len(answer.data) < 2_000
    assert len(answer.data) < 60_000
