"""The tables of docs/benchmarks.md: raw numbers in, lines of Markdown out."""

from collections.abc import Iterable

RUNS = {
    "hello": "Flask “hello”",
    "rendered": "the same pages rendered, no search",
    "uncached": "portal, not cached",
    "cached": "portal, cached",
    "not_modified": "portal, 304",
}
NOTHING = "–"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table whose first column is words and whose others are numbers."""
    names = list(head)
    lines = [names, ["---", *["---:"] * (len(names) - 1)], *(list(row) for row in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def plain(value: float | None) -> str:
    """Three significant digits at least, thousands apart."""
    if value is None:
        return NOTHING
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def times(value: float | None) -> str:
    return NOTHING if value is None else f"{plain(value)}×"


def seconds(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def both(found: dict | None) -> str:
    """Median and 95th percentile."""
    return f"{plain(found['median'])} / {plain(found['p95'])}" if found else NOTHING


def facts(kept: dict[str, dict[str, str]]) -> list[str]:
    """The machine and the versions."""
    rows = [["machine", ""], ["---", "---"], *kept["machine"].items(), *kept["versions"].items()]
    return ["| " + " | ".join(row) + " |" for row in rows] + [""]


def portal_by_scale(by_scale: dict[str, dict]) -> list[str]:
    """Every case at every scale, and how it grew from the smallest to the largest."""
    names = list(by_scale)
    cases = by_scale[names[0]]["cases"]
    rows = []
    for case in cases:
        cells = [both(by_scale[name]["cases"].get(case)) for name in names]
        rows.append([case, *cells, times(growth(by_scale, case, names[-1]))])
    return table(["ms, median / p95", *names, f"{names[-1]} to {names[0]}"], rows)


def growth(by_scale: dict[str, dict], case: str, scale: str) -> float | None:
    """The median of a case at a scale over its own at the smallest scale."""
    smallest = next(iter(by_scale.values()))["cases"].get(case)
    here = by_scale[scale]["cases"].get(case)
    return here["median"] / smallest["median"] if smallest and here else None


def beside(portal: dict, again: dict, datasette: dict, sql: dict) -> list[str]:
    """One scale: the portal, Datasette and SQL alone, and how many times as long as the portal they take."""
    rows = []
    for case, own in portal["cases"].items():
        kept, other, bare = (found["cases"].get(case) for found in (again, datasette, sql))
        rows.append([
            case, both(own), both(kept), both(other), times(ratio(other, own)), times(ratio(other, kept)),
            both(bare), times(ratio(bare, own)),
        ])  # fmt: skip
    head = [
        "ms, median / p95", "portal", "asked again", "Datasette", "to portal", "to asked again",
        "SQL alone", "to portal",
    ]  # fmt: skip
    return table(head, rows)


def ratio(other: dict | None, own: dict | None) -> float | None:
    return other["median"] / own["median"] if other and own else None


def kept(by_scale: dict[str, dict]) -> list[str]:
    rows = [[name, both(found["kept"]), both(found["not_modified"])] for name, found in by_scale.items()]
    return table(["ms, median / p95", "page made before", "304"], rows)


def throughput(found: dict) -> list[str]:
    """Rates, and their ratios to the two floors at the same number of connections."""
    hello, rendered = found["runs"]["hello"], found["runs"]["rendered"]
    rows = []
    for number in hello:
        for name, label in RUNS.items():
            if not (run := found["runs"].get(name)):
                rows.append([label, number, *[NOTHING] * 6])
                continue
            one = run[number]
            rows.append([
                label, number, plain(one["rate"]), f"{plain(one['least'])} – {plain(one['most'])}",
                share(one["rate"] / hello[number]["rate"]), share(one["rate"] / rendered[number]["rate"]),
                f"{plain(one['median'])} / {plain(one['p99'])}",
                str(one["failed"] + one["broken"]),
            ])  # fmt: skip
    return table(
        ["", "connections", "requests/s", "least – most", "of hello", "of rendered", "ms, median / p99", "failed"], rows
    )


def share(value: float) -> str:
    return f"{value:.1%}" if value < 1 else f"{value * 100:,.0f}%"


def imports(by_scale: dict[str, dict]) -> list[str]:
    rows = [
        [
            each["file"], f"{each['rows']:,}", f"{each['added']:,}", plain(each["seconds"]),
            plain(each["rows"] / each["seconds"]), plain(each["cpu"]), plain(each["peak"]),
        ]
        for found in by_scale.values() for each in found["files"]
    ]  # fmt: skip
    return table(["file", "rows", "stored", "seconds", "rows/s", "processor seconds", "peak MB"], rows)


def exports(found: dict) -> list[str]:
    """Each format, and how many times as many rows a second as Datasette's same format it gives."""
    rows = []
    for who, files in (("portal", found["portal"]), ("Datasette", found["datasette"])):
        for name, file in files.items():
            its = found["datasette"].get(name.partition(",")[0])
            rows.append([
                f"{who}: {name}", plain(file["first"] * 1000), seconds(file["seconds"]),
                plain(found["rows"] / file["seconds"]), plain(file["bytes"] / 1e6), plain(file["memory"]),
                times(its["seconds"] / file["seconds"]) if its and who == "portal" else NOTHING,
            ])  # fmt: skip
    head = ["file", "first byte, ms", "seconds", "rows/s", "MB", "memory, MB more", "rows/s to Datasette"]
    return table(head, rows)


def index(by_scale: dict[str, dict]) -> list[str]:
    rows = [
        [
            name, f"{found['projects']:,}", seconds(found["build"]), plain(found["build_peak"]),
            seconds(found["start"]), seconds(found["worker_start"]),
            plain(found["memory"]), plain(found["memory_used"]), plain(found["bare_memory"]),
        ]
        for name, found in by_scale.items()
    ]  # fmt: skip
    head = [
        "scale", "projects", "build, s", "peak of the build, MB", "first answer, s more than empty", "of a new worker",
        "worker, MB more than bare", "after searches", "bare worker, MB",
    ]  # fmt: skip
    return [*table(head, rows), "", *machine(by_scale)]


def machine(by_scale: dict[str, dict]) -> list[str]:
    """What the machine holds once, and what each worker has alone."""
    rows = []
    for name, found in by_scale.items():
        if not (its := found.get("machine")):
            continue
        rows.append([
            name, plain(found["mapped"] * 1000), plain(its["several"]["uss"]), plain(its["bare"]["uss"]),
            plain(its["several"]["pss"]), plain(its["one"]["pss"]), times(its["several"]["pss"] / its["one"]["pss"]),
        ])  # fmt: skip
    head = [
        "scale", "taking a state that another process made, processor ms", "USS of one of four workers, MB",
        "USS of a bare one", "PSS of master and four", "PSS of master and one", "four to one",
    ]  # fmt: skip
    return table(head, rows)


def publishing(by_scale: dict[str, dict]) -> list[str]:
    rows = []
    for name, found in by_scale.items():
        for each in found["repeats"]:
            rows.append([
                name, seconds(each["first"]), seconds(each["last"]), str(each["requests"]),
                plain(each["median"] * 1000), plain(each["slowest"] * 1000), seconds(each["import_seconds"]),
            ])  # fmt: skip
    head = [
        "scale",
        "first worker, s",
        "all workers, s",
        "requests meanwhile",
        "median, ms",
        "slowest, ms",
        "import, s",
    ]
    return table(head, rows)


def same_counts(ours: dict[str, int], theirs: dict[str, int]) -> str:
    """How many questions both answered with the same number of projects, and how far apart they are at most."""
    pairs = [(ours[path], theirs[path]) for path in ours.keys() & theirs.keys()]
    apart = max((abs(own - its) / max(own, its, 1) for own, its in pairs), default=0)
    same = f"{sum(own == its for own, its in pairs)} of {len(pairs)} questions"
    return f"{same} (others differ by up to {apart:.1%})" if apart else same
