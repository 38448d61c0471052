"""Run the tests of each mutant in a process forked from one that has loaded the portal and created the application."""

import gc
import os
import resource
import shutil
import signal
import sys
import time

import pytest
from sqlalchemy import Engine

from portal.config import ROOT
from tests.mutants import report
from tests.mutants.code_swap import functions_by_file, swap
from tests.mutants.session import TEST_FOLDERS, portal_caches, pytest_arguments

EXAMPLES = 20
SURVIVED, KILLED, UNCHANGED = 0, 1, 2
# A test may take this many times its recorded seconds of processor time, and this many more.
PATIENCE, PATIENCE_SECONDS = 10, 10
MAX_MEMORY_BYTES = 6 << 30


class MutantRunner:
    """A pytest plugin: tests are collected as always; then its own loop runs them for each mutant."""

    def __init__(self, mutants, selection, results_file, scratch):
        self.mutants, self.selection = mutants, selection
        self.results_file, self.scratch = results_file, scratch
        self.failed = False
        # Tests that noticed a mutant, and whether they pass without it.
        self.passes_unmutated = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if session.testsfailed:
            return None
        self.items = {item.nodeid: item for item in session.items}
        create_application(session.items)
        self.functions = functions_by_file(str(ROOT / "portal"))
        # Before the freeze, which hides them from the collector.
        self.caches = portal_caches()
        pristine = self.scratch.with_name(f"{self.scratch.name}-pristine")
        shutil.copytree(self.scratch, pristine, symlinks=True)
        gc.freeze()
        for mutant in self.mutants:
            report.append(self.results_file, self.result(mutant))
            # Whatever a mutant left behind.
            shutil.rmtree(self.scratch)
            shutil.copytree(pristine, self.scratch, symlinks=True)
        return True

    def pytest_runtest_logreport(self, report):
        self.failed = self.failed or report.failed

    def result(self, mutant):
        start = time.monotonic()
        covering, tests = self.selection.tests(mutant)
        tests = [test for test in tests if test in self.items and self.passes_unmutated.get(test, True)]
        outcome, ran = self.attempt(mutant, tests) if tests else ("no test", [])
        if outcome in report.NOTICED:
            if not self.passes(ran[-1]):
                return self.result(mutant)
            self.selection.add_noticed(mutant, ran[-1])
        return report.Result(
            key=mutant.key,
            path=mutant.path,
            line=mutant.lines.start,
            operator=mutant.operator,
            outcome=outcome,
            test=ran[-1] if ran else "",
            ran=len(ran),
            covering=len(covering),
            seconds=round(time.monotonic() - start, 1),
            diff=mutant.diff,
        )

    def passes(self, test):
        if test not in self.passes_unmutated:
            self.passes_unmutated[test] = self.attempt(None, [test])[0] == "survived"
        return self.passes_unmutated[test]

    def attempt(self, mutant, tests):
        """The outcome, and the tests that were started; the last one decided."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os._exit(self.run_tests(mutant, tests, writing))
            finally:
                os._exit(KILLED)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            ran = pipe.read().splitlines()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        outcome = {SURVIVED: "survived", UNCHANGED: "unchanged", -signal.SIGPROF: "timeout"}.get(status, "killed")
        return outcome, ran or tests[:1]

    def run_tests(self, mutant, tests, pipe):
        """In the forked process: an exit status. Nothing is torn down, since the parent owns all that was set up."""
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
        sys.dont_write_bytecode = True
        if mutant and not swap(self.functions[str(ROOT / mutant.path)], mutant.before, mutant.after):
            return UNCHANGED
        for cached_function in self.caches:
            cached_function.cache_clear()
        items = [self.items[test] for test in tests]
        for item, following in zip(items, [*items[1:], None], strict=True):
            os.write(pipe, f"{item.nodeid}\n".encode())
            # Processor time, so that a busy machine makes no mutant look endless.
            signal.setitimer(signal.ITIMER_PROF, PATIENCE_SECONDS + PATIENCE * self.selection.seconds[item.nodeid])
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return KILLED
        return SURVIVED


def create_application(items):
    """Run one test with the application that most tests share, as if a test of the other folder came next.

    pytest then keeps the application, and nothing that a test of either folder does not need.
    """
    first = next(item for item in items if "app" in item.fixturenames)
    folder = next(folder for folder in TEST_FOLDERS if first.nodeid.startswith(folder))
    following = next(item for item in items if not item.nodeid.startswith(folder))
    first.config.hook.pytest_runtest_protocol(item=first, nextitem=following)
    for engine in gc.get_objects():
        if isinstance(engine, Engine):
            # SQLite forbids to use a connection in a forked process.
            engine.dispose()


def run(mutants, selection, results_file, scratch):
    runner = MutantRunner(mutants, selection, results_file, scratch)
    pytest.main([*pytest_arguments(examples=EXAMPLES), f"--basetemp={scratch}", *TEST_FOLDERS], plugins=[runner])
