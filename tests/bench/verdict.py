"""The verdict: each target beside what was measured, yes or no; a target whose scale was not run is left open."""

from tests.bench import comparisons, file_verdict, machine_verdict
from tests.bench.comparisons import met
from tests.bench.file_verdict import NOT_RUN
from tests.bench.questions import FRESH_PICK, FRESH_ROWS, FRESH_TEXT
from tests.bench.tables import growth, plain, ratio, table, times

# MB, over the bare worker and of the whole process.
MEMORY_OF_INDEX, MEMORY_OF_IMPORT = 150, 250
# Of others' clicks while one address asks for too much: to idle, and in ms; and of its refusals.
MOST_TIMES_IDLE, LEAST_CLICK, MOST_SECONDS_TO_REFUSE = 3, 15, 1
SERVERS = {"gunicorn": "directly", "nginx": "behind nginx"}
FIRST_TIME = (FRESH_TEXT, FRESH_PICK, FRESH_ROWS)


def verdict(
    found: dict[str, dict[str, dict]],
    throughput: dict,
    engines: dict | None,
    older: dict | None,
    databases: dict | None,
) -> list[str]:
    """`found` holds results by stage and scale; `engines` and `older` are those of the comparisons, if they ran.

    `databases` are the portal's pages at one scale on SQLite and on PostgreSQL.
    """
    uncached = rate(throughput, ("uncached",), "rendered", 0.5)
    unchanged = rate(throughput, ("cached", "not_modified"), "hello", 0.7)
    rows = [
        ["506k: every case at least 100 times faster than Datasette", *against(found, "portal", "datasette", 100)],
        ["the same, Datasette without added indexes", *against(found, "portal", "plain-datasette", 100)],
        ["the same, pages that were asked for before", *against(found, "kept", "datasette", 100)],
        ["506k: no median over twice its own at 1k", *grown(found, "506k", 2)],
        ["1m: no median over three times its own at 1k", *grown(found, "1m", 3)],
        [
            "506k, for the first time: at least 100 times faster than Datasette",
            *against(found, "portal", "datasette", 100, at_first=True),
        ],
        ["506k, for the first time: no median over twice its own at 1k", *grown(found, "506k", 2, at_first=True)],
        ["not cached: at least half the requests/s of the same pages rendered", *uncached],
        ["cached or 304: at least 70% of Flask “hello”", *unchanged],
        ["107k: no request over 250 ms while a change is published", *slowest(found, "107k", 0.25)],
        ["1m: the same", *slowest(found, "1m", 0.25)],
        ["1m: a change is seen in all workers within 1 s", *seen(found, "1m", 1)],
        *machine_verdict.verdict(found["index"], databases),
        ["506k: the index is built in under 3 s", *at_most(found, "build", 3, "s")],
        ["506k: a worker grows by at most 150 MB", *at_most(found, "memory", MEMORY_OF_INDEX, "MB")],
        ["an import reads at least 10,000 rows/s (files over 100,000 rows)", *import_rate(found, 10_000)],
        ["an import needs at most 250 MB", *import_memory(found)],
        *overloaded(found),
        *file_verdict.verdict(found["exports"], found["pages"]),
        *comparisons.verdict(engines, older),
    ]
    return table(["target", "measured", "met"], rows)


def overloaded(found: dict) -> list[list[str]]:
    """What one address that asks for too much does to others, and how soon it is refused, with each server."""
    attacks = next(iter(found["overload"].values()), None)
    return [
        row
        for server, where in SERVERS.items()
        for row in (
            [
                f"overload, {where}: p95 of others’ clicks at most three times idle, or {LEAST_CLICK} ms",
                *(slowed(attacks[server]) if attacks else NOT_RUN),
            ],
            [f"overload, {where}: refusals within a second", *(refused(attacks[server]) if attacks else NOT_RUN)],
        )
    ]


def slowed(attacks: dict) -> tuple[str, str]:
    clicks = {name: its["clicks"]["p95"] for name, its in attacks.items()}
    idle = clicks.pop("idle")
    worst = max(clicks, key=clicks.get)
    is_met = clicks[worst] <= max(MOST_TIMES_IDLE * idle, LEAST_CLICK)
    return f"{plain(clicks[worst])} ms, idle {plain(idle)} ms ({worst})", met(is_met)


def refused(attacks: dict) -> tuple[str, str]:
    slowest = {name: its["slowest_refusal"] for name, its in attacks.items() if its.get("refused")}
    if not slowest:
        return "nothing was refused", met(True)
    worst = max(slowest, key=slowest.get)
    return f"slowest: {slowest[worst] * 1000:.0f} ms ({worst})", met(slowest[worst] <= MOST_SECONDS_TO_REFUSE)


def against(found: dict, ours: str, theirs: str, least: float, *, at_first: bool = False) -> tuple[str, str]:
    portal, peer = found[ours].get("506k"), found[theirs].get("506k")
    if not (portal and peer):
        return NOT_RUN
    ratios = {case: ratio(peer["cases"].get(case), own) for case, own in portal["cases"].items()}
    known = chosen(ratios, at_first)
    worst = min(known, key=known.get)
    enough = sum(value >= least for value in known.values())
    return f"{enough} of {len(known)} cases; least: {times(known[worst])} ({worst})", met(enough == len(known))


def grown(found: dict, scale: str, most: float, *, at_first: bool = False) -> tuple[str, str]:
    portal = found["portal"]
    if scale not in portal or "1k" not in portal:
        return NOT_RUN
    ratios = {case: growth(portal, case, scale) for case in portal[scale]["cases"]}
    known = chosen(ratios, at_first)
    worst = max(known, key=known.get)
    enough = sum(value <= most for value in known.values())
    return f"{enough} of {len(known)} cases; most: {times(known[worst])} ({worst})", met(enough == len(known))


def chosen(ratios: dict[str, float | None], at_first: bool) -> dict[str, float]:
    """Those that are known, of what comes round again or of what is asked for the first time."""
    return {case: value for case, value in ratios.items() if value is not None and (case in FIRST_TIME) == at_first}


def rate(throughput: dict, names: tuple[str, ...], over: str, least: float) -> tuple[str, str]:
    """The lower of the ratios at all numbers of connections, of the best of the named runs."""
    runs = throughput["runs"]
    shares = {
        name: min(runs[name][number]["rate"] / runs[over][number]["rate"] for number in runs[over])
        for name in names
        if runs.get(name)
    }
    words = ", ".join(f"{name.replace('_', ' ')} {share:.0%}" for name, share in shares.items())
    return words, met(max(shares.values()) >= least)


def slowest(found: dict, scale: str, most: float) -> tuple[str, str]:
    if scale not in found["publishing"]:
        return NOT_RUN
    worst = max(each["slowest"] for each in found["publishing"][scale]["repeats"])
    return f"{worst * 1000:.0f} ms", met(worst <= most)


def seen(found: dict, scale: str, most: float) -> tuple[str, str]:
    if scale not in found["publishing"]:
        return NOT_RUN
    lasts = [each["last"] for each in found["publishing"][scale]["repeats"]]
    if None in lasts:
        return "not seen in all workers", met(False)
    return f"{max(lasts):.2f} s", met(max(lasts) <= most)


def at_most(found: dict, name: str, most: float, unit: str) -> tuple[str, str]:
    if "506k" not in found["index"]:
        return NOT_RUN
    value = found["index"]["506k"][name]
    return f"{plain(value)} {unit}", met(value <= most)


def import_rate(found: dict, least: float) -> tuple[str, str]:
    large = [each for result in found["import"].values() for each in result["files"] if each["rows"] >= 100_000]
    if not large:
        return NOT_RUN
    slow = min(large, key=lambda each: each["rows"] / each["seconds"])
    value = slow["rows"] / slow["seconds"]
    return f"{plain(value)} rows/s ({slow['file']})", met(value >= least)


def import_memory(found: dict) -> tuple[str, str]:
    files = [each for result in found["import"].values() for each in result["files"]]
    worst = max(files, key=lambda each: each["peak"])
    return f"{plain(worst['peak'])} MB ({worst['file']})", met(worst["peak"] <= MEMORY_OF_IMPORT)
