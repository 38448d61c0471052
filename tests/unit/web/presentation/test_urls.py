"""The address that stands for the page of a refused form."""

import pytest

from portal.web.presentation.urls import shown_url


@pytest.mark.parametrize(
    ("address", "method", "shown"),
    [
        ("/staff/revisions/7/edit", "POST", "/staff/revisions/7/edit"),
        ("/staff/revisions/7/claim", "POST", "/staff/revisions/7"),
        ("/staff/revisions/7", "GET", ""),
        ("/nowhere/at/all", "POST", ""),
    ],
)
def test_a_refused_form_is_shown_at_the_next_address_that_has_a_page(app, address, method, shown):
    with app.test_request_context(address, method=method):
        assert shown_url() == shown


def test_an_address_below_a_prefix_keeps_it(app):
    with app.test_request_context("/staff/revisions/7/claim", method="POST", base_url="http://localhost/portal"):
        assert shown_url() == "/portal/staff/revisions/7"
