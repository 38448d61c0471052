"""Rooms: what the import contracts of pyproject.toml cannot say of views."""

import ast
import re

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
