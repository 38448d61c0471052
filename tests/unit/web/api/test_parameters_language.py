"""`lang` of the API: sentences, notes and names in a language; codes and texts of records are the same in all."""

import pytest

from portal.config import ROOT
from tests.loops import not_empty

ADDRESSES = ("projects?country=KEN", "projects/LM.0101?fields=status", "facets", "table?by=country", "terms/country")


def test_the_sentence_and_the_names_are_in_the_language(ask):
    answer = ask("projects?country=SEN&lang=fr&per_page=1")
    assert answer["query"].startswith("Projets au Sénégal")
    assert answer["facets"]["country"]["label"] == "État Membre"
    named = {value["value"]: value["name"] for value in answer["facets"]["status"]["values"]}
    assert named["completed"] == "Achevé"
    (item,) = answer["items"]
    assert item["status"] in ("Achevé", "En cours")
    assert item["status_code"] in ("completed", "active")


def test_tables_and_lists_of_terms_are_in_it_too(ask):
    assert "Sénégal" in [row["label"] for row in ask("table?by=country&lang=fr")["rows"]]
    assert "Côte d’Ivoire" in [term["name"] for term in ask("terms/country?lang=fr")["terms"]]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_link_of_an_answer_keeps_the_language(ask, address):
    mark = "&" if "?" in address else "?"
    links = ask(f"{address}{mark}lang=fr")["links"]
    assert {name: "lang=fr" in link for name, link in not_empty(links.items()) if link and "/api/" in link} == {
        name: True for name, link in links.items() if link and "/api/" in link
    }
    if "alternate" in links:
        assert "/fr/" in links["alternate"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_english_is_what_an_answer_without_it_is_in(client, records, address):
    mark = "&" if "?" in address else "?"
    plain, english, french = (
        client.get(f"/api/v1/{address}{more}") for more in ("", f"{mark}lang=en", f"{mark}lang=fr")
    )
    assert plain.data == english.data
    assert plain.headers["ETag"] == english.headers["ETag"] != french.headers["ETag"]


def test_a_refusal_is_in_the_language(ask):
    (error,) = ask("projects?status=lost&lang=es", status=400)["errors"]
    assert error["detail"].startswith("status admite los códigos")


@pytest.mark.parametrize("query", ["lang=de", "lang=", "lang=qps-rtl", "lang=fr&lang=es"])
def test_other_languages_are_refused(ask, query):
    (error,) = ask(f"projects?{query}", status=400)["errors"]
    assert error["name"] == "lang"


def test_the_description_lists_it_for_every_address(client):
    paths = client.get("/api/openapi.json").json["paths"]
    for path in not_empty(paths.values()):
        (parameter,) = [one for one in path["get"]["parameters"] if one["name"] == "lang"]
        assert parameter["schema"] == {"type": "string", "enum": ["en", "fr", "es"], "default": "en"}


def test_the_next_request_is_in_english_again(client, records):
    assert client.get("/api/v1/facets?lang=fr").json["query"].startswith("Tous les projets")
    assert client.get("/api/v1/facets").json["query"].startswith("All projects")


def test_the_parameter_is_described_where_addresses_are():
    assert "All of them take `lang`" in (ROOT / "docs" / "addresses.md").read_text(encoding="utf-8")
