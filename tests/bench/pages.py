"""Other pages and answers than the list: how long each takes beside the directory, the cache of pages off."""

from collections import defaultdict

from tests.bench import effort
from tests.bench.scales import Scale
from tests.bench.serving import NO_PAGE_CACHE, gunicorn
from tests.bench.visitor import Visitor, check, summary

DIRECTORY = "/projects/"
PATHS = (
    DIRECTORY,
    "/projects/table?by=country&across=year",
    "/projects/table?by=country&across=year&measure=full",
    "/projects/table?by=country&across=year&measure=shared",
    "/projects/table?by=region&across=type&measure=full",
    "/where-we-work/",
    "/where-we-work/?region=africa",
    "/where-we-work/KEN",
    "/where-we-work/map",
    "/data-and-research/",
    "/data-and-research/?country=KEN",
    "/2030-agenda/",
    "/api/v1/projects",
    "/api/v1/facets",
    "/api/v1/table?by=country&across=year&measure=shared",
    "/sitemap.xml",
    "/sitemap-1.xml",
)


def measure(scale: Scale) -> dict:
    """Milliseconds by path; the pages take turns."""
    times: dict[str, list[float]] = defaultdict(list)
    with gunicorn(scale.database, **NO_PAGE_CACHE, PORTAL_API_LIMIT="0") as server:
        visitor = Visitor(server.port)
        for _ in range(effort.ROUNDS_KEPT):
            for path in PATHS:
                answer = visitor.ask(path)
                check(path, answer.status)
                times[path].append(answer.seconds)
        visitor.close()
    # The first answer of all finds everything cold and does not count.
    return {path: summary(seconds[1:]) for path, seconds in times.items()}
