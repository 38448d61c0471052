"""How to cite a project: the citation as text, and schema.org data as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
from flask import current_app
from markupsafe import Markup, escape

from portal.search.read_models.project import ProjectView
from portal.web.presentation import formatting, i18n, languages, markdown
from portal.web.presentation.formatting import label
from portal.web.presentation.i18n import SOURCE, gettext
from portal.web.presentation.urls import in_language, url_for


def permalink(project: ProjectView) -> str:
    """The URL to cite, built from the PORTAL_URL setting and never from the request."""
    public_url: str = current_app.extensions["settings"].public_url
    return public_url + url_for("projects.project", slug=project.slug)


def citation(project: ProjectView) -> Markup:
    """Publisher (year). Title. Identifier, budget. Record date. URL; a title in another language says which.

    The title is never a machine translation, and never one that is older than its source.
    """
    site = current_app.extensions["settings"]
    year = project.year or (project.start.year if project.start else None)
    facts = [
        gettext("Project %(number)s", number=project.reference) if project.reference else "",
        formatting.usd(project.budget) if project.budget is not None else "",
    ]
    title = languages.cited_title(project)
    parts = [
        f"{site.full_name} ({year})." if year else f"{site.full_name}.",
        _in_its_language(i18n.apart(title.text.rstrip(".")), title.lang) + ".",
        ", ".join(filter(None, facts)) + "." if any(facts) else "",
        gettext("Record of %(day)s.", day=formatting.day(project.changed_at)),
        i18n.apart(permalink(project)),
    ]
    return Markup(" ").join(filter(None, parts))


def _in_its_language(text: str, lang: str) -> Markup:
    return Markup('<bdi lang="{}">{}</bdi>').format(lang, text) if lang else escape(text)


def linked_data(project: ProjectView) -> Markup:
    """The project as a schema.org MonetaryGrant that funds a Project; terms are named as on the page."""
    site = current_app.extensions["settings"]
    titles, summaries = _texts(project, "title"), _texts(project, "summary")
    codes = list(dict.fromkeys((*titles, *summaries)))
    name = _in_languages(titles, codes)
    about = {
        "@type": "Project",
        "name": name,
        "description": _in_languages(summaries, codes),
        "startDate": str(project.start) if project.start else None,
        "endDate": str(project.end) if project.end else None,
        "areaServed": [{"@type": "Country", "name": label(c), "identifier": c.code} for c in project.countries] or None,
    }
    amount = {"@type": "MonetaryAmount", "currency": "USD", "value": float(project.budget or 0)}
    grant = {
        "@context": "https://schema.org",
        "@type": "MonetaryGrant",
        "@id": in_language(SOURCE.code, permalink(project)),
        "url": permalink(project),
        "identifier": project.reference or project.slug,
        "name": name,
        "inLanguage": codes[0] if len(codes) == 1 else list(filter(None, codes)),
        "funder": {"@type": "Organization", "name": site.full_name},
        "amount": amount if project.budget is not None else None,
        "about": label(project.theme),
        "dateModified": project.changed_at.isoformat(),
        "fundedItem": {name: value for name, value in about.items() if value},
    }
    return as_script(grant)


def _texts(project: ProjectView, field: str) -> dict[str, str]:
    """The texts to quote by language, "" for a language that is not stated; {} for a field without a text."""
    texts = languages.texts_by_language(project, field)
    return {code: markdown.plain_text(text) if field == "summary" else text for code, text in texts.items() if text}


def _in_languages(texts: Mapping[str, str], codes: Sequence[str]) -> object:
    """A text alone if all texts of the record are in one language, which `inLanguage` states.

    Otherwise values of JSON-LD with their languages, the source first.
    """
    values: list[object] = [
        {"@value": text, "@language": code} if code and len(codes) > 1 else text for code, text in texts.items()
    ]
    return values[0] if len(values) == 1 else values


def as_script(data: Mapping[str, object]) -> Markup:
    """The values that are stated, as JSON that is safe inside a script element."""
    text = orjson.dumps({name: value for name, value in data.items() if value}).decode()
    # A closing tag inside a text must not end the script element.
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 # every markup character is escaped
