"""The portal without its search: what was found for each address is kept, and every request only writes the page.

The view, the panel, the results and the templates are the product's own. No request reaches index or database.
BENCH_ADDRESSES names a file with one path a line; to ask for another one is an error.
"""

import os
import sys
from pathlib import Path

from portal.app import from_environment
from portal.search import Filters, directory
from portal.search.index import current

# gunicorn's master stops at this code instead of starting the worker again and again.
_STOPS = 4


def without_search(paths: list[str]):
    """The application, its searches done; refuses to start when a page would search all the same."""
    app = from_environment()
    kept, asked = {}, []
    for path in paths:
        with app.test_request_context(path) as context:
            filters = Filters.parse(context.request.args)
            kept[filters] = directory.find(filters)
            snapshot = current.current_snapshot()

    def find(filters: Filters, **_how):
        asked[:] = [filters]
        return kept[filters]

    def forbidden(*_args, **_more):
        raise AssertionError("A page that should only be rendered searches.")

    view = app.view_functions["projects.directory"]
    sys.modules[view.__module__].find = find
    current.current_snapshot = lambda **_how: snapshot
    # An empty list would look for ways out of it by searching; no address may lead to one.
    directory.find = directory.count_matches = forbidden
    answer = app.test_client().get(paths[-1])
    if answer.status_code != 200 or not asked:
        print(f"The page is not rendered from what was kept: {answer.status}", file=sys.stderr)
        raise SystemExit(_STOPS)
    return app


app = without_search(Path(os.environ["BENCH_ADDRESSES"]).read_text(encoding="utf-8").split())
