"""Rows of the verdict on what a machine holds once, how soon a new worker answers, and what a change costs."""

from tests.bench.comparisons import met
from tests.bench.file_verdict import NOT_RUN
from tests.bench.questions import FRESH_TEXT
from tests.bench.tables import plain, ratio, times

SCALE = "1m"
# MB, times, milliseconds of the processor, seconds.
MOST_USS, MOST_TIMES_ONE, MOST_TO_MAP, MOST_LATER = 25, 1.5, 50, 0.3
# Of SQLite's time: any page, and a text that nobody has asked for.
MOST_OF_SQLITE, MOST_FOR_NEW_WORDS = 1.1, 1.2


def verdict(index: dict[str, dict], databases: dict | None) -> list[list[str]]:
    """`index` is by scale; `databases` are the portal's pages at one scale on both of them."""
    return [*_of_the_machine(index.get(SCALE)), *_on_postgresql(databases)]


def _of_the_machine(found: dict | None) -> list[list[str]]:
    targets = {
        "uss": f"{SCALE}: each of four workers holds at most {MOST_USS} MB more of its own than a bare one",
        "pss": f"{SCALE}: master and four workers hold at most {MOST_TIMES_ONE} times what master and one do",
        "map": f"{SCALE}: a worker takes a new state in at most {MOST_TO_MAP} ms of the processor",
        "worker": f"{SCALE}: a new worker answers at most {MOST_LATER} s later than over an empty database",
        "server": f"{SCALE}: the same for a new server",
    }
    if not found:
        return [[target, *NOT_RUN] for target in targets.values()]
    held = found["machine"]
    own, several = held["several"]["uss"] - held["bare"]["uss"], held["several"]["pss"] / held["one"]["pss"]
    mapped, worker, server = found["mapped"] * 1000, found["worker_start"], found["start"]
    return [
        [targets["uss"], f"{plain(own)} MB", met(own <= MOST_USS)],
        [targets["pss"], times(several), met(several <= MOST_TIMES_ONE)],
        [targets["map"], f"{plain(mapped)} ms", met(mapped <= MOST_TO_MAP)],
        [targets["worker"], f"{worker:.2f} s", met(worker <= MOST_LATER)],
        [targets["server"], f"{server:.2f} s", met(server <= MOST_LATER)],
    ]


def _on_postgresql(found: dict | None) -> list[list[str]]:
    rows = []
    for label, most, chooses in (
        ("a page", MOST_OF_SQLITE, lambda case: case != FRESH_TEXT),
        (FRESH_TEXT, MOST_FOR_NEW_WORDS, lambda case: case == FRESH_TEXT),
    ):
        target = f"PostgreSQL: {label} in at most {most} times SQLite's time"
        if not found:
            rows.append([target, *NOT_RUN])
            continue
        sqlite, postgresql = found["cases"]["sqlite"], found["cases"]["postgresql"]
        ratios = {case: ratio(its, sqlite[case]) for case, its in postgresql.items() if chooses(case)}
        worst = max(ratios, key=ratios.get)
        enough = sum(value <= most for value in ratios.values())
        measured = f"{enough} of {len(ratios)} cases; most: {times(ratios[worst])} ({worst})"
        rows.append([target, measured, met(enough == len(ratios))])
    return rows
