"""Every page there is, for tests that walk them all."""

import re
from pathlib import PurePosixPath

from portal.web.declarations import declared_access

SELECTIONS = (
    "/projects/?country=KEN&country=UGA",
    "/projects/?q=border+management",
    "/projects/?status=completed&region=africa&view=table",
    "/projects/?year=none&sort=title&per_page=50",
    "/projects/?country=KEN&country=UGA&country_match=all",
    "/projects/?year_from=2010&year_to=2015&budget_min=100000",
    "/projects/?q=zzzz&country=KEN",
    "/projects/?colour=blue&country=XXX",
    "/where-we-work/?region=africa&sort=name&all=1",
    "/where-we-work/KEN",
    "/where-we-work/TUV",
    "/where-we-work/map?theme=labour-migration&country=KEN",
)
CHARTS = ("/data-and-research/?region=africa&region=europe&year_from=2015", "/data-and-research/?q=zzzz")
LOST = ("/no-such-page/", "/projects/no-such-project", "/projects/?page=999", "/where-we-work/XXX")
_PROJECT = re.compile(r'href="(/projects/[^"/?#]+)"')


def fixed(app):
    """The addresses of all public pages without a variable part; not health checks, /_components and the audit log."""
    return [address for address in _without_variables(app) if not _is_for_programs(address)]


def files(app):
    """The same of what is no page, such as /iati/activities.xml and the API."""
    return [address for address in _without_variables(app) if _is_for_programs(address)]


def _is_for_programs(address):
    return bool(PurePosixPath(address).suffix) or address.startswith("/api/v1/")


def _without_variables(app):
    return sorted(
        {
            rule.rule
            for rule in app.url_map.iter_rules()
            if "GET" in rule.methods
            and declared_access(app.view_functions[rule.endpoint]) == "public"
            and rule.arguments <= set(rule.defaults or ())
            and not rule.endpoint.startswith(("health.", "components.", "public_audit_log."))
        }
    )


def projects(listing):
    """The addresses of the projects that a page lists, in its order."""
    return list(dict.fromkeys(_PROJECT.findall(listing)))


_VALUES = {
    "slug": "LM.0024", "key": "LM.0024", "path": "js/portal.js", "suffix": "csv", "code": "KEN", "number": 0,
    "facet": "region", "aim": "sdg-10.7", "chart": "budget-by-year", "size": 2, "tile": "0/000",
}  # fmt: skip


def public_addresses(app):
    """(endpoint, path) of each public view that answers GET."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or declared_access(app.view_functions[rule.endpoint]) != "public":
            continue
        values = {name: _VALUES[name] for name in rule.arguments if name not in (rule.defaults or {})}
        with app.test_request_context():
            path = app.url_map.bind("127.0.0.1").build(rule.endpoint, values | (rule.defaults or {}))
        found.append((rule.endpoint, path))
    return found
