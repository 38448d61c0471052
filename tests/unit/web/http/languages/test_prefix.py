"""Every public page has an address in each language: the same path behind a prefix, from which no link leads away."""

import re
from itertools import product

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from portal.i18n.languages import DEFAULT_CODES, LANGUAGES
from portal.vocabulary.workflow import State
from portal.web.declarations import has_languages
from portal.web.http.languages.prefix import LANGUAGE, LanguageAdapter, language_of_path
from portal.web.presentation import i18n
from portal.web.presentation.urls import in_language, url_for
from tests.conftest import FRAGMENT
from tests.loops import not_empty
from tests.urls import SELECTIONS, files, fixed

PREFIXED = [LANGUAGES[code] for code in DEFAULT_CODES if LANGUAGES[code].prefix]
LINK = re.compile(r'<a [^>]*?href="(/[^"]*)"|(?:action|hx-get|hx-post)="(/[^"]*)"|<link [^>]*?href="(/[^"]*)"')
SWITCH = re.compile(r'<ul class="languages".*?</ul>', re.DOTALL)


def links(page):
    """The local addresses of a page outside its switch of languages."""
    return [next(filter(None, found)) for found in LINK.findall(SWITCH.sub("", page))]


@pytest.fixture
def leaves(app):
    """leaves(address, language): whether a link on a page of that language leads out of it, as far as it need not."""
    routes = app.url_map.bind("localhost")

    def leaves(address, language):
        path = address.partition("?")[0].partition("#")[0]
        inside = path.startswith(f"{language.prefix}/")
        endpoint = routes.match(path.removeprefix(language.prefix) if inside else path)[0]
        return inside != has_languages(app.view_functions[endpoint])

    return leaves


@pytest.mark.parametrize("language", PREFIXED, ids=lambda language: language.code)
def test_every_page_is_there_in_each_language_and_no_link_leads_out_of_it(app, client, sample, leaves, language):
    pages = [path for path in fixed(app) if not path.startswith("/api/")]
    for path in not_empty([*pages, *SELECTIONS, "/projects/LM.0024", "/projects/LM.0024/history", "/embed/projects"]):
        answer = client.get(f"{language.prefix}{path}")
        assert answer.status_code == 200, path
        assert f'<html lang="{language.tag}">' in answer.text
        assert [link for link in links(answer.text) if leaves(link, language)] == [], path


def test_a_part_of_a_page_has_the_addresses_of_its_language(client, sample, leaves):
    answer = client.get("/fr/projects/?region=africa", headers=FRAGMENT)
    assert answer.headers["HX-Push-Url"] == "/fr/projects/?region=africa"
    assert len(links(answer.text)) > 20
    assert [link for link in links(answer.text) if leaves(link, LANGUAGES["fr"])] == []


@pytest.mark.parametrize(
    "path",
    ["/staff/", "/sign-in", "/forgotten", "/api/", "/api/v1/projects", "/healthz", "/readyz", "/robots.txt",
     "/sitemap.xml", "/iati/activities.xml", "/iati/codelists/type.xml", "/audit/checkpoint", "/static/x", "/fr/",
     "/es/projects/", "/no-such-page/", "/_components"],
)  # fmt: skip
def test_what_is_for_staff_and_programs_is_not_below_a_prefix(client, path):
    answer = client.get(f"/fr{path}")
    assert answer.status_code == 404
    assert path.startswith("/api/") or '<html lang="fr">' in answer.text


@pytest.mark.parametrize("path", ["/en/", "/FR/", "/de/projects/", "/frr/", "/qps-rtl/"])
def test_other_prefixes_are_no_languages(client, path):
    assert client.get(path).status_code == 404


def test_the_form_of_a_post_is_not_below_a_prefix(client):
    assert client.post("/fr/sign-in").status_code == 404
    assert client.post("/fr/projects/").status_code == 405


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/fr", "/fr/"),
        ("/fr/projects", "/fr/projects/"),
        ("/fr/projects/?running=now&region=africa", "/fr/projects/?region=africa&on="),
        ("/es/where-we-work/ke", "/es/where-we-work/KEN"),
        ("/es/where-we-work/ke.xlsx", "/es/where-we-work/KEN.xlsx"),
        ("/fr/projects/lm.0024", "/fr/projects/LM.0024"),
        ("/fr/projects/lm.0024/history", "/fr/projects/LM.0024/history"),
        ("/fr/projects/lm.0024.csv", "/fr/projects/LM.0024.csv"),
    ],
)
def test_redirects_keep_the_language(client, sample, path, to):
    answer = client.get(path)
    assert answer.status_code in (301, 302, 308)
    assert answer.headers["Location"].removeprefix("http://localhost").startswith(to)


def test_a_withdrawn_record_and_a_page_past_the_last_say_so_in_the_language(client, office):
    slug = office.revision(State.PUBLISHED).project.slug
    assert client.get(f"/fr/projects/{slug}").status_code == 200
    past = client.get("/es/projects/?page=999")
    assert (past.status_code, '<html lang="es">' in past.text) == (404, True)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "jsonl", "geojson", "atom", "ics", "360.json", "xml"])
def test_files_are_below_a_prefix(client, sample, suffix):
    answers = [client.head(f"{prefix}/projects.{suffix}?country=KEN") for prefix in ("/fr", "")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].headers["ETag"] != answers[1].headers["ETag"]


@pytest.mark.parametrize("path", ["/", "/projects/?region=africa", "/who-we-are/", "/projects/table.csv"])
def test_each_language_has_an_etag_of_its_own(client, sample, path):
    tags = [client.get(f"{LANGUAGES[code].prefix}{path}").headers["ETag"] for code in DEFAULT_CODES]
    assert len(set(tags)) == len(DEFAULT_CODES)
    assert client.get(f"/fr{path}", headers={"If-None-Match": tags[1]}).status_code == 304
    assert client.get(f"/fr{path}", headers={"If-None-Match": tags[0]}).status_code == 200


def test_pages_kept_in_memory_are_told_apart_however_they_are_spelled(client, sample):
    spellings = ["?region=africa&theme=diaspora", "?theme=diaspora&region=africa", "?theme=diaspora&region=africa&x=1"]
    for spelling, code in not_empty(product(spellings, DEFAULT_CODES)):
        page = client.get(f"{LANGUAGES[code].prefix}/projects/{spelling}").text
        assert f'<html lang="{code}">' in page
        assert page == client.get(f"{LANGUAGES[code].prefix}/projects/{spelling}").text


def test_the_language_ends_with_the_request(app, client):
    client.get("/fr/")
    assert i18n.current_locale() == "en"
    with app.test_request_context("/fr/projects/"):
        assert (i18n.current_locale(), url_for("projects.directory")) == ("fr", "/fr/projects/")
        with i18n.using("es"):
            assert url_for("projects.directory", region="africa") == "/es/projects/?region=africa"
            assert url_for("desk.show_desk") == "/staff/"
        assert url_for("projects.directory") == "/fr/projects/"
    assert i18n.current_locale() == "en"


def test_a_portal_may_itself_stand_below_a_path(app):
    with app.test_request_context("/fr/projects/", base_url="http://localhost/fund"):
        assert (url_for("overview.home"), url_for("desk.show_desk")) == ("/fund/fr/", "/fund/staff/")
        assert in_language("es", "/fund/fr/projects/") == "/fund/es/projects/"


def test_an_address_is_put_into_another_language(app):
    with app.test_request_context("/fr/projects/"):
        assert in_language("es", "/fr/projects/?q=/fr/") == "/es/projects/?q=/fr/"
        assert in_language("en", "https://example.org/fr/projects/") == "https://example.org/projects/"
        assert in_language("en", "https://example.org/fr/") == "https://example.org/"


def test_a_language_that_is_not_offered_has_no_addresses():
    assert language_of_path("/es/projects/", ("en", "fr")).code == "en"
    assert language_of_path("/fr/projects/", ("en", "fr")).code == "fr"


def test_what_has_a_variable_part_is_found_as_well(app):
    with app.test_request_context("/fr/projects/LM.0024") as context:
        assert isinstance(context.url_adapter, LanguageAdapter)
        assert context.request.endpoint == "projects.project"


def test_files_for_programs_are_not_below_a_prefix(app, client):
    programs = [path for path in files(app) if re.match("/(api|iati|robots|sitemap)", path)]
    assert [path for path in not_empty(programs) if client.get(f"/es{path}").status_code != 404] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"base_url": "http://Fund.Example:80/"},
        {"base_url": "https://bücher.example:8443/"},
        {"base_url": "http://[::1]:8000/", "method": "POST"},
        {"environ_overrides": {"HTTP_HOST": ""}},
        {"environ_overrides": {"HTTP_HOST": "no/host"}},
        {"environ_overrides": {"HTTP_HOST": "a" * 70 + ".example"}},
        {"environ_overrides": {"PATH_INFO": ""}},
        {"environ_overrides": {"PATH_INFO": "//projects/\xc3\xa9\xff"}},
        {"environ_overrides": {"QUERY_STRING": "q=\xc3\xa9\xff"}},
        {"environ_overrides": {"SCRIPT_NAME": "/below/"}},
    ],
)
def test_requests_are_read_as_flask_reads_them(app, asked):
    def read(create):
        request = app.request_class(EnvironBuilder("/projects/", **asked).get_environ() | {LANGUAGE: "en"})
        try:
            return {name: value for name, value in vars(create(request)).items() if not name.startswith("_")}
        except HTTPException as error:
            return type(error)

    assert read(app.create_url_adapter) == read(lambda request: Flask.create_url_adapter(app, request))


def test_a_host_that_is_not_trusted_is_refused(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["fund.example"])
    answers = [client.get("/projects/", base_url=f"http://{host}/") for host in ("fund.example", "other.example")]
    assert [answer.status_code for answer in answers] == [200, 400]
