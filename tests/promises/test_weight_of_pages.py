"""Pages with figures are light: drawing, tables, text and outlines of the land together, as they are sent."""

import re

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
    assert len(answer.data) + sum(map(weight(client), drawings(client, address))) < 60_000


def drawings(client, address):
    """The drawings that the page fetches to show its figures; icons stand on every page, and are no figure."""
    return set(re.findall(r'href="(/static/img/(?!icon)[^"#]+\.svg)', client.get(address).text))


def weight(client):
    def weigh(address):
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        return len(answer.data)

    return weigh


def test_a_map_brings_its_land(client, sample):
    assert [address.partition(".")[0] for address in drawings(client, "/where-we-work/")] == ["/static/img/land"]
