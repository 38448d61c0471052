"""What files of other standards state and a record has no place for, counted for the report."""

from __future__ import annotations

from collections import Counter

_MAX_NAMED = 40


class NotHeld:
    """Counts by name. `parts` says what the names are names of, such as "elements"."""

    def __init__(self, parts: str) -> None:
        self._parts = parts
        self._counts: Counter[str] = Counter()
        self._currencies: Counter[str] = Counter()

    def count(self, name: str, number: int = 1) -> None:
        """Count some more of this name; a number below one counts nothing."""
        if number > 0:
            self._counts[name] += number

    def count_amount(self, currency: str) -> None:
        """An amount in another currency than US dollars, which is not converted."""
        self._currencies[currency or "no currency"] += 1

    def notes(self) -> list[str]:
        """Sentences without a full stop."""
        notes = []
        if self._counts:
            notes.append(f"A record has no place for these {self._parts}: {_listed(self._counts)}")
        if self._currencies:
            notes.append(f"Amounts in other currencies than US dollars are not converted: {_listed(self._currencies)}")
        return notes


def _listed(counts: Counter[str]) -> str:
    """The names with their counts, the most frequent first; equal counts by name."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{name} ({count:,})" for name, count in ordered[:_MAX_NAMED])
    return named + (f" and {len(ordered) - _MAX_NAMED:,} more" if len(ordered) > _MAX_NAMED else "")
