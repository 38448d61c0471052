"""Codes of languages, Goals and objectives in the spellings that files have for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.i18n.catalogues import gettext
from portal.i18n.numbers import joined_with_and
from portal.i18n.quoting import quoted
from portal.services.records.field_values import FieldValidation, refuse_term
from portal.services.records.spellings import TermLookup
from portal.text.languages import is_language_code, read_language

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
