"""The guard: what is not declared is refused, and a POST comes from our own pages."""

import pytest
from flask import Flask

from portal.web import guard


def test_a_view_that_declares_nothing_keeps_the_application_from_starting():
    app = Flask("portal")
    app.add_url_rule("/forgotten-door", "door", lambda: "open")
    with pytest.raises(RuntimeError, match="door is neither guarded"):
        guard.init_app(app)


def test_a_view_that_reads_and_writes_is_split():
    app = Flask("portal")
    app.add_url_rule("/both", "both", guard.needs("author")(lambda: ""), methods=["GET", "POST"])
    assert any("both reads and writes" in fault for fault in guard.faults(app))
