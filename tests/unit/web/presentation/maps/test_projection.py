"""The projection of the map: where well-known places stand, and what a frame shows."""

import os
import re
import runpy
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.config import ROOT
from portal.vocabulary.country_points import points_by_code
from portal.web.presentation.maps.projection import WIDTH, WORLD, frame_around, project
from portal.web.public.places.world_map import places
from tests.loops import not_empty

# TopoJSON of countries, such as countries-110m.json of world-atlas (Natural Earth).
SHAPES = os.environ.get("PORTAL_TEST_SHAPES", "")
LAND = ROOT / "static" / "img" / "land.svg"
MEMBERS = re.findall(
    "[A-Z]{3}",
    """
AFG ALB DZA AND AGO ATG ARG ARM AUS AUT AZE BHS BHR BGD BRB BLR BEL BLZ BEN BTN BOL BIH BWA BRA BRN BGR BFA BDI
CPV KHM CMR CAN CAF TCD CHL CHN COL COM COG CRI CIV HRV CUB CYP CZE PRK COD DNK DJI DMA DOM ECU EGY SLV GNQ ERI
EST SWZ ETH FJI FIN FRA GAB GMB GEO DEU GHA GRC GRD GTM GIN GNB GUY HTI HND HUN ISL IND IDN IRN IRQ IRL ISR ITA
JAM JPN JOR KAZ KEN KIR KWT KGZ LAO LVA LBN LSO LBR LBY LIE LTU LUX MDG MWI MYS MDV MLI MLT MHL MRT MUS MEX FSM
MCO MNG MNE MAR MOZ MMR NAM NRU NPL NLD NZL NIC NER NGA MKD NOR OMN PAK PLW PAN PNG PRY PER PHL POL PRT QAT KOR
MDA ROU RUS RWA KNA LCA VCT WSM SMR STP SAU SEN SRB SYC SLE SGP SVK SVN SLB SOM ZAF SSD ESP LKA SDN SUR SWE CHE
SYR TJK THA TLS TGO TON TTO TUN TUR TKM TUV UGA UKR ARE GBR TZA USA URY UZB VUT VEN VNM YEM ZMB ZWE
""",
)
# Islands on either side of the 180th meridian.
PACIFIC = ("FJI", "TUV", "WSM", "TON", "KIR", "MHL", "NRU", "VUT", "SLB", "NZL")


def test_every_member_of_the_united_nations_has_a_place_on_the_map():
    assert len(set(MEMBERS)) == 193
    assert [code for code in MEMBERS if code not in places()] == []
    outside = [code for code in MEMBERS if not inside(places()[code])]
    assert outside == []


def inside(place):
    return 0 <= place[0] - WORLD.x <= WORLD.width and 0 <= place[1] - WORLD.y <= WORLD.height


def test_the_middle_of_the_map_is_where_it_was_turned_to():
    assert project(11, 0) == (WIDTH / 2, 260.0)


def test_the_globe_is_as_wide_as_it_says():
    west, east = project(-168.99999, 0)[0], project(190.99999, 0)[0]
    assert (round(west, 3), round(east, 3)) == (0, WIDTH)


def test_north_is_up_and_east_is_to_the_right():
    norway, kenya, peru = places()["NOR"], places()["KEN"], places()["PER"]
    assert norway[1] < kenya[1]
    assert peru[0] < kenya[0]


def test_the_islands_of_the_pacific_stand_together():
    """On a map that ends at the 180th meridian, Samoa and Tonga are a world away from Fiji."""
    assert min(places()[code][0] for code in PACIFIC) > 800


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_turn_round_the_globe_leads_to_the_same_place(longitude, latitude):
    x, y = project(longitude, latitude)
    again = project(longitude + 360, latitude)
    # At the very edge of the map a rounding error is the width of the world.
    assert abs(again[1] - y) < 1e-6
    assert abs(again[0] - x) < 1e-6 or abs(longitude + 169) < 1e-6


@given(st.sets(st.sampled_from(sorted(points_by_code())), min_size=1))
def test_a_frame_shows_what_it_stands_around(codes):
    known = [places()[code] for code in codes if code != "ATA"]
    frame = frame_around(known)
    width, height = frame.drawn_size
    assert width == pytest.approx(WORLD.width)
    drawn = map(frame.drawn, known)
    assert [(x, y) for x, y in drawn if not (-0.5 <= x <= width + 0.5 and -0.5 <= y <= height + 0.5)] == []


def test_a_frame_lies_within_the_world():
    for code in not_empty(MEMBERS):
        frame = frame_around([places()[code]])
        assert WORLD.x - 0.1 <= frame.x <= WORLD.x + WORLD.width - frame.width + 0.1
        assert WORLD.y - 0.1 <= frame.y <= WORLD.y + WORLD.height - frame.height + 0.1


def test_the_frame_of_nothing_is_the_world():
    assert frame_around([]) is WORLD


def test_the_land_is_one_outline():
    """No path of its own for any country, so no frontier can be drawn."""
    text = LAND.read_text(encoding="utf-8")
    assert text.count("<path") == 1
    assert 'id="land"' in text
    assert LAND.stat().st_size < 60_000


@pytest.mark.skipif(not SHAPES, reason="PORTAL_TEST_SHAPES names no file of shapes")
def test_the_land_is_what_the_script_draws():
    command = [sys.executable, "tools/draw_land.py", SHAPES]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    drawn = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout
    assert drawn == LAND.read_text(encoding="utf-8")


def test_a_ring_across_the_edge_stays_in_one_piece():
    """Chukotka and Fiji lie on both sides of the 180th meridian."""
    unrolled = runpy.run_path(str(ROOT / "tools" / "draw_land.py"))["unrolled"]
    ring = unrolled([(178.0, -17.0), (-179.0, -17.0), (-179.0, -16.0), (178.0, -16.0)])
    assert [degrees for degrees, _ in ring] == [167.0, 170.0, 170.0, 167.0]
