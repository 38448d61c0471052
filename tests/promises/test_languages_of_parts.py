"""What stands on a page in another language than its own says which: names of terms, titles, what staff compare."""

import json

import pytest

from portal.i18n import untranslated
from portal.vocabulary.workflow import Role, State
from tests.factories import COMPLETE, import_records, make_account
from tests.page_text import words

# An import may add terms, which have an English name alone.
ADDED = {
    "project_id": "T.1", "title": "Un titre", "title_language": "fr", "summary": "Un résumé.", "language": "fr",
    "project_type": "Solar Training", "region": "High Plateau", "status": "Asleep",
    "benefiting_member_states": "Senegal; Côte d’Ivoire",
}  # fmt: skip
SEARCH = "/projects/?type=solar-training&region=high-plateau"


@pytest.fixture
def added(session):
    import_records(session, [ADDED, ADDED | {"project_id": "T.2", "title": "Un autre titre"}], new_terms="add")


def english(page, place):
    """The texts inside a part of a page that are marked as English."""
    return [words(one) for one in page.select(f"{place} [lang=en]")]


@pytest.mark.usefixtures("added")
class TestNamesOfTerms:
    def test_a_project_marks_those_that_have_no_name_in_its_language(self, visit):
        page = visit("/fr/projects/T.1")
        assert english(page, ".facts-list") == ["Asleep", "Solar Training", "High Plateau"]
        assert english(page, ".project-head > .meta") == ["Asleep", "Solar Training"]
        assert english(visit("/projects/T.1"), ".facts-list") == []

    def test_lists_chips_and_options_mark_them_too(self, visit):
        page = visit(f"/es{SEARCH}")
        assert english(page, ".chips") == ["High Plateau", "Solar Training"]
        assert english(page, "#facet-status") == ["Asleep"]
        assert english(page, "#facet-type label") == ["Solar Training"]
        assert english(page, ".result .badge") == ["Asleep", "Asleep"]
        assert english(page, ".result .meta") == ["Solar Training"] * 2

    @pytest.mark.parametrize("address", [SEARCH, f"{SEARCH}&view=table", "/projects/T.1", "/where-we-work/", "/"])
    def test_pieces_that_are_kept_mark_what_jinja_alone_marks(self, app, client, address):
        pieces, texts = app.extensions["pieces"], []
        for pieces.is_off in (False, True, False):
            texts.append(client.get(f"/fr{address}").data)
        assert texts[0] == texts[1] == texts[2]

    @pytest.mark.parametrize(
        "address",
        ["/fr/projects/T.1", f"/fr{SEARCH}", "/fr/projects/table?by=type&across=status", "/fr/data-and-research/",
         "/fr/data-and-research/budget-by-theme.svg", "/fr/projects.csv", "/fr/projects.atom", "/fr/where-we-work/"],
    )  # fmt: skip
    def test_no_mark_of_ours_leaves_the_portal(self, client, address):
        answer = client.get(address)
        assert answer.status_code == 200
        assert untranslated._START not in answer.text

    def test_a_choice_of_a_form_says_so_itself(self, staff, session):
        page = staff().sign_in(make_account(session(), "Fatou", language="fr")).visit("/staff/projects/new")
        assert english(page, "select[name=project_type]") == ["Solar Training"]
        assert page.select("select[name=project_type] option span") == []


def test_a_record_without_a_number_is_named_in_its_language_above_its_history(session, visit):
    import_records(session, [{"title": "Un titre", "title_language": "fr"}])
    crumb = visit(f"{visit('/projects/').one('.result h3 a').attrs['href']}/history").select(".crumbs a")[1]
    assert (words(crumb), crumb.attrs["lang"]) == ("Un titre", "fr")


def linked(page):
    return json.loads(page.one('script[type="application/ld+json"]').to_text())


class TestLinkedData:
    def test_texts_of_two_languages_each_say_theirs(self, office, visit):
        mixed = COMPLETE.replace(number="T.1", title="Bateaux", title_language="fr", summary="About boats.")
        office.revision(State.PUBLISHED, mixed)
        grant = linked(visit("/projects/T.1"))
        assert grant["name"] == {"@value": "Bateaux", "@language": "fr"}
        assert grant["fundedItem"]["description"] == {"@value": "About boats.", "@language": "en"}
        assert grant["inLanguage"] == ["fr", "en"]

    def test_of_one_language_it_is_said_once(self, office, visit):
        office.revision(State.PUBLISHED, COMPLETE.replace(number="T.1"))
        grant = linked(visit("/projects/T.1"))
        assert (grant["name"], grant["inLanguage"]) == (COMPLETE.title, "en")
        assert isinstance(grant["fundedItem"]["description"], str)

    def test_a_text_that_is_older_than_its_source_is_left_out(self, office, visit):
        project = office.revision(State.PUBLISHED, COMPLETE.replace(number="T.1", title_fr="Recrutement")).project
        assert len(linked(visit("/projects/T.1"))["name"]) == 2
        office.publish_change(project, title="Recruitment")
        assert linked(visit("/projects/T.1"))["name"] == "Recruitment"

    def test_names_of_terms_are_in_the_language_of_the_page(self, office, visit):
        office.revision(State.PUBLISHED, COMPLETE.replace(number="T.1", countries=("SEN", "CIV")))
        for prefix, name in (("", "Senegal"), ("/fr", "Sénégal")):
            grant = linked(visit(f"{prefix}/projects/T.1"))
            assert {"@type": "Country", "name": name, "identifier": "SEN"} in grant["fundedItem"]["areaServed"]
        assert grant["about"] == words(
            visit("/fr/projects/?type=labour-migration").select("#facet-theme label span")[0]
        )


class TestStaff:
    @pytest.fixture
    def french(self, office):
        """A revision to review with a French title, and a summary in Spanish."""
        draft = COMPLETE.replace(title="Bateaux", title_language="fr", language="es", title_es="Barcos")
        return office.revision(State.SUBMITTED, draft)

    def test_titles_on_the_desk_say_their_language(self, french, office, staff):
        page = staff().sign_in(office.reviewer).visit("/staff/")
        (title,) = (link for link in page.select("tbody th a") if words(link) == "Bateaux")
        assert title.attrs["lang"] == "fr"

    def test_the_comparison_says_the_language_of_each_text(self, french, office, staff):
        page = staff().sign_in(office.reviewer).visit(f"/staff/revisions/{french.id}")
        found = {
            name: page.one(f"#field-{name} .diff-text").attrs.get("lang")
            for name in ("title", "summary", "title_es", "year")
        }
        assert found == {"title": "fr", "summary": "es", "title_es": "es", "year": None}
        assert page.select(".page-head > p")[0].attrs["lang"] == "fr"

    def test_in_the_language_of_the_account_nothing_is_said(self, french, staff, session):
        reviewer = make_account(session(), "Rokhaya", Role.REVIEWER, language="fr")
        page = staff().sign_in(reviewer).visit(f"/staff/revisions/{french.id}")
        assert "lang" not in page.one("#field-title .diff-text").attrs

    def test_records_duplicates_and_rules_say_it_too(self, office, staff):
        public = COMPLETE.replace(title="Recrutement équitable en Afrique", title_language="fr", sdg=())
        project = office.revision(State.PUBLISHED, public).project
        copy = office.revision(State.DRAFT, public)
        browser = staff().sign_in(office.reviewer)
        assert browser.visit(f"/staff/projects/{project.slug}").one("h1").attrs["lang"] == "fr"
        assert browser.visit(f"/staff/projects/{project.slug}/withdraw").one(".page-head > p").attrs["lang"] == "fr"
        rule = browser.visit("/staff/tag-proposals/sdg-8.8-labour-migration")
        assert rule.one("tbody th a").attrs["lang"] == "fr"
        form = staff().sign_in(office.author).visit(f"/staff/revisions/{copy.id}/edit")
        assert form.one(".duplicates bdi").attrs["lang"] == "fr"
        assert form.one(".project-head .lede").attrs["lang"] == "fr"

    def test_an_address_that_is_none_is_refused_in_the_language_of_the_account(self, staff, session, client):
        lost = staff().sign_in(make_account(session(), "Inés", language="es")).visit("/staff/no-such-page", status=404)
        assert lost.one("html").attrs["lang"] == "es"
        assert 'lang="en"' in client.get("/staff/no-such-page").text
        assert '<html lang="fr"' in client.get("/fr/staff/no-such-page").text
