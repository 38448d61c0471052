"""The web floor: one blueprint a file, in the order they are registered."""

from portal.web.accounts.account_settings import bp as own_account
from portal.web.accounts.email_change import bp as email_changes
from portal.web.accounts.password_reset import bp as passwords
from portal.web.accounts.sign_in import bp as signing_in
from portal.web.accounts.stop_mail import bp as stop_mail
from portal.web.admin.accounts import bp as accounts
from portal.web.admin.administrator_grants import bp as administrator_requests
from portal.web.admin.audit_log import bp as audit_page
from portal.web.admin.mail import bp as mail_page
from portal.web.api.guide import bp as api_guide
from portal.web.api.resources import bp as api
from portal.web.authoring.submission import bp as submission
from portal.web.http.health import bp as health
from portal.web.public.agenda import bp as agenda
from portal.web.public.audit.log import bp as public_audit_log
from portal.web.public.data.research import bp as data
from portal.web.public.discovery import bp as discovery
from portal.web.public.downloads import bp as downloads
from portal.web.public.embedding import bp as embedding
from portal.web.public.iati import bp as iati
from portal.web.public.overview import bp as overview
from portal.web.public.pages import bp as pages
from portal.web.public.places.views import bp as places
from portal.web.public.projects import bp as projects
from portal.web.public.sitemap import bp as sitemap
from portal.web.public.tables.state_files import bp as state_files
from portal.web.public.tables.table import bp as tables
from portal.web.review.desk import bp as desk
from portal.web.review.handover import bp as handover
from portal.web.review.publishing import bp as publishing
from portal.web.review.records import bp as records
from portal.web.review.review import bp as review
from portal.web.review.tags.proposals import bp as tag_proposals
from portal.web.review.translations.views import bp as translations

BLUEPRINTS = (
    health, overview, agenda, data, places, projects, tables, state_files, downloads, iati, embedding, discovery,
    sitemap, public_audit_log, api, api_guide, pages, signing_in, passwords, own_account, email_changes, accounts, desk,
    submission, review, publishing, handover, records, tag_proposals, translations, audit_page, mail_page,
    stop_mail, administrator_requests,
)  # fmt: skip
