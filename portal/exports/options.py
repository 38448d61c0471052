"""ExportOptions: what a visitor chooses of a file, beside the filters that choose its projects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from portal.errors import PortalError
from portal.exports.columns import Column, chosen_columns
from portal.exports.dialect import DIALECTS, RFC_4180, Dialect
from portal.i18n.catalogues import gettext
from portal.i18n.numbers import joined_with_or
from portal.i18n.quoting import quoted


class InvalidOption(PortalError):
    """An option of a file that has an unknown value; the message lists the known ones."""


@dataclass(frozen=True)
class ExportOptions:
    """The columns in their order, and how a table is written.

    `has_labels`: the header is in words, not in keys. `has_mark`: a CSV file begins with a byte-order mark. `has_hxl`:
    a row of HXL hashtags follows the header. `dialect` is that of a CSV file.
    """

    columns: tuple[Column, ...]
    has_labels: bool = True
    has_mark: bool = True
    has_hxl: bool = False
    chose_columns: bool = False
    dialect: Dialect = RFC_4180

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """Read `columns`, `header`, `bom`, `hxl` and `excel`; raises UnknownColumn and InvalidOption."""
        names = [name.strip() for name in args.getlist("columns") if name.strip()]
        return cls(
            columns=chosen_columns(names),
            has_labels=_choice(args, "header", "labels", "keys") == "labels",
            has_mark=_choice(args, "bom", "1", "0") == "1",
            has_hxl=_choice(args, "hxl", "0", "1") == "1",
            chose_columns=bool(names),
            dialect=parse_dialect(args),
        )

    def query_pairs(self) -> Iterator[tuple[str, str]]:
        """The parameters in a fixed order, without those that have their default value."""
        if self.chose_columns:
            yield from (("columns", column.name) for column in self.columns)
        if not self.has_labels:
            yield "header", "keys"
        if not self.has_mark:
            yield "bom", "0"
        if self.has_hxl:
            yield "hxl", "1"
        yield from self.dialect.query_pairs()

    def header(self) -> list[str]:
        return [column.label if self.has_labels else column.name for column in self.columns]


def parse_dialect(args: MultiDict[str, str]) -> Dialect:
    """Read `excel` of a query string, RFC 4180 without it; raises InvalidOption."""
    name = args.get("excel", "").strip()
    if name not in DIALECTS:
        raise InvalidOption(
            gettext(
                "%(name)s is %(value)s: it is %(known)s, or left out.",
                name="excel",
                value=quoted(name[:60]),
                known=joined_with_or(list(filter(None, DIALECTS))),
            )
        )
    return DIALECTS[name]


def _choice(args: MultiDict[str, str], name: str, *values: str) -> str:
    """The value of a parameter, the first of `values` if it is missing or empty."""
    value = args.get(name, "").strip() or values[0]
    if value not in values:
        raise InvalidOption(
            gettext(
                "%(name)s is %(value)s: it is %(known)s.",
                name=name,
                value=quoted(value[:60]),
                known=joined_with_or(values),
            )
        )
    return value
