"""`make bench`: runs every stage at every scale, keeps the raw numbers, and writes docs/benchmarks.md from them.

A broken run goes on where it stopped; numbers of another state of the code are measured anew, unless told otherwise.
"""

import argparse
import shutil
import signal
import sys
import time

from tests.bench import (
    against,
    builds,
    engine_rounds,
    exports,
    index_cost,
    languages,
    latency,
    on_postgresql,
    overload,
    pages,
    publishing,
    report,
    throughput,
)
from tests.bench.machine import DATASETTE, kept_awake, machine, versions
from tests.bench.scales import DATA, SCALES, make
from tests.bench.store import CACHE, Store

CHOICES = tuple(name for name in SCALES if name != "empty")
# At the largest scale of the run up to this one requests a second are counted.
THROUGHPUT_AT_MOST = "506k"
STAGES = {
    "portal": latency.portal,
    "kept": latency.kept,
    "datasette": latency.beside_datasette,
    "sql": latency.beside_sql,
    "index": index_cost.measure,
    "publishing": publishing.measure,
}
# Files and the pages around the list: at these scales only.
LARGE_SCALES = ("107k", "506k")
LARGE_STAGES = {"pages": pages.measure, "languages": languages.measure, "exports": exports.measure}
OVERLOADED_SCALE = "107k"


def main() -> None:
    options = parsed()
    # Ends as an interruption by hand does: servers are stopped and half-made files taken away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    for program in ("wrk", DATASETTE):
        if not shutil.which(program):
            raise SystemExit(f"{program} is missing: apt-get install wrk, and start this by `make bench`.")
    if not DATA.is_dir():
        raise SystemExit(
            "The real records are missing: they belong into shared/data/mapped beside the project's folder."
        )
    CACHE.mkdir(exist_ok=True)
    older = builds.older(options.against) if options.against else None
    store = Store(keeps=options.keep, forgets=options.fresh)
    chosen = [name for name in CHOICES if name in options.scales]
    if store.read("machine", "all") is None:
        store.write("machine", "all", {"machine": machine(), "versions": versions()})
    if not options.only_report:
        with kept_awake():
            measure(options, store, chosen, older)
    if options.stages:
        print("\n".join([*report.of_large_stages(store, chosen), *report.of_comparisons(store, busiest(chosen))]))
        return
    report.write(store, chosen, busiest(chosen))
    print(f"Written: {report.TARGET.name}")


def measure(options: argparse.Namespace, store: Store, chosen: list[str], older: builds.Build | None) -> None:
    """What is not measured yet, of all stages or those asked for."""
    most = busiest(chosen)

    def is_asked(stage: str) -> bool:
        return options.stages is None or stage in options.stages

    for name in ("empty", *chosen):
        told("database", name, lambda name=name: make(SCALES[name], store))
    if older:
        told("older", most, lambda: against.make(older, SCALES[most]))
    for name in chosen:
        for stage, its_measure in (STAGES | (LARGE_STAGES if name in LARGE_SCALES else {})).items():
            if is_asked(stage):
                run(store, stage, name, its_measure)
    if OVERLOADED_SCALE in chosen and is_asked("overload"):
        run(store, "overload", OVERLOADED_SCALE, overload.measure)
    if is_asked("engines"):
        run(store, "engines", most, lambda scale: engine_rounds.everything(scale, older))
    if older and is_asked("against"):
        run(store, "against", most, lambda scale: against.measure(scale, older))
    if is_asked("plain-datasette"):
        run(store, "plain-datasette", most, latency.beside_plain_datasette)
    if is_asked("postgresql"):
        run(store, "postgresql", most, on_postgresql.measure)
    if is_asked("throughput"):
        run(store, "throughput", most, throughput.measure)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--scales", type=lambda text: text.lower().split(), default=list(CHOICES))
    parser.add_argument("--fresh", action="store_true", help="measure everything anew; databases stay")
    parser.add_argument("--keep", action="store_true", help="trust numbers that an earlier state of the code gave")
    parser.add_argument(
        "--only-report", action="store_true", help="measure nothing, write the tables from what is kept"
    )
    parser.add_argument("--against", metavar="COMMIT", help=f"measure the build of a commit too, {builds.OLDER}")
    parser.add_argument(
        "--stages", type=str.split, help="measure these alone; print the tables of pages and exports, and write nothing"
    )
    options = parser.parse_args()
    if not options.scales or (wrong := set(options.scales) - set(CHOICES)):
        parser.error(f"no such scale: {' '.join(sorted(wrong)) if options.scales else '(none)'}; {' '.join(CHOICES)}")
    return options


def busiest(chosen: list[str]) -> str:
    """The largest scale of the run that requests a second are counted at."""
    small_enough = [name for name in chosen if CHOICES.index(name) <= CHOICES.index(THROUGHPUT_AT_MOST)]
    return (small_enough or chosen)[-1]


def run(store: Store, stage: str, scale: str, measure) -> None:
    if store.read(stage, scale) is None:
        told(stage, scale, lambda: store.write(stage, scale, measure(SCALES[scale])))


def told(stage: str, scale: str, work) -> None:
    """Do one piece of work and say how long it took."""
    print(f"{stage:>12} {scale:>6} ...", end="", flush=True)
    begun = time.perf_counter()
    work()
    print(f" {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
