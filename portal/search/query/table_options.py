"""TableOptions: what a table counts, and by which facets; parses and writes its part of the query string. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from portal.search.query.parameters import InvalidParameter, ParameterReader, one_of
from portal.vocabulary.facets import MEASURES, NOT_STATED, TABLE_FACETS


@dataclass(frozen=True)
class TableOptions:
    """`by` is the facet of the rows, `across` that of the columns, "" for none; both are of TABLE_FACETS.

    `measure` is one of MEASURES: the number of projects, their full value, or their value shared among member states.
    """

    by: str = "country"
    across: str = ""
    measure: str = MEASURES[0]
    invalid_parameters: tuple[InvalidParameter, ...] = ()

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """Parse a query string; invalid values go to `invalid_parameters` and never raise."""
        reader = ParameterReader(args)
        by = reader.read("by", one_of(*TABLE_FACETS), cls.by)
        across = reader.read("across", one_of(NOT_STATED, *TABLE_FACETS), cls.across)
        if across == by:
            reader.invalid.append(InvalidParameter("across", across, "the rows have it"))
            across = cls.across
        measure = reader.read("measure", one_of(*MEASURES), cls.measure)
        return cls(by, "" if across == NOT_STATED else across, measure, tuple(reader.invalid))

    def query_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the parameters in a fixed order; `by` always, the others if they are not the default."""
        yield "by", self.by
        if self.across:
            yield "across", self.across
        if self.measure != MEASURES[0]:
            yield "measure", self.measure

    @property
    def is_split(self) -> bool:
        """Whether the value of a project is shared among the member states of the table."""
        return self.measure == "shared" and "country" in (self.by, self.across)

    @property
    def counted(self) -> str:
        """The measure of the numbers: where nothing can be shared they are full value, whatever was asked for."""
        return "full" if self.measure == "shared" and not self.is_split else self.measure
