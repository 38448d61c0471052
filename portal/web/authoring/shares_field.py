"""SharesField: the shares of the member states as one line of text, "Kenya 60; Uganda 40"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from wtforms import Field
from wtforms.widgets import TextInput

from portal.search.read_models.terms import Terms
from portal.search.shares import share_text
from portal.services.records.country_shares import split_named
from portal.services.records.submission_checks import MAX_CODES_PER_FIELD
from portal.web.presentation.formatting import label

_SEPARATORS = re.compile(r"[;\n]")
_MAX_PART_LENGTH = 120


class SharesField(Field):
    """`data` is a list of shares as drafts have them ("KEN 60"); what is no share of a state stays as typed.

    Set `terms` before the field is shown or its data is read.
    """

    widget = TextInput()
    terms: Terms | None = None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist:
            parts = (part.strip() for value in valuelist for part in _SEPARATORS.split(value))
            # One more than may be submitted, so that the error is noticed.
            self.data = [part[:_MAX_PART_LENGTH] for part in parts if part][: MAX_CODES_PER_FIELD + 1]

    def coded(self) -> list[str]:
        """The shares with the codes of the states that were typed by name."""
        return [self._with_state(part, self._code) for part in self.data or ()]

    def _value(self) -> str:
        return "; ".join(self._with_state(part, self._name) for part in self.data or ())

    def _with_state(self, part: str, rename: Any) -> str:
        named = split_named(part)
        return f"{rename(named[0])} {share_text(named[1])}" if named else part

    def _code(self, name: str) -> str:
        if self.terms is None or self.terms.get("country", name.upper()):
            return name.upper()
        return self.terms.country_named(name) or name

    def _name(self, code: str) -> str:
        return label(self.terms.get("country", code)) or code if self.terms else code
