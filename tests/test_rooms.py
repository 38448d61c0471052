"""Rooms: views that stand alone, which no contract of pyproject.toml can say, and tests beside what they test."""

import ast
import re

from portal.config import ROOT
from tests.loops import not_empty
from tests.source_files import PORTAL, name_of, parsed, portal_modules

# Who puts the parts together imports the blueprints, and nothing else does.
ASSEMBLY = {"portal/web/__init__.py", "portal/app.py"}


def dotted(path):
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(tree):
    """Yield every module, and every name of a module, that an `import` or `from … import` could load."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def views():
    """The modules of the web floor that make a blueprint."""
    files = [path for path in portal_modules() if path.is_relative_to(PORTAL / "web")]
    return {dotted(path) for path in files if re.search(r"\bBlueprint\(", path.read_text(encoding="utf-8"))}


def test_no_view_imports_a_view():
    """What two views need stands in a module of its own."""
    modules = not_empty(views())
    assert len(modules) > 20
    others = [path for path in not_empty(portal_modules()) if name_of(path) not in ASSEMBLY]
    found = [
        f"{name_of(path)} imports {name}"
        for path in others
        for name in imported(parsed(path))
        if name in modules and name != dotted(path)
    ]
    assert found == []


def test_every_import_of_a_view_is_seen():
    """Also one inside a function, and one of the module instead of its names."""
    for source in (
        "import portal.web.a",
        "from portal.web import a",
        "from portal.web.a import b",
        "def f(): import portal.web.a",
    ):
        assert "portal.web.a" in imported(ast.parse(source))


# Tests of a folder as a whole, with the reason; every other file of tests/unit is named after what it tests.
OF_A_WHOLE_FOLDER = {
    "tests/unit/exports/formats/test_languages.py": "what all formats do with texts in several languages",
    "tests/unit/exports/formats/test_libreoffice.py": "what another program reads in the files of several formats",
}


def is_beside_its_module(path):
    """Whether a file test_<x>.py stands beside a module or package of the portal that <x> is, or begins with."""
    folder = PORTAL / path.relative_to(ROOT / "tests" / "unit").parent
    words = path.stem.removeprefix("test_").split("_")
    names = ("_".join(words[:count]) for count in range(1, len(words) + 1))
    return any((folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists() for name in names)


def test_unit_tests_mirror_the_portal():
    files = not_empty((ROOT / "tests" / "unit").rglob("test_*.py"))
    assert {name_of(path) for path in files if not is_beside_its_module(path)} == set(OF_A_WHOLE_FOLDER)
