"""The web floor: one blueprint a file, in the order they are registered."""

from portal.web.health import bp as health
from portal.web.overview import bp as overview
from portal.web.pages import bp as pages
from portal.web.projects import bp as projects

BLUEPRINTS = (health, overview, projects, pages)
