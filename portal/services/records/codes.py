"""Terms, countries and codes of languages, Goals and objectives, in the spellings that files have for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.i18n.catalogues import gettext
from portal.i18n.numbers import joined_with_and
from portal.i18n.quoting import quoted
from portal.services.records.field_values import FieldValidation
from portal.services.records.spellings import KnownTerm, TermLookup
from portal.text.folding import fold
from portal.text.languages import is_language_code, read_language

MAX_TERM_LENGTH = 200
# Statistics programs write missing values like the country code of Namibia.
_NOT_AVAILABLE = "na"
_CODE_PREFIX = re.compile(
    r"(?:sdgs?|odd|ods|gcm|goals?|targets?|objectives?|objectifs?|objetivos?|cibles?|metas?)[\s.:#_-]*(?:n[o°º]\.?\s*)?",
    re.IGNORECASE,
)
_CODE_SEPARATORS = re.compile(r"[,/&+|]|\s(?:and|et|y)\s")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def read_language_code(project: FieldValidation, name: str) -> str:
    """The BCP 47 code of a language by code or name; "" if it is not stated or refused."""
    text = project.text(name)
    if project.is_own_row and is_language_code(text):
        return text
    code = read_language(text)
    if code is None:
        project.refuse(
            name,
            gettext("%(text)s is not a language.", text=quoted(text)),
            gettext("Enter its name (French) or its code (fr), or leave it empty."),
        )
        return ""
    if text not in (code, "und"):
        report_reading(project, name, text, code or gettext("not stated"))
    return code


def report_reading(project: FieldValidation, name: str, text: str, meaning: str) -> None:
    reason = gettext("%(text)s was read as %(meaning)s.", text=quoted(text), meaning=meaning)
    project.add_finding("repaired", name, reason, gettext("Nothing to do."))


def read_codes(project: FieldValidation, facet: str, term_lookup: TermLookup) -> list[int]:
    """The ids of the terms with the codes of a field, in the order of the field."""
    ids = []
    for text in project.parts(facet):
        codes = list(_read_code(facet, text, term_lookup))
        known = [term_id for code in codes if (term_id := term_lookup.by_code(facet, code)) is not None]
        if not codes or len(known) < len(codes):
            reason = gettext("%(text)s is not a known code.", text=quoted(text))
            advice = gettext("Use the number of the Goal, target or objective.")
            refuse_term(project, facet, reason, advice)
            continue
        if [text.casefold()] != [code.casefold() for code in codes]:
            report_reading(project, facet, text, joined_with_and(codes))
        ids += known
    return ids


def _read_code(facet: str, text: str, term_lookup: TermLookup) -> Iterator[str]:
    """The codes that a text means: itself, or the numbers in "SDG 8", "08", "8, 10" and "Goals 8 and 10"."""
    if term_lookup.by_code(facet, text) is not None:
        yield text
        return
    bare = _CODE_PREFIX.sub("", text)
    for part in _CODE_SEPARATORS.split(bare):
        if code := _LEADING_ZEROS.sub("", part.strip()):
            yield code


def read_term(project: FieldValidation, name: str, facet: str, term_lookup: TermLookup) -> int | None:
    """The id of a term; None if the field is empty or refused."""
    raw, before = project.values.get(name), len(project.findings)
    if not raw:
        return None
    if (ids := term_lookup.plain_readings.get((facet, raw))) is not None:
        return ids[0]
    term_id = _read_term(project, name, facet, term_lookup)
    if term_id and len(project.findings) == before:
        term_lookup.remember_reading(facet, raw, (term_id,))
    return term_id


def _read_term(project: FieldValidation, name: str, facet: str, term_lookup: TermLookup) -> int | None:
    text = project.text(name)
    if not text:
        return None
    if len(text) > MAX_TERM_LENGTH:
        refuse_term(
            project,
            name,
            gettext("The term is longer than %(limit)s characters.", limit=MAX_TERM_LENGTH),
            gettext("Shorten it, or check the commas."),
        )
        return None
    term = term_lookup.find(facet, text) or _add_term(project, name, facet, text, term_lookup)
    if term is None:
        return None
    # The abbreviation that a name has in brackets is no other spelling.
    if term.is_alias and f"({fold(text)})" not in fold(term.name):
        _report_interpretation(project, name, text, term)
    return term.id


def _report_interpretation(project: FieldValidation, name: str, text: str, term: KnownTerm) -> None:
    reason = gettext("%(text)s was interpreted as %(term)s.", text=quoted(text), term=quoted(term.name))
    project.report_repair(name, reason)


def _add_term(project: FieldValidation, name: str, facet: str, text: str, term_lookup: TermLookup) -> KnownTerm | None:
    """The new term, which an import reports once it is stored, or None with a refusal where new ones are refused."""
    # Our own files have the code of a term beside its name.
    term = term_lookup.add(facet, text, code=project.raw(f"{name}_code").strip())
    if term is None:
        suggestion = term_lookup.closest(facet, text)
        if suggestion:
            advice = gettext(
                "Did you mean %(term)s? Correct the term, or import with --new-terms add.", term=quoted(suggestion)
            )
        else:
            advice = gettext("Use a term of the list, or import with --new-terms add.")
        refuse_term(project, name, gettext("The term is not in the list %(list)s.", list=facet), advice)
    return term


def refuse_term(project: FieldValidation, name: str, reason: str, advice: str) -> None:
    """Refuse a term, or note that it is left out where the row can do without it."""
    if project.is_optional(name):
        left_out = gettext("%(reason)s; it was left out.", reason=reason.rstrip("."))
        project.add_finding("note", name, left_out, advice)
    else:
        project.refuse(name, reason, advice)


def read_countries(project: FieldValidation, name: str, term_lookup: TermLookup) -> list[int]:
    """The ids of the countries of a field, without repeats, in the order of the field."""
    raw, before = project.values.get(name), len(project.findings)
    if not raw:
        return []
    if (known := term_lookup.plain_readings.get(("country", raw))) is not None:
        return list(known)
    ids = _read_countries(project, name, term_lookup)
    if len(project.findings) == before:
        term_lookup.remember_reading("country", raw, tuple(ids))
    return ids


def _read_countries(project: FieldValidation, name: str, term_lookup: TermLookup) -> list[int]:
    ids: list[int] = []
    for text in project.parts(name):
        if fold(text) == _NOT_AVAILABLE:
            project.refuse(
                name,
                gettext("%(text)s may mean Namibia or not available.", text=quoted(text)),
                gettext("Enter Namibia, or leave the field empty."),
            )
            continue
        country = term_lookup.find("country", text)
        if country is None:
            suggestion = term_lookup.closest("country", text)
            advice = (
                gettext("Did you mean %(term)s?", term=quoted(suggestion))
                if suggestion
                else gettext("Use the UN short name; separate several with semicolons.")
            )
            project.refuse(name, gettext("%(text)s is not a known country.", text=quoted(text)), advice)
            continue
        if country.is_alias:
            _report_interpretation(project, name, text, country)
        if country.id in ids:
            project.report_repair(name, gettext("%(text)s is repeated; it was stored once.", text=quoted(text)))
        else:
            ids.append(country.id)
    return ids
