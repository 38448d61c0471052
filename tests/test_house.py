"""The house polices itself: floors, sizes, names, locks, open doors, and what may stand in a file."""

import ast
import json
import re
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median

import pytest
import setuptools

from portal.config import ROOT
from portal.vocabulary.facets import FACETS
from tests.assertion_loops import loops_over_what_may_be_empty
from tests.loops import not_empty
from tests.source_files import PORTAL, definitions, name_of, portal_modules, python_files, tracked

LINES_MOST = 400
FOLDER_MODULES_MOST = 16
MODULE_LINES_MOST, FUNCTION_LINES_MOST, MEDIAN_FUNCTION_LINES = 300, 40, 8
MEASURED = {".py", ".html", ".css", ".js"}
FORBIDDEN_NAMES = re.compile(
    r"(^|_)(utils?|helpers?|common|misc|managers?|handlers?|processors?|base|types|new|v2)(_|$)", re.IGNORECASE
)
# Models, pages and styles each stand on one base, which is what everyone calls it.
ALLOWED_NAMES = {"templates/base.html"}
# NewTerm is a term that an import adds to a list: there "new" says what it is.
ALLOWED_CLASSES = {"Base", "NewTerm"}

MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:home|root|work|tmp|Users)/\w")
REGISTRY = re.compile(r"(?:pypi|pythonhosted|npmjs|npmmirror)\.(?:org|com)\b", re.IGNORECASE)


def test_only_the_count_of_login_attempts_is_committed_in_services():
    committing = {
        name_of(path): path.read_text(encoding="utf-8").count(".commit()")
        for path in tracked()
        if name_of(path).startswith("portal/services/") and path.suffix == ".py"
    }
    assert {name: count for name, count in committing.items() if count} == {
        "portal/services/accounts/authentication.py": 1
    }


def test_imports_go_down_the_stairs():
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_no_file_is_too_long():
    lines = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked()
        if path.suffix in MEASURED and "migrations" not in path.parts
    }
    assert {name: count for name, count in lines.items() if count > LINES_MOST} == {}


def test_no_module_of_the_portal_is_too_long():
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in portal_modules()}
    assert {name: count for name, count in lines.items() if count > MODULE_LINES_MOST} == {}


def test_no_folder_of_the_portal_has_too_many_modules():
    modules = Counter(
        name_of(path.parent)
        for path in tracked()
        if PORTAL in path.parents and path.suffix == ".py" and path.name != "__init__.py"
    )
    # Released migrations only grow.
    del modules["portal/migrations/versions"]
    assert {folder: count for folder, count in not_empty(modules.items()) if count > FOLDER_MODULES_MOST} == {}


def test_functions_are_short():
    functions = definitions(portal_modules(), ast.FunctionDef | ast.AsyncFunctionDef)
    # By line: two functions of one file may have the same name.
    lengths = {place: node.end_lineno - node.lineno + 1 for place, node in functions}
    assert len(lengths) > 2_000
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES_MOST} == {}
    assert median(lengths.values()) <= MEDIAN_FUNCTION_LINES


def test_files_have_names_that_say_something():
    measured = (path for path in tracked() if path.suffix in MEASURED)
    vague = {name_of(path) for path in measured if FORBIDDEN_NAMES.search(path.stem.replace("-", "_"))}
    assert vague - ALLOWED_NAMES == set()


def test_classes_have_names_that_say_something():
    vague = set()
    for path in tracked():
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and FORBIDDEN_NAMES.search(snake(node.name)):
                    vague.add(node.name)
    assert vague - ALLOWED_CLASSES == set()


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)


def test_packages_only_re_export():
    """Only re-exports and their list stand in `__init__.py`."""
    allowed = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign)
    for path in not_empty((ROOT / "portal").rglob("__init__.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert [node for node in body if not isinstance(node, allowed)] == [], name_of(path)


def test_every_module_is_in_a_package_of_the_wheel(monkeypatch):
    listed = {}
    monkeypatch.setattr(setuptools, "setup", lambda **settings: listed.update(settings))
    monkeypatch.chdir(ROOT)
    runpy.run_path("setup.py")
    folders = {name_of(path.parent) for path in tracked() if path.suffix == ".py" and path.is_relative_to(PORTAL)}
    assert len(folders) > 20
    assert folders - {package.replace(".", "/") for package in listed["packages"]} == set()


def test_python_locks_do_not_say_where_packages_come_from():
    for path in not_empty((ROOT / "requirements").glob("*.txt")):
        assert "://" not in path.read_text(encoding="utf-8"), name_of(path)


def test_every_package_of_python_is_locked_by_hash():
    for path in not_empty((ROOT / "requirements").glob("*.txt")):
        packages = [block for block in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8")) if "==" in block]
        assert packages
        assert [block for block in packages if "--hash=sha256:" not in block] == [], name_of(path)


def test_running_and_testing_use_the_same_versions():
    running, testing = (
        set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("run.txt", "test.txt")
    )
    assert running - testing == set()


def test_node_lock_does_not_say_where_packages_come_from():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    # Addresses where an author takes donations are the only ones in the file.
    for package in not_empty(packages.values()):
        assert "://" not in json.dumps({key: value for key, value in package.items() if key != "funding"})


def test_no_file_names_a_machine_or_a_registry():
    found = []
    for path in tracked():
        if path.suffix in {".png", ".ico", ".xlsx", ".woff2", ".gz"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if MACHINE_PATH.search(line) or REGISTRY.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_every_facet_is_documented():
    texts = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
    assert [facet for facet in FACETS if f"`{facet}`" not in texts] == []


def test_no_loop_of_assertions_passes_on_nothing():
    empty = [
        f"{name_of(path)}:{node.lineno}"
        for path in tracked()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")
        for node in loops_over_what_may_be_empty(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert empty == [], "wrap what is looped over in not_empty() of tests/loops.py"


def test_no_test_takes_a_value_from_a_hash_that_differs_in_each_process():
    hashes = [
        where
        for where, node in definitions(
            (path for path in python_files() if path.is_relative_to(ROOT / "tests")), ast.Call
        )
        if isinstance(node.func, ast.Name) and node.func.id == "hash"
    ]
    assert hashes == [], "a test that fails once in a thousand runs: count, or name what is meant"


def test_one_time_codes_do_not_run_out_while_a_test_runs():
    running = [
        where
        for where, node in definitions(
            (
                path
                for room in ("unit", "promises")
                for path in python_files()
                if (ROOT / "tests" / room) in path.parents
            ),
            ast.Attribute,
        )
        if node.attr in ("TOTP", "HOTP")
    ]
    assert running == [], "take codes from the fixture code_of, for which time stands still"


def test_every_engine_has_the_options_that_name_the_library_of_sqlite():
    bare = [
        where
        for where, node in definitions(python_files(), ast.Call)
        if getattr(node.func, "id", getattr(node.func, "attr", "")) == "create_engine"
        and all(keyword.arg for keyword in node.keywords)
    ]
    assert bare == [], "pass **engine_options(...): SQLAlchemy's default opens SQLite with another library"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("for a in b: assert a", 1),
        ("for a in not_empty(b): assert a", 0),
        ("for a in (): assert a", 1),
        ("for a in (1, 2): assert a", 0),
        ("for a in enumerate(b): assert a", 1),
        ("for a in NAMES.items(): assert a", 0),
        ("assert all(a for a in b)", 1),
        ("assert all([a for a in [1]])", 0),
        ("@given(x)\ndef test(b):\n  for a in b: assert a", 0),
        ("for a in b: print(a)", 0),
    ],
)
def test_what_counts_as_a_loop_over_nothing(source, count):
    assert len(loops_over_what_may_be_empty(ast.parse(source))) == count
