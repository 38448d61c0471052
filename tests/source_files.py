"""The files of the project and what they define, for the tests that check how it is written."""

import ast
import subprocess

import pytest

from portal.config import ROOT

PORTAL = ROOT / "portal"


def tracked():
    """The files of the project, those not yet committed too; generated and vendored ones left out."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git checkout: no list of the project's files")
    names = [name for name in listing.stdout.splitlines() if "/vendor/" not in name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def python_files():
    return [path for path in tracked() if path.suffix == ".py"]


def portal_modules():
    """Released migrations apart, which nobody edits."""
    return [path for path in python_files() if path.is_relative_to(PORTAL) and "versions" not in path.parts]


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def definitions(paths, kind):
    """Yield ("path:line", node) for every function or class, as `kind` says."""
    for path in paths:
        for node in ast.walk(parsed(path)):
            if isinstance(node, kind):
                yield f"{name_of(path)}:{node.lineno}", node
