"""The web floor: one blueprint a file, in the order they are registered."""

from portal.web.accounts import bp as accounts
from portal.web.audit_page import bp as audit_page
from portal.web.desk import bp as desk
from portal.web.email_changes import bp as email_changes
from portal.web.health import bp as health
from portal.web.overview import bp as overview
from portal.web.own_account import bp as own_account
from portal.web.pages import bp as pages
from portal.web.passwords import bp as passwords
from portal.web.projects import bp as projects
from portal.web.publishing import bp as publishing
from portal.web.records import bp as records
from portal.web.review import bp as review
from portal.web.signing_in import bp as signing_in
from portal.web.submission import bp as submission

BLUEPRINTS = (
    health, overview, projects, pages, signing_in, passwords, own_account, email_changes, accounts, desk, submission,
    review, publishing, records, audit_page,
)  # fmt: skip
