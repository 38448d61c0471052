"""docs/architecture.md names what is there: every path, and every function or class behind a colon."""

import ast
import re

from portal.config import ROOT

NAMED = re.compile(r"`((?:portal|templates|static|tests|docs)/[\w./-]*)(?::(\w+))?`")


def named():
    return NAMED.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))


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
