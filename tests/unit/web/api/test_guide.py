"""The page of the API: everything that the description has, in words, without a script of anybody else."""

from werkzeug.datastructures import MultiDict

from portal.config import ROOT
from portal.exports.columns import COLUMNS
from portal.exports.options import ExportOptions
from portal.web.api.openapi import OPERATIONS
from portal.web.api.parameters import LANGUAGE, LIST_PARAMETERS, TABLE_PARAMETERS
from tests.loops import not_empty
from tests.pages import words


def test_the_page_lists_addresses_parameters_and_fields(visit):
    code = {words(element) for element in visit("/api/").select("th code")}
    assert {operation.path for operation in OPERATIONS} <= code
    assert {parameter.name for parameter in (*LIST_PARAMETERS, *TABLE_PARAMETERS, LANGUAGE)} <= code
    assert {column.name for column in COLUMNS} <= code


# One value of each, other than the default.
OPTIONS = {"columns": "year", "header": "keys", "bom": "0", "hxl": "1", "excel": "fr"}


def test_every_parameter_of_a_file_is_explained_where_people_look(visit):
    known = [name for name, _ in ExportOptions.parse(MultiDict(OPTIONS)).query_pairs()]
    page, text = visit("/api/"), (ROOT / "docs" / "addresses.md").read_text(encoding="utf-8")
    listed = {words(row.query("th")[0]): words(row) for row in page.select("#files ~ .table-wrap tbody tr")}
    assert set(not_empty(known)) == listed.keys() == OPTIONS.keys()
    assert [name for name in known if f"\n| `{name}` | " not in text] == []
    assert [name for name in known[1:] if OPTIONS[name] not in listed[name].split()[-1]] == []


def test_every_example_and_list_of_codes_works(visit, client, records):
    links = [link for link in visit("/api/").links if link.startswith("http://127.0.0.1:8000/api/")]
    assert len(links) > 5
    for link in not_empty(links):
        assert client.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_the_page_explains_each_kind_of_problem(visit, client, records):
    ids = visit("/api/").ids
    addresses = ("projects?x=1", "projects?page=99", "projects/nowhere", "table?across=country")
    for address in not_empty(addresses):
        kind = client.get(f"/api/v1/{address}").json["type"]
        assert kind.partition("#")[2] in ids
    assert "limit" in ids


def test_every_page_leads_to_it(visit):
    assert "/api/" in visit("/").links
    assert "/api/" in visit("/data-and-research/").links


def test_the_page_without_its_slash_redirects(client):
    assert client.get("/api").status_code == 308
