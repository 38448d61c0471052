"""Static files: kept for good under their hash, and as small as the browser can take them."""

import gzip
import re

import brotli
import pytest

from portal.config import ROOT
from portal.web.http import static_files

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "zstd": static_files.zstd.decompress}


@pytest.fixture
def sheet(client):
    """The address of the style sheet, as pages name it."""
    return re.search(r'href="(/static/site\.[0-9a-f]{12}\.css)"', client.get("/contact/").text)[1]


@pytest.mark.parametrize("algorithm", UNPACK)
def test_a_file_comes_packed_as_asked(client, sheet, algorithm):
    plain = client.get(sheet).data
    answer = client.get(sheet, headers={"Accept-Encoding": algorithm})
    assert answer.headers["Content-Encoding"] == algorithm
    assert UNPACK[algorithm](answer.data) == plain
    assert len(answer.data) < len(plain) / 4


def test_a_browser_that_takes_all_gets_the_smallest(client, sheet):
    every = client.get(sheet, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    sizes = [len(client.get(sheet, headers={"Accept-Encoding": algorithm}).data) for algorithm in UNPACK]
    assert len(every.data) == min(sizes)


@pytest.mark.parametrize("asked", ["", "identity", "deflate"])
def test_a_browser_that_takes_none_gets_the_file(client, sheet, asked):
    assert "Content-Encoding" not in client.get(sheet, headers={"Accept-Encoding": asked}).headers


def test_a_file_is_kept_for_a_year_and_tells_caches_what_it_varies_with(client, sheet):
    answer = client.get(sheet)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers


def test_each_packing_has_its_own_tag(client, sheet):
    tags = {client.get(sheet, headers={"Accept-Encoding": asked}).headers["ETag"] for asked in ("", *UNPACK)}
    assert len(tags) == len(UNPACK) + 1


def test_a_known_file_is_not_sent_again(client, sheet):
    asked = {"Accept-Encoding": "br"}
    tag = client.get(sheet, headers=asked).headers["ETag"]
    answer = client.get(sheet, headers={**asked, "If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_a_wrong_hash_is_not_there(client, sheet):
    wrong = re.sub(r"\.[0-9a-f]{12}\.", ".0123456789ab.", sheet)
    answer = client.get(wrong)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("algorithm", UNPACK)
def test_a_page_comes_packed_as_asked(client, algorithm):
    answer = client.get("/contact/", headers={"Accept-Encoding": algorithm})
    assert answer.headers["Content-Encoding"] == algorithm
    assert b"</html>" in UNPACK[algorithm](answer.data)


def test_every_script_has_the_type_that_browsers_run(app, client):
    page = client.get("/contact/").text
    scripts = re.findall(r'src="(/static/[^"]+\.js)"', page)
    assert {client.get(script).mimetype for script in scripts} == {"text/javascript"}


def test_sheets_sent_apart_are_the_joined_sheet_in_its_order():
    assets = static_files.load_assets(ROOT / "static")
    apart = static_files.style_assets(ROOT / "static", assets, is_joined=False)
    joined = static_files.style_assets(ROOT / "static", assets, is_joined=True)
    assert list(joined) == ["site.css"]
    assert len(apart) > 20
    together = b"\n".join(sheet.body for sheet in apart.values()).decode()
    assert static_files.minified(together).encode() == joined["site.css"].body


def test_a_sheet_sent_apart_is_what_its_file_says():
    sheets = static_files.style_assets(ROOT / "static", static_files.load_assets(ROOT / "static"), is_joined=False)
    tokens = "css/tokens/tokens.css"
    assert sheets[tokens].body == (ROOT / "static" / tokens).read_bytes()


@pytest.mark.parametrize("at_rule", ["@media print", "@container (max-width: 59.99rem)", "@layer utilities"])
def test_a_pseudo_class_of_a_descendant_stays_one(at_rule):
    css = static_files.minified(f"{at_rule} {{ .map :is(text, .key) {{ display: none; }} }}")
    assert ".map *:is(text,.key){display:none}" in css
