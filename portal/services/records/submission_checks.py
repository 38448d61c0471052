"""Finds every error that prevents the submission of a draft, and turns a draft without errors into RecordValues.

Uses the validation of imported rows (services.records.validation), so forms and files have the same rules.
"""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.errors import FieldError, ValidationFailed
from portal.i18n.catalogues import N_, gettext, ngettext
from portal.i18n.numbers import grouped, joined_with_and
from portal.models import Project, ProjectDraft
from portal.models.draft import CODE_FIELDS, TERM_FIELDS
from portal.services.records import published
from portal.services.records.country_shares import normalise_named
from portal.services.records.dates import NotADate, read_partial_date
from portal.services.records.field_values import FieldValidation, read_budget
from portal.services.records.findings import sentence
from portal.services.records.spellings import TermLookup, cached_term_lookup
from portal.services.records.validation import validate_fields
from portal.services.records.values import RecordValues, slug_from_reference
from portal.text import cleaning, markdown
from portal.text.markup import plain_from_html
from portal.vocabulary.translations import TRANSLATIONS

MAX_TITLE_LENGTH, MAX_SUMMARY_LENGTH, MAX_URL_LENGTH, MAX_CODES_PER_FIELD = 300, 20_000, 2_000, 250
# The fields that a submission requires, and the advice when one is empty, in the language that is spoken.
REQUIRED_FIELDS = {
    "title": N_("Enter a title."),
    "summary": N_("Describe in a few sentences what the project does and for whom."),
    "status": N_("Choose the status."),
    "project_type": N_("Choose the project type."),
    "coverage": N_("Choose national, regional, multi-regional or global."),
    "region": N_("Choose the region."),
    "year": N_("Enter the year of allocation, with four digits."),
    "countries": N_("Choose at least one benefiting member state."),
    "budget": N_("Enter the budget in US dollars."),
}
FUNDING_LINES = ("Line 1", "Line 2")


def unchanged_error() -> FieldError:
    return FieldError(
        "note",
        gettext("Nothing differs from the public record."),
        gettext("Change something before you submit it, or discard this draft."),
    )


def clean_draft(draft: ProjectDraft) -> ProjectDraft:
    """The draft without invisible characters and repeated codes, and with its amount in the format of a record."""
    changes: dict[str, Any] = {}
    for field in fields(draft):
        value = getattr(draft, field.name)
        if isinstance(value, tuple):
            changes[field.name] = tuple(dict.fromkeys(filter(None, map(cleaning.clean_line, value))))
        else:
            changes[field.name] = _CLEANERS.get(field.name, cleaning.clean_line)(value)
    dates = {name: _normalise_date(getattr(draft, name)) for name in ("start", "end")}
    changes["country_shares"] = normalise_named(changes["country_shares"])
    for name in ("machine_translations", "confirmed_translations"):
        # In one order, so that another one is no change; what is not there is neither made nor confirmed.
        changes[name] = tuple(one for one in TRANSLATIONS if one in changes[name] and changes[one])
    return draft.replace(**changes | dates | {"budget": _normalise_amount(draft.budget)})


def _normalise_amount(text: str) -> str:
    """An amount in one format ("64240.00"), so that another format is no change; an invalid amount stays as typed."""
    cents = read_budget(FieldValidation({"budget": text}))
    return cleaning.clean_line(text) if cents is None else str(Decimal(cents).scaleb(-2))


def _normalise_date(text: str) -> str:
    """A date as it is stored ("2008-05-31"), without a time of day; what is no date stays as it was typed."""
    line = cleaning.clean_line(text)
    try:
        return str(read_partial_date(line).value) if line else ""
    except NotADate:
        return line


def _clean_title(text: str) -> str:
    if len(text) > MAX_SUMMARY_LENGTH:
        return cleaning.clean_line(text)
    return cleaning.clean_line(plain_from_html(cleaning.repair(text))) or cleaning.clean_line(text)


def _clean_summary(text: str) -> str:
    # A summary that is too long to submit is not searched for HTML: in half a million characters that is too slow.
    return markdown.clean_markdown(text) if len(text) <= MAX_SUMMARY_LENGTH else cleaning.clean_paragraphs(text)


_CLEANERS_BY_FIELD = {"title": _clean_title, "summary": _clean_summary}
_CLEANERS = _CLEANERS_BY_FIELD | {name: _CLEANERS_BY_FIELD[field] for name, (field, _) in TRANSLATIONS.items()}


def find_errors(session: Session, draft: ProjectDraft, *, project_id: int | None = None) -> tuple[FieldError, ...]:
    """Every error that prevents the submission, in field order; `project_id` is the project that the draft changes."""
    return _check_draft(session, draft, project_id)[0]


def build_values(session: Session, draft: ProjectDraft, *, project_id: int | None = None) -> RecordValues:
    """The draft as database values; raises ValidationFailed with every error."""
    errors, values = _check_draft(session, draft, project_id)
    if errors or values is None:
        raise ValidationFailed(errors)
    return values


def _check_draft(
    session: Session, draft: ProjectDraft, project_id: int | None
) -> tuple[tuple[FieldError, ...], RecordValues | None]:
    term_lookup = cached_term_lookup(session)
    validation = FieldValidation(
        {name: getattr(draft, name) for name in ProjectDraft.field_names()},
        is_form=True,
        has_published_shares=lambda: _has_published_shares(session, draft, project_id),
    )
    values = validate_fields(validation, term_lookup)
    errors = [
        FieldError(finding.field, sentence(finding.reason), sentence(finding.advice))
        for finding in validation.findings
        if finding.kind == "refused"
    ]
    errors += _missing_field_errors(draft, {error.field for error in errors})
    errors += _unlisted_code_errors(session, draft, term_lookup, {error.field for error in errors}, project_id)
    errors += _length_errors(draft)
    if values and (other := _slug_with_reference(session, draft.number, project_id)):
        errors.append(
            FieldError(
                "number",
                gettext("The Projects ID %(number)s belongs to another project.", number=draft.number),
                gettext("Correct it, or change %(other)s instead.", other=other),
            )
        )
    order = ProjectDraft.field_names()
    if values:
        values = _with_paragraphs(values, draft)
    return tuple(sorted(errors, key=lambda error: order.index(error.field))), values


def _with_paragraphs(values: RecordValues, draft: ProjectDraft) -> RecordValues:
    """Validation removes blank lines, as for an import; the paragraphs of Markdown need them."""
    translations = tuple(
        one._replace(text=getattr(draft, one.name), source_text=draft.summary)
        if TRANSLATIONS[one.name][0] == "summary"
        else one
        for one in values.translations
    )
    return values._replace(summary=draft.summary, translations=translations)


def _has_published_shares(session: Session, draft: ProjectDraft, project_id: int | None) -> bool:
    if project_id is None:
        return False
    current = published.draft_from_project(session, session.get_one(Project, project_id))
    return set(normalise_named(draft.country_shares)) == set(current.country_shares)


def _missing_field_errors(draft: ProjectDraft, fields_with_errors: set[str]) -> list[FieldError]:
    is_global = draft.coverage == "global"
    return [
        FieldError(field, gettext("This field is empty."), gettext(advice))
        for field, advice in REQUIRED_FIELDS.items()
        if not getattr(draft, field) and field not in fields_with_errors and not (field == "countries" and is_global)
    ]


def _length_errors(draft: ProjectDraft) -> list[FieldError]:
    limits = {"title": MAX_TITLE_LENGTH, "summary": MAX_SUMMARY_LENGTH, "source_url": MAX_URL_LENGTH}
    limits |= {name: limits[field] for name, (field, _) in TRANSLATIONS.items()}
    errors = [
        FieldError(
            field,
            gettext("The text is longer than %(limit)s characters.", limit=grouped(limit)),
            gettext("Shorten it."),
        )
        for field, limit in limits.items()
        if len(getattr(draft, field)) > limit
    ]
    errors += [
        FieldError(
            field, gettext("More than %(limit)s are selected.", limit=MAX_CODES_PER_FIELD), gettext("Remove some.")
        )
        for field in ("countries", "country_shares", "other_countries", "sdg", "gcm")
        if len(getattr(draft, field)) > MAX_CODES_PER_FIELD
    ]
    return errors


def _unlisted_code_errors(
    session: Session,
    draft: ProjectDraft,
    term_lookup: TermLookup,
    fields_with_errors: set[str],
    project_id: int | None,
) -> list[FieldError]:
    """Codes outside the lists, unless the public record has them. Files may use any spelling; forms send codes only."""
    lists = {name: term_lookup.codes_in(facet) for name, facet in (TERM_FIELDS | CODE_FIELDS).items()}
    lists["funding_line"] = set(FUNDING_LINES)
    unlisted = {
        name: _codes_in(draft, name) - listed for name, listed in lists.items() if name not in fields_with_errors
    }
    if any(unlisted.values()) and project_id is not None:
        current = published.draft_from_project(session, session.get_one(Project, project_id))
        unlisted = {name: codes - _codes_in(current, name) for name, codes in unlisted.items()}
    return [
        FieldError(
            name,
            ngettext(
                "%(codes)s is not in the list.",
                "%(codes)s are not in the list.",
                len(codes),
                codes=joined_with_and(sorted(codes)),
            ),
            gettext("Choose from the list."),
        )
        for name, codes in unlisted.items()
        if codes
    ]


def _codes_in(draft: ProjectDraft, name: str) -> set[str]:
    value = getattr(draft, name)
    return set(filter(None, (value,) if isinstance(value, str) else value))


def _slug_with_reference(session: Session, reference: str, project_id: int | None) -> str:
    """The slug of another project with this Projects ID in any case; "" if there is none."""
    if not reference:
        return ""
    # The slug finds the candidates that differ in case, without a scan of the table.
    is_similar = or_(Project.reference == reference, Project.slug_folded == slug_from_reference(reference).casefold())
    others = session.execute(select(Project.slug, Project.reference).where(is_similar, Project.id != (project_id or 0)))
    return next((slug for slug, other in others if other and other.casefold() == reference.casefold()), "")
