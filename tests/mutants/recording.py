"""Record which tests execute which lines of the portal, by coverage; one JSON file for each test file."""

import hashlib
import json
import time
from collections import defaultdict
from pathlib import Path

import coverage
import pytest

from portal.config import ROOT
from tests.mutants.session import portal_caches, pytest_arguments

# The context of what runs for all tests together: imports and fixtures of the session.
SHARED = "shared"
# Few examples of a property run the same lines as many.
EXAMPLES = 5


class Recorder:
    """A pytest plugin that gives each test a coverage context of its own."""

    def __init__(self, measuring, folder):
        self.measuring = measuring
        self.folder = folder
        self.context = SHARED
        self.test_file, self.caches = None, []
        self.seconds = {}
        self.unusable = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        if self.test_file != item.path:
            self.test_file, self.caches = item.path, portal_caches()
        for cached_function in self.caches:
            cached_function.cache_clear()
        self.context = item.nodeid
        self.measuring.switch_context(self.context)
        start = time.process_time()
        result = yield
        self.seconds[item.nodeid] = round(time.process_time() - start, 3)
        if nextitem is None or nextitem.path != item.path:
            self.write(item.nodeid.partition("::")[0])
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        if fixturedef.scope == "function":
            return (yield)
        self.measuring.switch_context(SHARED)
        result = yield
        self.measuring.switch_context(self.context)
        return result

    def pytest_runtest_logreport(self, report):
        if report.failed or report.skipped:
            self.unusable.add(report.nodeid)

    def write(self, test_file):
        """Write the seconds of each test of a file, and {path: {line: [test, ...]}}."""
        usable = {test: seconds for test, seconds in self.seconds.items() if test not in self.unusable}
        data = self.measuring.get_data()
        data.set_query_contexts([f"^{test_file}::"])
        lines = {
            Path(name).relative_to(ROOT).as_posix(): {
                line: [test for test in tests if test in usable]
                for line, tests in data.contexts_by_lineno(name).items()
            }
            for name in data.measured_files()
        }
        data.set_query_contexts(None)
        recorded = {"digest": digest(test_file), "seconds": usable, "lines": lines}
        file_of(self.folder, test_file).write_text(json.dumps(recorded), encoding="utf-8")
        self.seconds.clear()


def file_of(folder, test_file):
    return folder / f"{test_file.replace('/', '.')}.json"


def digest(test_file):
    """Of a test file and of the portal: lines move with any change."""
    files = [ROOT / test_file, *sorted((ROOT / "portal").rglob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def is_current(folder, test_file):
    file = file_of(folder, test_file)
    return file.exists() and json.loads(file.read_text(encoding="utf-8"))["digest"] == digest(test_file)


def record(folder, test_files):
    measuring = coverage.Coverage(data_file=None, config_file=False, source=[str(ROOT / "portal")])
    measuring.start()
    measuring.switch_context(SHARED)
    pytest.main([*pytest_arguments(examples=EXAMPLES), *test_files], plugins=[Recorder(measuring, folder)])
    measuring.stop()


def read(files):
    """All recordings as one: the seconds of each test, and the set of tests of each (path, line)."""
    seconds, tests = {}, defaultdict(set)
    for file in files:
        recorded = json.loads(file.read_text(encoding="utf-8"))
        seconds.update(recorded["seconds"])
        for path, lines in recorded["lines"].items():
            for line, names in lines.items():
                tests[path, int(line)].update(names)
    return seconds, tests
