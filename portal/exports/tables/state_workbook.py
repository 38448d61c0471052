"""The workbook of one member state: its projects, its shares of their budgets, its themes and years, and the rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from portal.exports.columns import Kind, row_reader
from portal.exports.document import Document
from portal.exports.getters import Value, term_name
from portal.exports.options import ExportOptions
from portal.exports.record import Record
from portal.exports.tables.table_file import facts_sheet, total_label
from portal.exports.workbook.sheets import Sheet, SheetColumn, write_sheets
from portal.i18n.catalogues import N_, gettext
from portal.search.shares import rebased, split

_RULES = (
    N_(
        "Full value is the whole budget of a project, however many states it benefits. The full values of several "
        "states must not be added up."
    ),
    N_("Shared value is the part of this state: by the shares that the record states, otherwise in equal parts."),
    N_(
        "Parts are whole cents. The cents that are left go one each to the largest remainders, among equal ones to the "
        "states that come first in the list. The parts of a project always add up to its budget."
    ),
    N_("The records do not say how the money was really divided where the shares are equal."),
)
_WIDTHS: dict[Kind, int] = {"text": 24, "amount": 16, "integer": 10, "date": 12, "url": 30, "list": 30}


class StateShare(NamedTuple):
    """One project. `share` is in hundredths of a per cent; `full` and `shared` are cents, None if not stated."""

    project_id: str
    title: str
    year: int | None
    theme: str
    states: int
    share: int
    full: int | None
    shared: int | None


def write(
    document: Document, batches: Iterable[Sequence[Record]], options: ExportOptions, *, code: str
) -> Iterator[bytes]:
    """The workbook in pieces, of the projects of the state with this code."""
    ledger = StateLedger(document, options, code)
    values = (
        SheetColumn(gettext("Projects"), "integer", 12),
        SheetColumn(gettext("Full value, USD"), "amount", 18),
        SheetColumn(gettext("Shared value, USD"), "amount", 18),
    )
    columns = [SheetColumn(column.label, column.kind, _WIDTHS[column.kind]) for column in options.columns]
    sheets = (
        Sheet(gettext("Projects"), columns, ledger.projects(batches)),
        Sheet(gettext("Shares"), (*_share_columns(), *values[1:]), ledger.share_rows()),
        Sheet(gettext("Themes"), (SheetColumn(gettext("Theme"), width=34), *values), ledger.theme_rows()),
        Sheet(gettext("Years"), (SheetColumn(gettext("Year of allocation"), width=20), *values), ledger.year_rows()),
        facts_sheet(document, rules()),
    )
    yield from write_sheets(document, sheets)


def rules() -> list[str]:
    """How the workbook counts, in sentences."""
    return [gettext(rule) for rule in _RULES]


def _share_columns() -> list[SheetColumn]:
    return [
        SheetColumn(gettext("Projects ID"), width=16),
        SheetColumn(gettext("Title"), width=60),
        SheetColumn(gettext("Year"), "integer", 8),
        SheetColumn(gettext("Theme"), width=28),
        SheetColumn(gettext("Member states"), "integer"),
        SheetColumn(gettext("Share, per cent"), "amount", 16),
    ]


class StateLedger:
    """Reads the projects once, and remembers the part of the state in each for the sheets that follow."""

    def __init__(self, document: Document, options: ExportOptions, code: str) -> None:
        self._read_row = row_reader(options.columns, document)
        self._language = document.language
        self._code = code
        self._shares: list[StateShare] = []
        self._not_stated, self._total = gettext("Not stated"), total_label()

    def projects(self, batches: Iterable[Sequence[Record]]) -> Iterator[list[Value]]:
        for batch in batches:
            for record in batch:
                codes = [country.code for country in record.countries]
                # A change since the selection may have taken the state away.
                if self._code in codes:
                    self._shares.append(self._share_of(record, codes.index(self._code)))
                    yield self._read_row(record)

    def _share_of(self, record: Record, place: int) -> StateShare:
        weights = record.weights
        theme = term_name(record.theme, self._language) if record.theme else self._not_stated
        shared = None if record.budget is None else split(record.budget, weights)[place]
        states, share = len(weights), rebased(weights)[place]
        return StateShare(record.reference, record.title, record.year, theme, states, share, record.budget, shared)

    def share_rows(self) -> Iterator[tuple[Value, ...]]:
        for one in self._shares:
            yield one.project_id, one.title, one.year, one.theme, one.states, one.share, one.full, one.shared
        yield self._total, "", None, "", None, None, *_totals(self._shares)[1:]

    def theme_rows(self) -> Iterator[tuple[Value, ...]]:
        groups: dict[str, list[StateShare]] = defaultdict(list)
        for one in self._shares:
            groups[one.theme].append(one)
        yield from self._grouped(groups, sorted(groups, key=lambda theme: (theme == self._not_stated, theme)))

    def year_rows(self) -> Iterator[tuple[Value, ...]]:
        groups: dict[str, list[StateShare]] = defaultdict(list)
        for one in self._shares:
            groups[str(one.year or self._not_stated)].append(one)
        yield from self._grouped(groups, sorted(groups))

    def _grouped(self, groups: dict[str, list[StateShare]], names: list[str]) -> Iterator[tuple[Value, ...]]:
        for name in names:
            yield name, *_totals(groups[name])
        yield self._total, *_totals(self._shares)


def _totals(shares: Sequence[StateShare]) -> tuple[int, int | None, int | None]:
    """Projects, full and shared value; None if no project states a budget."""
    full = [one.full for one in shares if one.full is not None]
    shared = [one.shared for one in shares if one.shared is not None]
    return len(shares), sum(full) if full else None, sum(shared) if shared else None
