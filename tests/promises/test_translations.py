"""Records in several languages from end to end: pages, files, the form, the desk and what the public may read."""

import io
import json
from contextlib import contextmanager

import pytest
from openpyxl import load_workbook

from portal.services.imports import Report, import_file
from portal.vocabulary.workflow import State
from portal.web.presentation import i18n
from tests.factories import COMPLETE, import_records
from tests.page_text import words
from tests.promises.ten_records import IMPORTED

IN_THREE = COMPLETE.replace(
    number="T.1", title="Safer boats", summary="About boats.", title_fr="Bateaux plus sûrs", summary_fr="Des bateaux.",
    title_es="Barcos más seguros", summary_es="Sobre barcos.", machine_translations=("title_es",),
)  # fmt: skip


# As the catalogue of the language has it, if it has it.
said = i18n.gettext


@pytest.fixture
def project(office):
    return office.revision(State.PUBLISHED, IN_THREE).project


def language_notes(page):
    return [words(note) for note in page.select("main .lang-note")]


@contextmanager
def spoken(locale):
    """The words of a language, and the beginning of its addresses."""
    with i18n.using(locale):
        yield i18n.language_of(locale).prefix


@pytest.mark.parametrize(("locale", "title"), [("en", "Safer boats"), ("fr", "Bateaux plus sûrs")])
def test_a_page_and_a_list_show_the_language_of_the_reader(project, visit, locale, title):
    with spoken(locale) as prefix:
        page = visit(f"{prefix}/projects/T.1")
        assert words(page.one("h1")) == title
        assert "lang" not in page.one("h1").attrs
        assert title in words(page.one("#citation"))
        assert title in words(page.one("title"))
        assert words(visit(f"{prefix}/projects/").one(".result h3")) == title


def test_a_machine_translation_is_marked_and_not_cited(project, visit):
    with spoken("es") as prefix:
        page = visit(f"{prefix}/projects/T.1")
        assert words(page.one("h1")) == "Barcos más seguros"
        assert said("Machine translation from %(language)s.", language="inglés") in words(page.one(".project-head"))
        assert "Safer boats" in words(page.one("#citation"))
        assert page.one("#citation [lang]").attrs["lang"] == "en"
        assert words(page.one("title")).startswith(f"Barcos más seguros ({said('machine translation')}) | ")
        # What others quote has no place for a mark.
        assert page.one("meta[property='og:title']").attrs["content"] == "Safer boats"
        history = visit(f"{prefix}/projects/T.1/history")
        assert f"Barcos más seguros ({said('machine translation')})" in words(history.one("title"))
        assert "Safer boats" in history.one("meta[property='og:title']").attrs["content"]
        assert language_notes(visit(f"{prefix}/projects/")) == [said("machine translation")]
    grant = json.loads(page.one('script[type="application/ld+json"]').to_text())
    assert grant["name"] == [
        {"@value": "Safer boats", "@language": "en"}, {"@value": "Bateaux plus sûrs", "@language": "fr"},
    ]  # fmt: skip
    # Of title and summary together.
    assert grant["inLanguage"] == ["en", "fr", "es"]
    assert len(grant["fundedItem"]["description"]) == 3


def test_a_machine_summary_is_marked_beside_a_title_by_people_and_describes_no_page(office, visit):
    office.revision(State.PUBLISHED, IN_THREE.replace(machine_translations=("summary_es",)))
    with spoken("es") as prefix:
        assert (
            words(visit(f"{prefix}/projects/").one(".result .summary"))
            == f"Sobre barcos. {said('machine translation')}"
        )
        page = visit(f"{prefix}/projects/T.1")
        assert said("Machine translation from %(language)s.", language="inglés") in words(page.one(".project-grid"))
        assert page.one("meta[name=description]").attrs["content"] == "About boats."


def test_a_text_in_another_language_only_is_marked_on_its_page(office, visit):
    office.revision(State.PUBLISHED, IN_THREE.replace(title_fr="", summary_fr=""))
    with spoken("fr") as prefix:
        page = visit(f"{prefix}/projects/T.1")
        assert page.one("h1").attrs["lang"] == "en"
        assert page.one(".lede-block").attrs["lang"] == "en"
        # Where the text is from is said in the language of the page.
        assert "lang" not in page.one(".prose").attrs
        # The mark of the title, and that of the summary.
        assert language_notes(page) == [said("in %(language)s", language="anglais")] * 2


def test_a_translation_that_is_older_than_its_source_says_so(office, project, visit):
    office.publish_change(project, title="Much safer boats")
    with spoken("fr") as prefix:
        page = visit(f"{prefix}/projects/T.1")
        assert words(page.one("h1")) == "Bateaux plus sûrs"
        assert said("The source has changed since.") in words(page.one(".project-head"))
        assert "Much safer boats" in words(page.one("#citation"))


@pytest.mark.parametrize("word", ["safer", "bateaux", "surs", "seguros", "barcos"])
def test_search_finds_the_words_of_every_language(project, visit, word):
    assert [words(title) for title in visit(f"/projects/?q={word}").select(".result h3")] == ["Safer boats"]


@pytest.mark.parametrize("word", ["año", "ano", "ANO", "an\u0303o"])
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_search_finds_words_with_and_without_their_accents(office, visit, prefix, word):
    office.revision(State.PUBLISHED, IN_THREE.replace(summary_es="Un año después."))
    assert len(visit(f"{prefix}/projects/?q={word}").select(".result")) == 1


def test_a_workbook_with_three_languages_changes_nothing(office, project, session, client, tmp_path):
    office.publish_change(project, summary="More about boats.")
    first = client.get("/projects.xlsx").data
    header, row = list(load_workbook(io.BytesIO(first)).worksheets[0].iter_rows(values_only=True))[:2]
    stated = dict(zip(header, row, strict=True))
    assert (stated["Title in French"], stated["Title in Spanish"]) == ("Bateaux plus sûrs", "Barcos más seguros")
    assert stated["Translations made by a machine"] == "title_es"
    assert stated["Translations older than their source"] == "summary_fr; summary_es"
    book = tmp_path / "own.xlsx"
    book.write_bytes(first)
    assert take(session, book).unchanged == 1


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json", "xml"])
def test_other_files_with_three_languages_come_back_unchanged(office, project, session, client, tmp_path, suffix):
    office.publish_change(project, title="Much safer boats")
    path = tmp_path / f"own.{suffix}"
    path.write_bytes(client.get(f"/projects.{suffix}").data)
    report = take(session, path)
    assert (report.unchanged, report.rows) == (1, 1), report.summary()


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@pytest.mark.parametrize("prefix", ["/fr", "/es"])
def test_a_file_of_another_language_changes_nothing_in_its_own_portal(session, client, tmp_path, prefix, suffix):
    """Its labels and names are in that language, and its states in the order of it."""
    import_records(session, IMPORTED)
    path = tmp_path / f"own.{suffix}"
    path.write_bytes(client.get(f"{prefix}/projects.{suffix}").data)
    report = take(session, path)
    assert (report.unchanged, report.rows) == (len(IMPORTED), len(IMPORTED)), report.first_issues


def test_the_public_history_names_a_translation(office, project, visit):
    office.publish_change(project, title_fr="De bons bateaux")
    for locale in ("en", "fr"):
        with spoken(locale) as prefix:
            said_now = [words(entry) for entry in visit(f"{prefix}/projects/T.1/history").select(".timeline ul li")]
            assert said_now[0] == said("Title in French")


def test_staff_compare_a_translation_as_a_text_of_its_language(office, project, staff):
    revision = office.publish_change(project, title_fr="De bons bateaux", title_es="", machine_translations=())
    page = staff().sign_in(office.reviewer).visit(f"/staff/revisions/{revision.id}")
    field = page.one("#field-title_fr")
    assert words(field.query("h3")[0]) == "Title in French"
    before, after = field.query(".diff-text")
    assert [one.attrs["lang"] for one in (before, after)] == ["fr", "fr"]
    # What is said of it is in the language of the page.
    assert after.query("ins .visually-hidden")[0].attrs["lang"] == "en"


def take(session, path):
    report = Report()
    import_file(session(), path, report=report)
    session.commit()
    return report
