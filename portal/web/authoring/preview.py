"""A draft as a published project, so that the preview uses the template of the public page."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.database.orm import now
from portal.models import ProjectDraft, Revision
from portal.search.read_models.project import ProjectView, TranslatedText, sort_terms
from portal.search.read_models.terms import Terms, TermView
from portal.services.records import country_shares, field_values, submission_checks
from portal.services.records.field_values import FieldValidation
from portal.services.records.submission_checks import MAX_SUMMARY_LENGTH
from portal.services.records.translations import translation_rows
from portal.services.records.values import Translation
from portal.vocabulary.translations import TRANSLATIONS
from portal.web.presentation import field_labels, formatting
from portal.web.presentation.formatting import number
from portal.web.presentation.i18n import gettext


def preview_project(session: Session, revision: Revision, terms: Terms) -> ProjectView:
    """What the public would see; a value that is not valid yet is left out, as if it were not stated."""
    draft = submission_checks.clean_draft(revision.draft)
    values = FieldValidation({name: getattr(draft, name) for name in ("start", "end", "year", "budget")})
    project = revision.project
    return ProjectView(
        id=project.id if project else 0,
        slug=_preview_slug(revision, draft),
        reference=draft.number,
        prima_id=draft.prima_id,
        title=field_labels.display_title(draft),
        title_language=draft.title_language,
        summary=draft.summary[:MAX_SUMMARY_LENGTH],
        language=draft.language,
        start=field_values.read_date(values, "start"),
        end=field_values.read_date(values, "end"),
        year=field_values.read_year(values),
        budget=None if (cents := field_values.read_budget(values)) is None else formatting.dollars(cents),
        status=terms.get("status", draft.status),
        type=terms.get("type", draft.project_type),
        coverage=terms.get("coverage", draft.coverage),
        region=terms.get("region", draft.region),
        countries=(countries := _terms(terms, "country", draft.countries)),
        shares=_shares(countries, draft),
        other_countries=_terms(terms, "country", draft.other_countries),
        tags=sort_terms([*_terms(terms, "sdg", draft.sdg), *_terms(terms, "gcm", draft.gcm)]),
        funding_line=draft.funding_line,
        source_url=draft.source_url if draft.source_url.startswith(("https://", "http://")) else "",
        changed_at=now(),
        published_at=project.published_at if project else None,
        translations=_translations(draft, translation_rows.of_project(session, project.id) if project else ()),
    )


def _translations(draft: ProjectDraft, known: Sequence[Translation]) -> dict[str, TranslatedText]:
    """The translations as they will be: one that the draft leaves as it is keeps the source it was made from."""
    proposed = [
        Translation(name, text[:MAX_SUMMARY_LENGTH], name in draft.machine_translations, getattr(draft, field))
        for name, (field, _) in TRANSLATIONS.items()
        if (text := getattr(draft, name))
    ]
    return {
        one.name: TranslatedText(one.text, one.is_machine, one.source_text != getattr(draft, TRANSLATIONS[one.name][0]))
        for one in translation_rows.with_known_sources(proposed, known, draft.confirmed_translations)
    }


def shortened_summary(revision: Revision) -> str:
    """The sentence that says that the preview does not show the whole summary; "" if it does."""
    if (length := len(submission_checks.clean_draft(revision.draft).summary)) <= MAX_SUMMARY_LENGTH:
        return ""
    return gettext(
        "The summary has %(count)s characters; the limit is %(limit)s. This page shows it up to the limit.",
        count=number(length),
        limit=number(MAX_SUMMARY_LENGTH),
    )


def _preview_slug(revision: Revision, draft: ProjectDraft) -> str:
    """The slug of the project, else the Projects ID, else the label of the revision."""
    if revision.project:
        return revision.project.slug
    return draft.number or revision.label


def _shares(countries: tuple[TermView, ...], draft: ProjectDraft) -> tuple[int, ...] | None:
    """The shares, if they are complete."""
    by_code = dict(filter(None, map(country_shares.split_named, draft.country_shares)))
    is_complete = by_code.keys() == {country.code for country in countries} and any(by_code.values())
    return tuple(by_code[country.code] for country in countries) if by_code and is_complete else None


def _terms(terms: Terms, facet: str, codes: tuple[str, ...]) -> tuple[TermView, ...]:
    return sort_terms([term for code in codes if (term := terms.get(facet, code))])
