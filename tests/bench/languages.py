"""The same pages in each language of the portal: how long each takes beside English, the cache of pages off."""

from portal.i18n.languages import DEFAULT_CODES, LANGUAGES, SOURCE
from tests.bench import effort
from tests.bench.scales import Scale, connect
from tests.bench.serving import NO_PAGE_CACHE, gunicorn
from tests.bench.visitor import Visitor, check, summary

PAGES = ("/projects/", "/projects/?country=KEN&view=table", "/how-we-count/")
# How far from English a language may be, as a share of its time.
ALLOWED = 0.1


def measure(scale: Scale) -> dict:
    """Milliseconds by page and language; the languages take turns."""
    pages = (*PAGES, project(scale))
    times: dict[str, dict[str, list[float]]] = {page: {code: [] for code in DEFAULT_CODES} for page in pages}
    with gunicorn(scale.database, **NO_PAGE_CACHE) as server:
        visitor = Visitor(server.port)
        for number in range(effort.ROUNDS + 1):
            # Whoever comes first after another page finds less of it in the caches of the processor.
            first = number % len(DEFAULT_CODES)
            for page in pages:
                for code in DEFAULT_CODES[first:] + DEFAULT_CODES[:first]:
                    answer = visitor.ask(LANGUAGES[code].prefix + page)
                    check(page, answer.status)
                    times[page][code].append(answer.seconds)
        visitor.close()
    # The first answer of all finds everything cold and does not count.
    return {page: {code: summary(seconds[1:]) for code, seconds in its.items()} for page, its in times.items()}


def project(scale: Scale) -> str:
    """The address of a project, the same in every run."""
    connection = connect(scale.database)
    (key,) = connection.execute("SELECT min(key) FROM project WHERE published_at IS NOT NULL").fetchone()
    connection.close()
    return f"/projects/{key}"


def furthest(found: dict) -> tuple[str, str, float]:
    """The page and language that are furthest from English, and the ratio of their medians."""
    ratios = [
        (page, code, its[code]["median"] / its[SOURCE.code]["median"])
        for page, its in found.items()
        for code in its
        if code != SOURCE.code
    ]
    return max(ratios, key=lambda one: abs(one[2] - 1))
