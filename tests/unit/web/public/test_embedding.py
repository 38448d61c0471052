"""Lists for other sites: in any frame, and with nothing in them but links."""

import re

import pytest

from portal.web.http.headers import EMBED_HEADERS, HEADERS
from portal.web.public.directory.embed_code import MAX_PROJECTS
from tests.factories import import_records
from tests.loops import not_empty
from tests.pages import Markup, words
from tests.staff_clients import Colleague
from tests.urls import projects

SITE = "http://127.0.0.1:8000"
EMBEDS = (
    "/embed/projects", "/embed/projects?country=KEN", "/embed/projects?q=zzzz",
    "/embed/projects?colour=blue&page=9", "/embed/projects?per_page=100&view=table&all=country",
)  # fmt: skip


class Framed(Markup):
    """A page for a frame: whole, and with headers of its own."""

    checks = Markup.checks


@pytest.fixture
def framed(client):
    return lambda address: Framed(client.get(address))


def policy(answer):
    return dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))


@pytest.mark.parametrize("address", EMBEDS)
def test_any_site_may_frame_it(client, sample, address):
    answer = client.get(address)
    assert policy(answer)["frame-ancestors"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_an_unchanged_list_keeps_its_headers(client, sample):
    """A browser replaces the headers that it has stored by those of the 304."""
    tag = client.get("/embed/projects").headers["ETag"]
    answer = client.get("/embed/projects", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert {name: answer.headers[name] for name in EMBED_HEADERS} == EMBED_HEADERS


def test_no_other_address_may_be_framed(app, client, sample):
    framed = []
    for rule in not_empty(app.url_map.iter_rules()):
        address = re.sub("<int[^>]*>", "1", rule.rule)
        answer = client.get(re.sub("<[^>]*>", "csv" if "projects." in address else "x", address), buffered=True)
        if policy(answer)["frame-ancestors"] != "'none'":
            framed.append(rule.rule)
    assert framed == ["/embed/projects"]


@pytest.mark.parametrize("address", EMBEDS)
def test_it_has_no_form_no_script_and_no_cookie(framed, sample, address):
    page = framed(address)
    assert page.select("form, input, button, select, textarea, script, iframe, header, nav") == []
    assert "Set-Cookie" not in page.response.headers
    assert {"script-src", "connect-src", "font-src"} & policy(page.response).keys() == set()
    assert policy(page.response)["form-action"] == policy(page.response)["default-src"] == "'none'"


@pytest.mark.parametrize("address", EMBEDS)
def test_every_link_opens_beside_the_other_site(framed, sample, address):
    links = framed(address).select("a")
    assert [link.attrs for link in not_empty(links)
            if (link.attrs["target"], link.attrs["rel"]) != ("_blank", "noopener")] == []  # fmt: skip
    assert [link.attrs["href"] for link in links if not link.attrs["href"].startswith(f"{SITE}/projects/")] == []


def test_staff_see_what_everyone_sees(app, session, office, client, sample):
    assert Colleague(app, session, office.reviewer).get("/embed/projects").text == client.get("/embed/projects").text


def listed(page):
    return [link.attrs["href"].removeprefix(SITE) for link in page.select(".embed-list a")]


def test_it_lists_the_first_projects_of_the_list(client, framed, sample):
    assert listed(framed("/embed/projects?sort=title&region=africa&per_page=7")) == projects(
        client.get("/projects/?sort=title&region=africa&per_page=7").text
    )


def test_it_holds_no_more_than_it_may(framed, sample):
    assert len(listed(framed("/embed/projects?per_page=100"))) == MAX_PROJECTS


def test_it_leads_to_the_whole_list(framed, sample):
    page = framed("/embed/projects?region=africa&sort=title&per_page=5")
    link = page.one(".embed-all a")
    assert words(link) == "See all 35 projects"
    assert link.attrs["href"] == f"{SITE}/projects/?region=africa&sort=title"


def test_it_says_what_it_lists_and_whose_it_is(framed, sample):
    page = framed("/embed/projects?country=KEN")
    assert (
        words(page.one("h1"))
        == "Projects benefiting Kenya: 4 projects, USD 1.4 million full value, USD 315,654 shared value"
    )
    assert "a sample of the Fund’s projects" in page.text
    assert words(page.one("footer")).startswith("IOM Development Fund. Projects benefiting Kenya")
    assert "do not imply any opinion on the legal status" in page.text


def test_the_directory_gives_the_code_of_its_list(visit, sample):
    page = visit("/projects/?country=KEN&sort=title&page=1&view=table")
    assert words(page.one("#embed-html")) == (
        f'<iframe src="{SITE}/embed/projects?country=KEN&amp;sort=title" '
        'title="Projects benefiting Kenya, from IOM Development Fund" '
        'width="100%" height="640" loading="lazy"></iframe>'
    )


def test_the_code_cannot_be_broken_out_of(session, visit):
    import_records(session, [{"title": 'A "><b> title'}])
    code = words(visit("/projects/?q=%22%3E%3Cb%3E+title").one("#embed-html"))
    assert "&#34;&gt;&lt;b&gt; title" in code
    assert code.count('"') == code.count("<") * 5 == 10


def test_a_fragment_has_the_code_too(fetch, sample):
    assert "/embed/projects?country=UGA" in words(fetch("/projects/?country=UGA").one("#embed-html"))


def test_the_headers_of_all_other_answers_stay(client):
    assert {name: client.get("/contact/").headers[name] for name in HEADERS} == HEADERS
