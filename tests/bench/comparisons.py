"""What docs/benchmarks.md says of search engines and of an older build: raw numbers in, lines of Markdown out."""

from tests.bench.builds import OLDER
from tests.bench.questions import FRESH_PICK, FRESH_ROWS, FRESH_TEXT
from tests.bench.tables import both, plain, ratio, same_counts, share, table, times

PEER = "tantivy"
# Of the older build; what a target allows.
PAGE, FIRST_TIME = 0.35, (FRESH_TEXT, FRESH_PICK, FRESH_ROWS)
NEW_SELECTIONS = ("picks never asked", "pairs never asked")
NEW = (*NEW_SELECTIONS, "words never asked")
HALF = 0.5


def engines(found: dict, name: str) -> list[str]:
    """Each engine alone, how far its answers agree, and the same view over each."""
    alone, pages = found["alone"], found["pages"]
    names = list(alone["cases"])
    own = alone["cases"]["portal"]
    rows = [
        [case, *(_of(alone, engine, case) for engine in names), times(ratio(own[case], alone["cases"][PEER].get(case)))]
        for case in own
    ]
    page_rows = [[case, *(both(pages[engine].get(case)) for engine in pages)] for case in pages["portal"]]
    agreed = "; ".join(
        f"{engine} {its['picks'][0]} of {its['picks'][1]}"
        + (f" and for words {its['words'][0]} of {its['words'][1]}" if its["words"][1] else "")
        for engine, its in alone["same_counts"].items()
        if engine != "portal"
    )
    versions = ", ".join(f"{engine} {version}" for engine, version in alone["versions"].items())
    return [
        f"### The engine alone, at {name}", "",
        *table(["ms: median of the rounds (least – most)", *names, f"portal to {PEER}"], rows),
        f"Answers with the same total and the same counts as the portal: {agreed}.",
        f"Versions: {versions}.", "",
        f"### The same page over each engine, at {name}", "",
        *table(["ms, median / p95", *pages], page_rows),
    ]  # fmt: skip


def _of(alone: dict, engine: str, case: str) -> str:
    its = alone["cases"][engine].get(case)
    if its is None:
        return "–"
    least, most = alone["least_most"][engine][case]
    return f"{plain(its['median'])} ({plain(least)} – {plain(most)})"


def against(found: dict, name: str) -> list[str]:
    """Pages, fragments, requests a second and imports of both builds."""
    pages, fragments = found["pages"], found["fragments"]
    rows = []
    for case, own in pages["cases"]["own"].items():
        older = pages["cases"]["older"][case]
        part, its = (fragments["cases"][build].get(case) for build in ("own", "older"))
        rows.append(
            [case, both(older), both(own), times(ratio(own, older)), both(its), both(part), times(ratio(part, its))]
        )
    head = ["ms, median / p95", found["older"], "this build", "ratio", "fragment before", "fragment", "ratio"]
    sizes = ", ".join(
        f"{what} {its['kilobytes']['older']:.1f} kB before and {its['kilobytes']['own']:.1f} kB now"
        for what, its in (("a page", pages), ("a fragment", fragments))
    )
    runs = found["rates"]
    rates = [
        [label, plain(runs[build]["rate"]), share(runs[build]["rate"] / runs["hello"]["rate"])]
        for label, build in (("Flask “hello”", "hello"), (found["older"], "older"), ("this build", "own"))
    ]
    imports = [
        [label, *(plain(each["rows"] / each["seconds"]) for each in its), plain(max(each["peak"] for each in its))]
        for label, its in ((found["older"], found["imports"]["older"]), ("this build", found["imports"]["own"]))
    ]
    same = same_counts(pages["totals"]["own"], pages["totals"]["older"])
    numbered = [f"rows/s, {number}" for number in range(1, len(found["imports"]["own"]) + 1)]
    return [
        f"### Pages at {name}", "", *table(head, rows),
        f"Bytes, not packed: {sizes}. Both say the same number of projects for {same}.", "",
        *table(["not cached", "requests/s", "of hello"], rates),
        *table(["import of 107k rows, in turn", *numbered, "peak MB"], imports),
    ]  # fmt: skip


def verdict(engines_found: dict | None, against_found: dict | None) -> list[list[str]]:
    """Rows of the verdict: target, measured, met."""
    return [*_verdict_of_engines(engines_found), *_verdict_against(against_found)]


def _verdict_of_engines(found: dict | None) -> list[list[str]]:
    if not found:
        return []
    own, peer = found["alone"]["cases"]["portal"], found["alone"]["cases"][PEER]
    rows = []
    for kind in NEW:
        case = next(case for case in own if case.endswith(kind))
        value = ratio(own[case], peer[case])
        rows.append([f"engine alone, {case}: at most tantivy's time", times(value), met(value <= 1)])
    older = next((name for name in found["alone"]["cases"] if name == OLDER), None)
    for kind in NEW_SELECTIONS if older else ():
        case = next(case for case in own if case.endswith(kind))
        value = ratio(own[case], found["alone"]["cases"][older][case])
        rows.append([f"engine alone, {case}: at most {HALF} of {older}", times(value), met(value <= HALF)])
    return rows


def _verdict_against(found: dict | None) -> list[list[str]]:
    if not found:
        return []
    cases, rates, imports = found["pages"]["cases"], found["rates"], found["imports"]
    ratios = {case: ratio(own, cases["older"][case]) for case, own in cases["own"].items()}
    rows = []
    for label, chosen in (
        ("page not cached", [case for case in ratios if case not in FIRST_TIME]),
        ("page for the first time", [case for case in ratios if case in FIRST_TIME]),
    ):
        worst = max(chosen, key=ratios.get)
        enough = sum(ratios[case] <= PAGE for case in chosen)
        rows.append([
            f"{label}: at most {PAGE} of {found['older']}",
            f"{enough} of {len(chosen)} cases; most: {times(ratios[worst])} ({worst})",
            met(enough == len(chosen)),
        ])  # fmt: skip
    of_hello, of_older = (rates["own"]["rate"] / rates[name]["rate"] for name in ("hello", "older"))
    rows.append(["requests/s not cached: at least 30% of hello", f"{of_hello:.1%}", met(of_hello >= 0.3)])
    rows.append([f"requests/s not cached: at least 4 times {found['older']}", times(of_older), met(of_older >= 4)])
    own, older = (min(each["seconds"] for each in imports[name]) for name in ("own", "older"))
    rows.append([f"import of 107k: at least 1.3 times {found['older']}", times(older / own), met(older / own >= 1.3)])
    return rows


def met(is_met: bool) -> str:
    return "yes" if is_met else "**no**"
