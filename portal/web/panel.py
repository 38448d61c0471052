"""The filter panel as data: facets with their values, counts and picks, ready to be printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from portal.search.directory import Found
from portal.search.terms import Word
from portal.vocabulary import FACETS, NOT_STATED
from portal.web import figures, wording
from portal.web.language import gettext

# These are open from the start; the others open when something is picked in them.
_OPEN = ("region", "country", "status", "coverage")
# A facet with more values than this shows the most frequent ones and folds the rest.
_LONG, _SHOWN = 12, 6
_RANGES = {"year": ("year_from", "year_to"), "budget": ("budget_min", "budget_max")}


@dataclass(frozen=True)
class Option:
    """One check box; `id` is its own on the page."""

    id: str
    value: str
    label: str
    count: int
    is_picked: bool


@dataclass(frozen=True)
class Group:
    """Options under one heading, "" for none."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Facet:
    """One group of check boxes; `shown` stand there at once, `rest` is folded away; `bounds` are range fields."""

    name: str
    title: str
    shown: tuple[Group, ...]
    rest: tuple[Group, ...]
    rest_label: str
    picked: int
    is_open: bool
    bounds: tuple[tuple[str, str, int | None], ...]


def facets(found: Found) -> list[Facet]:
    """All facets that say something, in the order of the vocabulary."""
    made = (facet(found, name) for name in FACETS)
    return [one for one in made if one.shown or one.bounds]


def facet(found: Found, name: str) -> Facet:
    options = {option.value: option for option in options_of(found, name)}
    picked = [option for option in options.values() if option.is_picked]
    is_long = len(options) > _LONG
    overall = found.snapshot.index.bits.get(name, {})
    by_count = sorted(options.values(), key=lambda o: (-o.is_picked, -o.count, -len(overall.get(o.value, ()))))
    first = {option.value for option in by_count[: max(_SHOWN, len(picked))]} if is_long else set(options)
    first.discard(NOT_STATED)
    shown = [option for option in options.values() if option.value in first]
    rest = [option for option in options.values() if option.value not in first and option.value != NOT_STATED]
    bounds = tuple(
        (bound, wording.facet_names()[bound], getattr(found.filters, bound)) for bound in _RANGES.get(name, ())
    )
    groups = grouped(found, name, shown)
    if NOT_STATED in options:
        groups = (*groups, Group("", (options[NOT_STATED],)))
    used = len(picked) + sum(value is not None for _, _, value in bounds)
    return Facet(
        name=name,
        title=wording.facet_names()[name],
        shown=groups,
        rest=grouped(found, name, rest),
        rest_label=rest_label(name, len(options) - (NOT_STATED in options)),
        picked=used,
        is_open=name in _OPEN or used > 0,
        bounds=bounds,
    )


def options_of(found: Found, name: str) -> Iterable[Option]:
    """Values in the order they are read: terms as in their list, years newest first; picked ones always."""
    counts = dict(found.counts.get(name, {}))
    picked = found.filters.values(name)
    for value in picked:
        counts.setdefault(value, 0)
    terms = found.snapshot.terms

    def place(value: str) -> tuple[bool, int, str]:
        word = terms.get(name, value)
        return (
            value == NOT_STATED,
            -int(value) if name == "year" and value.isdigit() else word.id if word else 0,
            value,
        )

    everything = found.snapshot.index.bits.get(name, {})
    for value in sorted(counts, key=place):
        # "Not stated" is offered only where some record leaves the field empty.
        if value == NOT_STATED and not everything.get(NOT_STATED) and value not in picked:
            continue
        yield Option(
            id=f"{name}-{value if value.isalnum() else quote(value)}",
            value=value,
            label=wording.value_word(terms, name, value),
            count=counts[value],
            is_picked=value in picked,
        )


def grouped(found: Found, name: str, options: list[Option]) -> tuple[Group, ...]:
    """Types stand under their theme, everything else under nothing."""
    if name != "type":
        return (Group("", tuple(options)),) if options else ()
    groups: dict[Word | None, list[Option]] = {}
    for option in options:
        word = found.snapshot.terms.get("type", option.value)
        groups.setdefault(word.parent if word else None, []).append(option)
    themes = sorted(groups, key=lambda theme: theme.id if theme else 10**9)
    return tuple(
        Group(figures.label(theme) if theme else gettext("Without a theme"), tuple(groups[theme])) for theme in themes
    )


def rest_label(name: str, number: int) -> str:
    if name == "country":
        return gettext("Show all %(number)s member states", number=number)
    return gettext("Show all %(number)s", number=number)
