"""The list of records that lack a translation, and what the desk says of it."""

import pytest

from portal.vocabulary.workflow import State
from tests.factories import COMPLETE, import_records
from tests.page_text import words

LIST = "/staff/translations/"


@pytest.fixture
def records(session, office):
    office.revision(State.PUBLISHED, COMPLETE.replace(number="A.1", title_fr="Titre", summary_fr="Résumé"))
    import_records(session, [
        {"project_id": f"B.{n}", "title": f"Bateaux {n}", "title_language": "fr", "benefiting_member_states": "Senegal"}
        for n in range(25)
    ])  # fmt: skip


def facet(page):
    """The chosen value, and the number beside each value of each language."""
    groups = page.select(".translation-facet > div")
    named = {words(group.query("h2")[0]): group for group in groups if group.query("h2")}
    counts = {name: [int(words(span)) for span in group.query("a span")] for name, group in named.items()}
    return words(page.one(".translation-facet [aria-current]")), counts


def titles(page):
    return [words(link) for link in page.select("main tbody th a")]


@pytest.mark.usefixtures("records")
class TestList:
    def test_the_facet_counts_what_each_language_lacks(self, author):
        page = author.visit(LIST)
        assert facet(page) == (
            "No translation 25", {"English": [25, 0, 0], "French": [0, 0, 0], "Spanish": [26, 0, 0]},
        )  # fmt: skip
        assert words(page.one("h2#lacking")) == "Records that lack a translation into English"

    def test_a_row_says_which_texts_are_missing_and_leads_to_the_form(self, author):
        page = author.visit(f"{LIST}?lacks=missing&language=es&country=KEN")
        assert titles(page) == [COMPLETE.title]
        lacks = [words(item) for item in page.select("main tbody td li")]
        assert lacks == ["Title in Spanish: missing", "Summary in Spanish: missing"]
        address = page.one("main tbody .button").attrs["href"]
        form = author.visit(address.partition("#")[0])
        assert words(form.one(f"#{address.partition('#')[2]}")) == "In other languages"

    def test_the_list_has_pages_that_keep_the_choice(self, author):
        first = author.visit(f"{LIST}?lacks=missing&language=en&country=SEN")
        assert len(titles(first)) == 20
        second = author.visit(first.one("[rel=next]").attrs["href"])
        assert len(titles(second)) == 5
        assert titles(author.visit(second.one("[rel=prev]").attrs["href"])) == titles(first)

    @pytest.mark.parametrize("query", ["lacks=x&language=en", "lacks=missing&language=de", "page=-1&country=nowhere"])
    def test_what_is_not_understood_is_left_out(self, author, query):
        assert len(titles(author.visit(f"{LIST}?{query}"))) == 20

    def test_an_empty_list_says_so(self, author):
        page = author.visit(f"{LIST}?lacks=older&language=es")
        assert words(page.one("main .notice.info")) == "No record is in this list."

    def test_the_desk_says_how_many_and_leads_there(self, author):
        sentence = author.visit("/staff/").one("#translations")
        assert words(sentence) == (
            "25 records lack a translation into English. 26 records lack a translation into Spanish. See which"
        )
        assert sentence.query("a")[0].attrs["href"] == LIST


def test_a_desk_without_records_says_nothing_of_translations(author):
    assert author.visit("/staff/").select("#translations") == []
