"""docs/architecture.md and what it leads to name what is there: every path, every function or class behind a colon."""

import ast
import re

from portal.config import ROOT

NAMED = re.compile(r"`((?:portal|templates|static|tests|docs|deploy|tools)/[\w./-]*)(?::(\w+))?`")
PAGES = "architecture.md", "where-to-change.md"
# One page that is read as a whole.
MAX_LINES = 120


def named():
    return [found for page in PAGES for found in NAMED.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))]


def defined(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_every_path_exists():
    paths = [path for path, _ in named()]
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_function_is_in_its_file():
    pairs = [(path, name) for path, name in named() if name]
    assert len(pairs) > 10
    assert [f"{path}:{name}" for path, name in pairs if name not in defined(ROOT / path)] == []


def test_the_architecture_is_one_page():
    lines = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()
    assert 40 < len(lines) <= MAX_LINES


def test_every_folder_of_the_portal_is_in_the_tree():
    paths = {path.rstrip("/") for path, _ in named()}
    folders = {f"portal/{path.parent.name}" for path in (ROOT / "portal").glob("*/__init__.py")}
    assert len(folders) > 10
    assert folders - paths == set()


def test_every_term_is_in_the_glossary_once():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    glossary = text.partition("## Glossary")[2].partition("## ")[0]
    _, *rows = re.findall(r"^\| ([^|]+) \|", glossary, re.MULTILINE)
    terms = [term for names in rows for term in names.split(", ")]
    assert len(terms) > 20
    assert len(set(terms)) == len(terms)
