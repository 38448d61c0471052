"""Texts that a test expects, one a file, which people read when they change.

A missing file fails. After a change that is meant to change them, write them again, and read the difference:

    PORTAL_GOLDEN=write .venv/bin/python -m pytest tests/promises && git diff tests/promises
"""

import os
from difflib import unified_diff

import pytest

from portal.config import ROOT

FOLDER = ROOT / "tests" / "promises" / "golden"
IS_WRITING = os.environ.get("PORTAL_GOLDEN") == "write"


def compare(name, text):
    """Fail where the text differs from what the file of this name holds."""
    path = FOLDER / f"{name}.txt"
    if IS_WRITING:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not path.exists():
        pytest.fail(f"golden/{name}.txt is missing; PORTAL_GOLDEN=write makes it", pytrace=False)
    expected = path.read_text(encoding="utf-8")
    if text != expected:
        lines = unified_diff(expected.splitlines(), text.splitlines(), f"golden/{name}.txt", "the page", lineterm="")
        pytest.fail("\n".join(lines), pytrace=False)
