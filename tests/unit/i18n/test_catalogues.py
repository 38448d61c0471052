"""Catalogues: compiled whole, none stale, every plural in all its forms, and no message translated too early."""

import ast
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from babel.support import Translations

from portal.config import ROOT
from portal.i18n.catalogues import FOLDER
from portal.i18n.compiling import compile_catalogues
from tests.loops import not_empty
from tools import translations

# Babel 2.19 would begin new catalogues with three forms; update keeps the header that is there.
PLURAL_FORMS = {"fr": "nplurals=2; plural=(n > 1);", "es": "nplurals=2; plural=(n != 1);"}
KEYWORDS = {"gettext", "ngettext"}


def template():
    catalogue = Catalog()
    catalogue.add("Save")
    catalogue.add(("%(num)s project", "%(num)s projects"), flags=["python-format"])
    return catalogue


def translated(**changes):
    """A French catalogue of the template, as it is read from its file."""
    catalogue = Catalog(locale="fr")
    catalogue.add("Save", changes.get("save", "Enregistrer"), flags=changes.get("flags", ()))
    forms = changes.get("forms", ("%(num)s projet", "%(num)s projets"))
    catalogue.add(("%(num)s project", "%(num)s projects"), forms, flags=["python-format"])
    for extra in changes.get("extra", ()):
        catalogue.add(extra, extra)
    file = BytesIO()
    write_po(file, catalogue)
    return read_po(BytesIO(file.getvalue()), locale="fr")


def test_a_catalogue_that_says_everything_is_right():
    assert list(translations.problems(template(), translated())) == []


def test_what_is_not_translated_yet_is_no_problem():
    assert list(translations.problems(template(), translated(save=""))) == []


def test_two_contexts_of_one_text_are_two_messages():
    wanted, found = Catalog(), Catalog(locale="fr")
    for context in ("label", "button"):
        wanted.add("Search", context=context)
    for context in ("label", "verb"):
        found.add("Search", "Recherche", context=context)
    assert list(translations.problems(wanted, found)) == [
        "lacks 'button' 'Search'", "has 'verb' 'Search', which the portal no longer says",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"flags": ["fuzzy"]}, "fuzzy"),
        ({"extra": ["Gone"]}, "no longer says"),
        ({"forms": ("%(num)s projet", "")}, "plural forms"),
        ({"forms": ("%(num)s projet", "%(number)s projets")}, "placeholder"),
    ],
)
def test_what_keeps_a_catalogue_from_being_shown_is_named(changes, says):
    (found, *_) = translations.problems(template(), translated(**changes))
    assert says in found


def test_a_message_that_a_catalogue_lacks_is_named():
    wanted = template()
    wanted.add("New")
    assert list(translations.problems(wanted, translated())) == ["lacks 'New'"]


def test_messages_of_code_templates_and_lists_are_found(tmp_path):
    translations.extract(tmp_path / "messages.pot")
    found = {message.id for message in translations.read(tmp_path / "messages.pot")}
    assert len(found) > 1_800
    assert {"Skip to the content", "Who we are", "Dear %(name)s,", ("project", "projects")} <= found


def test_compiling_writes_what_is_newer_and_leaves_out_what_is_fuzzy(tmp_path):
    source = tmp_path / "fr" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    catalogue = translated()
    catalogue.add("Guess", "Devine", flags=["fuzzy"])
    with source.open("wb") as file:
        write_po(file, catalogue)
    assert list(compile_catalogues(tmp_path)) == [source.with_suffix(".mo")]
    assert list(compile_catalogues(tmp_path)) == []
    loaded = Translations.load(str(tmp_path), ["fr"])
    assert (loaded.ugettext("Save"), loaded.ugettext("Guess")) == ("Enregistrer", "Guess")
    assert sorted(path.name for path in source.parent.iterdir()) == ["messages.mo", "messages.po"]


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_plural_has_all_forms_and_the_header_expected(language):
    if not (path := translations.path_of(language)).exists():
        pytest.skip(f"{path.relative_to(ROOT)} is not written yet")
    catalogue = translations.read(path, language)
    assert catalogue.plural_forms == PLURAL_FORMS[language]
    assert path.is_relative_to(FOLDER)
    plurals = [message for message in catalogue if isinstance(message.id, tuple)]
    for message in not_empty(plurals):
        assert len(message.string) == catalogue.num_plurals, message.id
        assert all(message.string) or not any(message.string), message.id


def calls_at_import(tree):
    """The calls that run when a module is imported: those outside of functions, and in defaults of parameters."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            waiting += getattr(node, "decorator_list", [])
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting += ast.iter_child_nodes(node)


def test_nothing_is_translated_when_a_module_is_imported():
    """It would stay in the language of that moment: N_ marks a message, and whoever shows it translates it."""
    early = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in not_empty((ROOT / "portal").rglob("*.py"))
        for call in calls_at_import(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]
    assert early == []
