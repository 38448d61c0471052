"""How to cite a project: the citation as text, and schema.org data as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from flask import current_app
from markupsafe import Markup

from portal.search.read_models.project import ProjectView
from portal.web.presentation import formatting, i18n, languages, markdown
from portal.web.presentation.i18n import SOURCE, gettext
from portal.web.presentation.urls import in_language, url_for


def permalink(project: ProjectView) -> str:
    """The URL to cite, built from the PORTAL_URL setting and never from the request."""
    public_url: str = current_app.extensions["settings"].public_url
    return public_url + url_for("projects.project", slug=project.slug)


def citation(project: ProjectView) -> str:
    """Publisher (year). Title. Identifier, budget. Record date. URL.

    The title is never a machine translation, and never one that is older than its source.
    """
    site = current_app.extensions["settings"]
    year = project.year or (project.start.year if project.start else None)
    facts = [
        gettext("Project %(number)s", number=project.reference) if project.reference else "",
        formatting.usd(project.budget) if project.budget is not None else "",
    ]
    parts = [
        f"{site.full_name} ({year})." if year else f"{site.full_name}.",
        i18n.apart(languages.cited_title(project).text.rstrip(".")) + ".",
        ", ".join(filter(None, facts)) + "." if any(facts) else "",
        gettext("Record of %(day)s.", day=formatting.day(project.changed_at)),
        i18n.apart(permalink(project)),
    ]
    return " ".join(filter(None, parts))


def linked_data(project: ProjectView) -> Markup:
    """The project as a schema.org MonetaryGrant that funds a Project."""
    site = current_app.extensions["settings"]
    codes = list(filter(None, languages.texts_by_language(project, "title")))
    about = {
        "@type": "Project",
        "name": _in_languages(project, "title"),
        "description": _in_languages(project, "summary"),
        "startDate": str(project.start) if project.start else None,
        "endDate": str(project.end) if project.end else None,
        "areaServed": [{"@type": "Country", "name": c.name, "identifier": c.code} for c in project.countries] or None,
    }
    amount = {"@type": "MonetaryAmount", "currency": "USD", "value": float(project.budget or 0)}
    grant = {
        "@context": "https://schema.org",
        "@type": "MonetaryGrant",
        "@id": in_language(SOURCE.code, permalink(project)),
        "url": permalink(project),
        "identifier": project.reference or project.slug,
        "name": _in_languages(project, "title"),
        "inLanguage": codes[0] if len(codes) == 1 else codes,
        "funder": {"@type": "Organization", "name": site.full_name},
        "amount": amount if project.budget is not None else None,
        "about": project.theme.name if project.theme else None,
        "dateModified": project.changed_at.isoformat(),
        "fundedItem": {name: value for name, value in about.items() if value},
    }
    return as_script(grant)


def _in_languages(project: ProjectView, field: str) -> object:
    """The source as text or, with its translations by people, as values of JSON-LD in their languages, source first."""
    texts = {code: markdown.plain_text(text) if field == "summary" else text
             for code, text in languages.texts_by_language(project, field).items()}  # fmt: skip
    if len(texts) == 1:
        return next(iter(texts.values()))
    return [{"@value": text} | ({"@language": code} if code else {}) for code, text in texts.items()]


def as_script(data: Mapping[str, object]) -> Markup:
    """The values that are stated, as JSON that is safe inside a script element."""
    text = orjson.dumps({name: value for name, value in data.items() if value}).decode()
    # A closing tag inside a text must not end the script element.
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 # every markup character is escaped
