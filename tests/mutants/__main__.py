"""`make mutants`: try a sample of small faults in the portal and see which of them the tests notice.

Results are added to `.mutants/results.jsonl`, so an interrupted run goes on; `.mutants/report.md` lists what survived.
"""

import argparse
import os
import tempfile
from pathlib import Path

from portal.config import ROOT
from tests.mutants import recording, report, runner
from tests.mutants.mutations import Module, sample
from tests.mutants.processes import run_all
from tests.mutants.selection import Selection
from tests.mutants.session import TEST_FOLDERS

FOLDER = ROOT / ".mutants"
RECORDINGS, RESULTS, REPORT = FOLDER / "recordings", FOLDER / "results.jsonl", FOLDER / "report.md"
SCOPE = ["portal/search", "portal/services", "portal/web/presentation", "portal/web/public"]


def main():
    options = parsed()
    RECORDINGS.mkdir(parents=True, exist_ok=True)
    if not options.only_report:
        record(options.jobs)
    seconds, tests_of_line = recording.read(RECORDINGS.glob("*.json"))
    modules = [Module(path, (ROOT / path).read_text(encoding="utf-8"), options.seed) for path in sources(options.only)]
    mutants = list(sample([module for module in modules if module.places], options.count, options.at_least))
    results = report.read(RESULTS)
    waiting = [
        mutant for mutant in mutants if mutant.key not in results or is_tried_again(options, results[mutant.key])
    ]
    if not options.only_report:
        try_all(waiting, Selection(seconds, tests_of_line, options.budget), options.jobs)
        results = report.read(RESULTS)
    title = f"{len(mutants)} mutants, seed {options.seed}"
    print(report.write(REPORT, title, [results[mutant.key] for mutant in mutants if mutant.key in results]))


def parsed():
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=650, help="mutants to try")
    parser.add_argument("--at-least", type=int, default=3, help="mutants of each module")
    parser.add_argument("--only", nargs="+", default=SCOPE, help="files or folders")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--budget", type=float, default=60, help="seconds of tests that one mutant may take")
    parser.add_argument("--survivors", action="store_true", help="try those again that survived")
    parser.add_argument("--only-report", action="store_true", help="write the report of the results so far")
    return parser.parse_args()


def is_tried_again(options, result):
    return options.survivors and result.outcome in ("survived", "no test")


def sources(folders):
    return sorted(
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
    )


def record(jobs):
    """Record the test files that have no recording of their present text and of the present portal."""
    test_files = sorted(
        path.relative_to(ROOT).as_posix() for folder in TEST_FOLDERS for path in (ROOT / folder).rglob("test_*.py")
    )
    missing = [test_file for test_file in test_files if not recording.is_current(RECORDINGS, test_file)]
    print(f"{len(missing)} of {len(test_files)} test files to record", flush=True)
    run_all(
        FOLDER, recording.record, [(RECORDINGS, missing[number::jobs]) for number in range(jobs) if missing[number:]]
    )


def try_all(mutants, selection, jobs):
    print(f"{len(mutants)} mutants to try; results are added to {RESULTS.relative_to(ROOT)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="portal-mutants-") as temporary:
        shares = [mutants[number::jobs] for number in range(jobs) if mutants[number:]]
        scratch = [Path(temporary) / f"tests-{number}" for number in range(len(shares))]
        run_all(
            FOLDER, runner.run, [(share, selection, RESULTS, scratch[number]) for number, share in enumerate(shares)]
        )


if __name__ == "__main__":
    main()
