"""Names that a stranger can look up: a function says what it gives, and no private word comes back."""

import ast
import re
from collections import defaultdict

from tests.loops import not_empty
from tests.source_files import definitions, name_of, parsed, portal_modules, python_files

# Words that the portal once had for things which have a name in the field: cache, totals, undo, relaxation, impact,
# notify, invalid parameter, response to an expired session.
PRIVATE_WORDS = {
    "kept", "shelf", "shelves", "tally", "tallies", "tallied", "rescue", "rescued", "forgive", "ripple", "telling",
    "stepping", "hopeless", "odd", "oddities",
}  # fmt: skip
# A module is called after what it holds; these participles say no more than that something happened.
VAGUE_MODULES = {"making", "keeping", "changed", "lacking", "stored", "placing", "leaving", "measuring", "missing"}


def words_of(name):
    """The words of a name in either case: KeptFiles and kept_files have the same two."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def identifiers(tree):
    """Yield (line, name) of everything that the code of a module names."""
    for node in ast.walk(tree):
        for field in ("name", "id", "attr", "arg"):
            if isinstance(name := getattr(node, field, None), str):
                yield getattr(node, "lineno", 0), name


def test_no_function_is_called_just_of():
    functions = not_empty(definitions(python_files(), ast.FunctionDef | ast.AsyncFunctionDef))
    assert [place for place, node in functions if node.name == "of"] == []


def test_no_private_word_is_in_a_name():
    found = {
        f"{name_of(path)}:{line}: {name}"
        for path in not_empty(portal_modules())
        for line, name in identifiers(parsed(path))
        if words_of(name) & PRIVATE_WORDS
    }
    assert found == set()


def test_modules_are_called_after_what_they_hold():
    names = {name_of(path): path.stem for path in not_empty(portal_modules())}
    assert [path for path, name in names.items() if name in VAGUE_MODULES or words_of(name) & PRIVATE_WORDS] == []


def test_words_are_found_in_either_case():
    tree = ast.parse("class KeptFiles:\n def f(self, shelf_id): return self._kept(x.MAX_KEPT, odd=1)")
    found = {name for _, name in identifiers(tree) if words_of(name) & PRIVATE_WORDS}
    assert found == {"KeptFiles", "MAX_KEPT", "_kept", "odd", "shelf_id"}


def test_no_two_classes_of_the_portal_have_one_name():
    """Private ones of different modules apart: nobody imports them."""
    places = defaultdict(list)
    for place, node in not_empty(definitions(portal_modules(), ast.ClassDef)):
        if not node.name.startswith("_"):
            places[node.name].append(place)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
