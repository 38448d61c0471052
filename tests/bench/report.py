"""docs/benchmarks.md, written from the raw numbers alone; its words stand in page.md."""

from pathlib import Path
from string import Template

from portal.config import ROOT
from tests.bench import (
    comparisons,
    effort,
    engine_rounds,
    languages,
    overload,
    pages,
    peer,
    publishing,
    tables,
    throughput,
)
from tests.bench.on_postgresql import SETTINGS
from tests.bench.questions import FAR_PAGE
from tests.bench.verdict import verdict

PAGE = Path(__file__).with_name("page.md")
TARGET = ROOT / "docs" / "benchmarks.md"
NOT_RUN = "Not run."
HASTE = "\n**A quick run**, made to see that everything works: its numbers are not worth keeping.\n"
OLDER = " {} of {} measurements are of an earlier state of the code."
STAGES = ("portal", "kept", "datasette", "sql", "index", "publishing")


def write(store, scales: list[str], busiest: str) -> None:
    found = {stage: {name: store.read(stage, name) for name in scales} for stage in STAGES}
    found["import"] = {name: result for name in scales if (result := store.read("import", name, "storing"))}
    found["overload"] = {name: result for name in scales if (result := store.read("overload", name))}
    rates = store.read("throughput", busiest)
    plain = store.read("plain-datasette", busiest)
    postgresql = store.read("postgresql", busiest)
    found["plain-datasette"] = {busiest: plain} if plain else {}
    engines, older = store.read("engines", busiest), store.read("against", busiest)
    missing = [f"{stage} at {name}" for stage, results in found.items() for name in results if results[name] is None]
    if missing or not rates:
        raise SystemExit(f"Not measured with this state of the code: {', '.join(missing) or 'throughput'}.")
    # Measured at large scales only, so they need not be there.
    for stage in ("exports", "pages"):
        found[stage] = {name: result for name in scales if (result := store.read(stage, name))}
    words = {
        "busiest": busiest,
        "haste": HASTE if effort.IS_QUICK else "",
        "verdict": verdict(found, rates, engines, older, postgresql),
        "engine_rounds": engine_rounds.ROUNDS,
        "engines": comparisons.engines(engines, busiest) if engines else [NOT_RUN],
        "against": comparisons.against(older, busiest) if older else [NOT_RUN],
        "rounds": effort.ROUNDS,
        "peer_rounds": effort.PEER_ROUNDS,
        "peer_rounds_large": effort.PEER_ROUNDS_LARGE,
        "repeats": effort.REPEATS,
        "large": f"{effort.LARGE:,}",
        "settings": ", ".join(f"`{name} {value}`" for name, value in peer.SETTINGS.items()),
        "machine": tables.facts(store.read("machine", "all")),
        "portal": tables.portal_by_scale(found["portal"]),
        "portal_notes": notes(found["portal"]),
        "kept": tables.kept(found["kept"]),
        "beside": [
            *(line for name in scales for line in beside(found, name)),
            *(beside_plain(found, busiest) if plain else []),
            *(on_postgresql(postgresql, busiest) if postgresql else []),
        ],
        "seconds": effort.WRK_SECONDS,
        "runs": effort.WRK_RUNS,
        "workers": throughput.WORKERS,
        "threads": throughput.THREADS,
        "addresses": rates["addresses"],
        "same_html": rates["same_html"],
        "throughput": tables.throughput(rates),
        "imports": tables.imports(found["import"]),
        "index": tables.index(found["index"]),
        "pages_and_files": of_large_stages(store, scales),
        "publishing_workers": publishing.WORKERS,
        "pause": f"{publishing.PAUSE * 1000:.0f}",
        "publishing": tables.publishing(found["publishing"]),
    }
    # All has been read by now.
    taken, older_stages = store.taken(), store.older_stages()
    words |= {"first": taken[0], "last": taken[-1]}
    words["older_stages"] = OLDER.format(older_stages, len(taken)) if older_stages else ""
    page = Template(PAGE.read_text(encoding="utf-8"))
    text = page.substitute({name: "\n".join(word) if isinstance(word, list) else word for name, word in words.items()})
    TARGET.write_text(text.rstrip() + "\n", encoding="utf-8")


def of_large_stages(store, scales: list[str]) -> list[str]:
    """What is measured at large scales only."""
    others = {name: result for name in scales if (result := store.read("pages", name))}
    spoken = {name: result for name in scales if (result := store.read("languages", name))}
    files = {name: result for name in scales if (result := store.read("exports", name))}
    attacks = {name: result for name in scales if (result := store.read("overload", name))}
    return [
        *(line for name, result in others.items() for line in other_pages(name, result)),
        *(line for name, result in spoken.items() for line in in_languages(name, result)),
        *(line for name, result in files.items() for line in exports(name, result)),
        *(line for name, result in attacks.items() for line in overloads(name, result)),
    ]


def of_comparisons(store, name: str) -> list[str]:
    """What is measured beside search engines and an older build."""
    engines, older = store.read("engines", name), store.read("against", name)
    return [
        *(comparisons.engines(engines, name) if engines else []),
        *(comparisons.against(older, name) if older else []),
    ]


def overloads(name: str, found: dict) -> list[str]:
    """What other visitors feel while one client asks for too much."""
    lines = [
        f"### One client asks for too much, at {name}", "",
        f"{overload.WORKERS} processes; one address sends {overload.RATE} requests a second, each of another search.",
        "Clicks are on filters that nobody has chosen before; ready are a prose page, /healthz and a kept list.",
        "",
    ]  # fmt: skip
    for server, attacks in found.items():
        idle = attacks["idle"]["clicks"]["p95"]
        rows = [
            [
                attack,
                tables.both(its["clicks"]),
                tables.times(its["clicks"]["p95"] / idle),
                tables.both(its["ready"]),
                f"{its['refused']} of {its['sent']}" if "sent" in its else "",
                f"{its['slowest_refusal'] * 1000:.0f} ms" if its.get("refused") else "",
            ]
            for attack, its in attacks.items()
        ]
        head = [f"{server}: ms, median / p95", "clicks", "p95 to idle", "ready", "refused", "slowest refusal"]
        lines += [*tables.table(head, rows), ""]
    return lines


def other_pages(name: str, found: dict) -> list[str]:
    """Other pages at one scale beside the directory."""
    directory = found[pages.DIRECTORY]
    rows = [[f"`{path}`", tables.both(its), tables.times(tables.ratio(its, directory))] for path, its in found.items()]
    return [f"### Pages at {name}", "", *tables.table(["ms, median / p95", "", "to the directory"], rows)]


def in_languages(name: str, found: dict) -> list[str]:
    """The same pages in each language, and whether they are close enough."""
    rows = [
        [f"`{page}`", *(tables.both(one) for one in its.values()), *(tables.times(ratio) for ratio in others(its))]
        for page, its in found.items()
    ]
    codes = list(next(iter(found.values())))
    head = ["ms, median / p95", *codes, *(f"{code} to {codes[0]}" for code in codes[1:])]
    page, code, ratio = languages.furthest(found)
    kept = "kept" if abs(ratio - 1) <= languages.ALLOWED else "not kept"
    said = (
        f"Within {languages.ALLOWED:.0%} of English is promised: {kept}. Furthest is `{page}` in {code}, {ratio:.2f}×."
    )
    return [f"### Languages at {name}", "", *tables.table(head, rows), said, ""]


def others(its: dict) -> list[float | None]:
    """The ratios of the medians of other languages to the first."""
    first, *rest = its.values()
    return [tables.ratio(one, first) for one in rest]


def exports(name: str, found: dict) -> list[str]:
    """Files of the whole selection at one scale, beside Datasette's."""
    idle, beside_files = (tables.both(found["clicks"][when]) for when in ("idle", "beside"))
    clicks = f"A click on a filter: {idle} ms with nothing else to do, {beside_files} ms while two files are made."
    return [f"### Files at {name}: {found['rows']:,} projects", "", *tables.exports(found), clicks, ""]


def notes(portal: dict[str, dict]) -> list[str]:
    """What the table of the portal's pages must say besides."""
    sizes = ", ".join(f"{result['page_kilobytes']:.0f} kB at {name}" for name, result in portal.items())
    ends = [f"{result['far_page']} at {name}" for name, result in portal.items() if result["far_page"] < FAR_PAGE]
    lines = [f"A page weighs {sizes} on average."]
    if ends:
        lines += ["", f"Where there is no page {FAR_PAGE}, the last pages stand for it: up to {', '.join(ends)}."]
    return lines


def beside(found: dict, name: str) -> list[str]:
    """The portal at one scale beside the peers, and how far they give the same answers."""
    portal, again, datasette, sql = (found[stage][name] for stage in ("portal", "kept", "datasette", "sql"))
    totals = portal["totals"]
    return [
        f"### Beside the peers at {name}", "",
        *tables.beside(portal, again, datasette, sql),
        f"Datasette found as many projects as the portal for {tables.same_counts(totals, datasette['totals'])},",
        f"SQL alone for {tables.same_counts(totals, sql['totals'])}.",
        "A text can differ: the portal also finds places and types by their names in other languages.",
        "",
    ]  # fmt: skip


def beside_plain(found: dict, name: str) -> list[str]:
    """The portal beside a Datasette that was given nothing but the rows and a text index."""
    portal, plain = found["portal"][name], found["plain-datasette"][name]
    rows = [
        [
            case,
            tables.both(own),
            tables.both(plain["cases"].get(case)),
            tables.times(tables.ratio(plain["cases"].get(case), own)),
        ]
        for case, own in portal["cases"].items()
    ]
    return [
        f"### Beside Datasette without added indexes, at {name}", "",
        *tables.table(["ms, median / p95", "portal", "Datasette", "to portal"], rows),
        "The same rows and text index, as of a table just put in; above it has an index on every column.",
        "",
    ]  # fmt: skip


def on_postgresql(found: dict, name: str) -> list[str]:
    """The portal on PostgreSQL beside itself on SQLite, and what filling it took."""
    sqlite, postgresql = found["cases"]["sqlite"], found["cases"]["postgresql"]
    rows = [
        [case, tables.both(here), tables.both(there := postgresql[case]), tables.times(tables.ratio(there, here))]
        for case, here in sqlite.items()
    ]
    same = tables.same_counts(found["totals"]["sqlite"], found["totals"]["postgresql"])
    imports = ", ".join(
        f"{each['file']} {tables.plain(each['rows'] / each['seconds'])} rows/s" for each in found["files"]
    )
    return [
        f"### The portal on PostgreSQL {found['version']}, at {name}", "",
        "Both answered in turn, a round of all cases each; PostgreSQL after `VACUUM (ANALYZE)`.", "",
        *tables.table(["ms, median / p95", "on SQLite", "on PostgreSQL", "to SQLite"], rows),
        f"It found as many projects as on SQLite for {same}.",
        f"Settings that are not Debian's: `{SETTINGS}`. `portal import`: {imports}.",
        "",
    ]  # fmt: skip
