"""What stands beside the fields of a project: the Fund's rules as they are on record, and what they say of a draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

# The rule whose limits are said as a range; the others say themselves in the first half of their reason.
_RANGE_RULE = "budget-range"


@dataclass(frozen=True)
class RuleText:
    """One rule of the Fund in words, and where it comes from."""

    text: str
    source: str
    source_url: str
    source_date: str


@dataclass(frozen=True)
class Checks:
    """What there is to say of a draft: what is missing, what is wrong, what looks odd, what it may repeat."""

    missing: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()
    warnings: tuple[RuleWarning, ...] = ()
    duplicates: tuple[PossibleDuplicate, ...] = ()

    @property
    def has_no_findings(self) -> bool:
        return not (self.missing or self.errors or self.warnings or self.duplicates)

    def warnings_for(self, field: str) -> list[RuleWarning]:
        """The warnings that belong beside a field."""
        return [remark for remark in self.warnings if remark.field == field]


def run_checks(session: Session, draft: ProjectDraft, *, project_id: int | None = None) -> Checks:
    """Look at a draft with everything that the portal knows; writes nothing."""
    draft = submission_checks.clean_draft(draft)
    found = submission_checks.find_errors(session, draft, project_id=project_id)
    missing = [fault.field for fault in found if not getattr(draft, fault.field)]
    return Checks(
        missing=tuple(missing),
        errors=tuple(fault for fault in found if fault.field not in missing),
        warnings=tuple(remark for remark in rules.check_rules(draft) if not remark.is_error),
        duplicates=duplicates.find_duplicates(
            session, draft.replace(title=draft.title[:MAX_TITLE_LENGTH]), project_id=project_id
        ),
    )


def rule_texts(field: str) -> Sequence[RuleText]:
    """The Fund's rules about a field, in their order."""
    return list(_rule_texts(rule for rule in rules.load_rules() if rule.field == field))


def _rule_texts(about: Iterable[Rule]) -> Iterable[RuleText]:
    for rule in about:
        head, divided, _ = rule.reason.partition(";")
        if rule.code == _RANGE_RULE:
            yield RuleText(_range_text(rule), rule.source, rule.source_url, rule.source_date)
        elif divided and "{" not in head:
            yield RuleText(f"{head}.", rule.source, rule.source_url, rule.source_date)


def _range_text(rule: Rule) -> str:
    """Such as "National projects, from 2020 on: 40,000 to 300,000 US dollars."."""
    who = {
        "national": gettext("National projects"),
        "regional": gettext("Regional projects"),
        "multi-regional": gettext("Multi-regional projects"),
        "global": gettext("Global projects"),
    }.get(rule.coverage, gettext("All projects"))
    if rule.funding_line:
        who = gettext("Line %(line)s projects", line=rule.funding_line)
    if rule.year_first:
        who = gettext("%(who)s, from %(year)s on", who=who, year=rule.year_first)
    elif rule.year_last:
        who = gettext("%(who)s, up to %(year)s", who=who, year=rule.year_last)
    most = number(rule.maximum) if rule.maximum is not None else ""
    if rule.minimum is not None:
        least = number(rule.minimum)
        return gettext("%(who)s: %(least)s to %(most)s US dollars.", who=who, least=least, most=most)
    return gettext("%(who)s: up to %(most)s US dollars.", who=who, most=most)
