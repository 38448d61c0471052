"""How a CSV file is written: RFC 4180, or as the Excel of a country opens it that writes a comma before decimals."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import IO, Any

_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")


@dataclass(frozen=True)
class Dialect:
    """`name` is the value of the parameter `excel`, "" for RFC 4180."""

    name: str = ""
    separator: str = ","
    decimal: str = "."

    # The type of a writer has no public name.
    def writer(self, file: IO[str]) -> Any:
        return csv.writer(file, delimiter=self.separator, lineterminator="\r\n")

    def number(self, text: str) -> str:
        """A plain number as the file has it: "64240.50" -> "64240,50"; any other text is returned as it is."""
        return text.replace(".", self.decimal) if self.decimal != "." and _DECIMAL.fullmatch(text) else text

    def query_pairs(self) -> list[tuple[str, str]]:
        return [("excel", self.name)] if self.name else []


RFC_4180 = Dialect()
# A French Excel takes the separator of lists and of decimals from the settings of the system.
DIALECTS = {dialect.name: dialect for dialect in (RFC_4180, Dialect("fr", ";", ","))}
