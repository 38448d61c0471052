"""The checks beside the edit form: errors, rule warnings and possible duplicates, and the Fund's rules as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.errors import FieldError
from portal.models import ProjectDraft
from portal.services.records import duplicates, rules, submission_checks
from portal.services.records.duplicates import PossibleDuplicate
from portal.services.records.rules import Rule, RuleWarning
from portal.services.records.submission_checks import MAX_TITLE_LENGTH
from portal.web.presentation.formatting import number
from portal.web.presentation.i18n import gettext

# The text of this rule is the range of its limits; that of other rules is their reason up to its semicolon.
_RANGE_RULE = "budget-range"


@dataclass(frozen=True)
class RuleText:
    """One rule of the Fund as a sentence, and its source."""

    text: str
    source: str
    source_url: str
    source_date: str


@dataclass(frozen=True)
class DraftChecks:
    """The findings on a draft: empty required fields, errors, rule warnings and possible duplicates."""

    missing: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()
    warnings: tuple[RuleWarning, ...] = ()
    duplicates: tuple[PossibleDuplicate, ...] = ()

    @property
    def has_no_findings(self) -> bool:
        return not (self.missing or self.errors or self.warnings or self.duplicates)

    def warnings_for(self, field: str) -> list[RuleWarning]:
        """The warnings that are shown at a field."""
        return [warning for warning in self.warnings if warning.field == field]


def run_checks(session: Session, draft: ProjectDraft, *, project_id: int | None = None) -> DraftChecks:
    """Run every check on a draft; writes nothing. `project_id` is the project that the draft changes."""
    draft = submission_checks.clean_draft(draft)
    errors = submission_checks.find_errors(session, draft, project_id=project_id)
    missing = [error.field for error in errors if not getattr(draft, error.field)]
    return DraftChecks(
        missing=tuple(missing),
        errors=tuple(error for error in errors if error.field not in missing),
        warnings=tuple(warning for warning in rules.check_rules(draft) if not warning.is_error),
        duplicates=duplicates.find_duplicates(
            session, draft.replace(title=draft.title[:MAX_TITLE_LENGTH]), project_id=project_id
        ),
    )


def rule_texts(field: str) -> Sequence[RuleText]:
    """The Fund's rules about a field, in the order of the rules; a rule without a fixed text is left out."""
    return [
        RuleText(text, gettext(rule.source), rule.source_url, rule.source_date)
        for rule in rules.load_rules()
        if rule.field == field and (text := _rule_text(rule))
    ]


def _rule_text(rule: Rule) -> str:
    """The rule as a sentence; "" if its reason depends on the draft."""
    if rule.code == _RANGE_RULE:
        return _range_text(rule)
    statement, semicolon, _ = gettext(rule.reason).partition(";")
    return f"{statement.rstrip()}." if semicolon and "{" not in statement else ""


def _range_text(rule: Rule) -> str:
    """For example "National projects, from 2020 on: 40,000 to 300,000 US dollars."."""
    projects = {
        "national": gettext("National projects"),
        "regional": gettext("Regional projects"),
        "multi-regional": gettext("Multi-regional projects"),
        "global": gettext("Global projects"),
    }.get(rule.coverage, gettext("All projects"))
    if rule.funding_line:
        projects = gettext("Line %(line)s projects", line=rule.funding_line)
    if rule.year_first:
        projects = gettext("%(who)s, from %(year)s on", who=projects, year=rule.year_first)
    elif rule.year_last:
        projects = gettext("%(who)s, up to %(year)s", who=projects, year=rule.year_last)
    maximum = number(rule.maximum) if rule.maximum is not None else ""
    if rule.minimum is not None:
        minimum = number(rule.minimum)
        return gettext("%(who)s: %(least)s to %(most)s US dollars.", who=projects, least=minimum, most=maximum)
    return gettext("%(who)s: up to %(most)s US dollars.", who=projects, most=maximum)
