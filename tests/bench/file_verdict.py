"""The verdict on files and on the pages around the list: each target beside what was measured at the large scales."""

from tests.bench.comparisons import met
from tests.bench.pages import DIRECTORY
from tests.bench.tables import both, plain, ratio, times

SCALE = "506k"
NOT_RUN = ("not run", "–")
# Seconds, MB, seconds, milliseconds.
TEXT_SECONDS, WORKBOOK_SECONDS, MEMORY, FIRST_BYTE, CLICK = 60, 300, 60, 0.2, 25
AT_ONCE = ("csv", "json", "jsonl", "xml", "atom")
FIGURES = ("/where-we-work/", "/data-and-research/", "/2030-agenda/")


def verdict(files: dict[str, dict], pages: dict[str, dict]) -> list[list[str]]:
    """`files` and `pages` are results by scale."""
    at_scale = files.get(SCALE)
    return [
        ["CSV with Datasette's columns: at least 5 times as many rows/s as Datasette", *faster(files, 5)],
        ["506k: CSV and JSON Lines end within 60 s", *ends(at_scale, ("csv", "jsonl"), TEXT_SECONDS)],
        ["506k: XLSX ends within 300 s", *ends(at_scale, ("xlsx",), WORKBOOK_SECONDS)],
        ["506k: no file needs over 60 MB more than the idle worker", *memory(at_scale)],
        ["506k: first byte of CSV, JSON, JSON Lines, IATI and Atom within 200 ms", *first_byte(at_scale)],
        ["506k: p95 of a click while two files are made: 3 times that of idle, or 25 ms", *clicks(at_scale)],
        ["506k: no table takes 3 times as long as the directory", *beside(pages.get(SCALE), ("/projects/table",), 3)],
        ["506k: no page of figures takes 3 times as long", *beside(pages.get(SCALE), FIGURES, 3)],
    ]


def faster(files: dict[str, dict], least: float) -> tuple[str, str]:
    """The least of all scales: a file of Datasette has as many rows as one of the portal."""
    if not files:
        return NOT_RUN
    ratios = {
        name: found["datasette"]["csv"]["seconds"] / found["portal"]["csv, same columns"]["seconds"]
        for name, found in files.items()
    }
    return ", ".join(f"{times(value)} at {name}" for name, value in ratios.items()), met(min(ratios.values()) >= least)


def ends(found: dict | None, names: tuple[str, ...], most: float) -> tuple[str, str]:
    if not found:
        return NOT_RUN
    name = max(names, key=lambda name: found["portal"][name]["seconds"])
    seconds = found["portal"][name]["seconds"]
    return f"{plain(seconds)} s ({name})", met(seconds <= most)


def memory(found: dict | None) -> tuple[str, str]:
    if not found:
        return NOT_RUN
    name = max(found["portal"], key=lambda name: found["portal"][name]["memory"])
    more = found["portal"][name]["memory"]
    return f"{plain(more)} MB ({name})", met(more <= MEMORY)


def first_byte(found: dict | None) -> tuple[str, str]:
    if not found:
        return NOT_RUN
    name = max(AT_ONCE, key=lambda name: found["portal"][name]["first"])
    seconds = found["portal"][name]["first"]
    return f"{plain(seconds * 1000)} ms ({name})", met(seconds <= FIRST_BYTE)


def clicks(found: dict | None) -> tuple[str, str]:
    if not found:
        return NOT_RUN
    idle, beside_files = found["clicks"]["idle"], found["clicks"]["beside"]
    allowed = max(3 * idle["p95"], CLICK)
    return f"{both(beside_files)} ms, idle {both(idle)} ms", met(beside_files["p95"] <= allowed)


def beside(found: dict | None, beginnings: tuple[str, ...], most: float) -> tuple[str, str]:
    """The slowest page whose path begins so, beside the directory."""
    if not found:
        return NOT_RUN
    ratios = {path: ratio(its, found[DIRECTORY]) for path, its in found.items() if path.startswith(beginnings)}
    worst = max(ratios, key=ratios.get)
    return f"{times(ratios[worst])} (`{worst}`)", met(ratios[worst] < most)
