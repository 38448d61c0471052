"""A catalogue finds a message by its singular: two messages that share one would take the plural of either."""

from collections import defaultdict

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from portal.config import ROOT
from tests.loops import not_empty

KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "NC_": ((1, "c"), 2), "left_out": (1, 2)}
METHODS = [("portal/**.py", "python"), ("templates/**.html", "jinja2")]
# As pyproject.toml has them: they decide which blanks a message has.
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


def test_a_singular_has_one_plural_everywhere():
    plurals = defaultdict(set)
    for _, _, message, _, context in extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS):
        one, many = message if isinstance(message, tuple) else (message, "")
        plurals[context, one].add(many)
    assert {one: found for one, found in not_empty(plurals.items()) if len(found) > 1} == {}
