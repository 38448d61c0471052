"""Colleagues at the desk: browsers that read which steps a page offers, and press its buttons."""

from portal.services.editorial import idempotency
from tests.form_data import as_sent
from tests.http_clients import OURS, Browser
from tests.pages import Page


class Colleague(Browser):
    """`press` sends a form of a page as it stands there, some fields filled in; `act` posts without asking a page."""

    def __init__(self, app, session, account):
        super().__init__(app, session)
        self.account = account
        self.sign_in(account)

    def press(self, page, to, *, status=303, **fields):
        """Press the button of `page` that leads to this address; the address it led to, or the checked page."""
        response = self.client.post(to, data=as_sent(form_to(page, to)) | fields, headers=OURS)
        if status != 303:
            return Page(response, status=status)
        assert response.status_code == 303, response.get_data(as_text=True)[:3000]
        return response.location

    def act(self, address, **fields):
        """Any POST with a good token and a fresh key, whether or not a page offers it."""
        return self.post(address, {"key": idempotency.new_key()} | fields)


def form_to(page, to):
    """The form of a page that one of its buttons sends to this address."""
    found = [form for form in page.select("form") if to in addresses(form)]
    assert len(found) == 1, f"{len(found)} forms to {to} on {page.address}"
    return found[0]


def addresses(form):
    buttons = {button.attrs["formaction"] for button in form.query("button[formaction]")}
    return buttons | {form.attrs.get("action")}


def offered(page, number):
    """The steps of a revision that its page offers, as the last parts of their addresses."""
    found = {address for form in page.select("form[method=post]") for address in addresses(form)} | set(page.links)
    steps = {address.rsplit("/", 1)[1] for address in found if address.startswith(f"/staff/revisions/{number}/")}
    withdraws = {"withdraw"} if any(address.endswith("/withdraw") for address in found) else set()
    return (steps - {"preview"}) | withdraws
