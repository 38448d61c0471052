"""The filter panel as data: facets with their values, counts and picks, ready to be printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from urllib.parse import quote

from markupsafe import Markup

from portal.search.directory import Found
from portal.search.query.filters import Filters
from portal.search.read_models.terms import Terms, Word
from portal.vocabulary.facets import FACETS, NOT_STATED
from portal.web.presentation import filter_text, formatting, i18n
from portal.web.presentation.i18n import gettext
from portal.web.public import results

# These are open from the start; the others open when something is picked in them.
_OPEN = ("region", "country", "status", "coverage")
# A facet with more values than this shows the most frequent ones and folds the rest.
_LONG, _SHOWN = 12, 6
# More folded values than this are sent only when asked for: hundreds would be most of the page's weight and time.
_FOLDED_MOST = 24
_RANGES = {"year": ("year_from", "year_to"), "budget": ("budget_min", "budget_max")}


@dataclass(frozen=True)
class Choice:
    """What never changes about a check box: its attributes and words as markup, and where it stands in its list."""

    attributes: Markup
    words: Markup
    place: tuple[bool, int, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One check box."""

    value: str
    choice: Choice
    count: int
    is_picked: bool


@dataclass(frozen=True)
class Group:
    """Options under one heading, "" for none."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Facet:
    """One group of check boxes; `shown` stand there at once, `rest` is folded away; `bounds` are range fields.

    `rest_url` is where the rest can be had when it is too long to send along; `is_whole` says that it was asked for.
    """

    name: str
    title: str
    shown: tuple[Group, ...]
    rest: tuple[Group, ...]
    rest_label: str
    rest_url: str
    is_whole: bool
    picked: int
    is_open: bool
    bounds: tuple[tuple[str, str, int | None], ...]


def facets(found: Found) -> list[Facet]:
    """All facets that say something, in the order of the vocabulary."""
    made = (facet(found, name) for name in FACETS)
    return [one for one in made if one.shown or one.bounds]


def facet(found: Found, name: str) -> Facet:
    counts, picks = offered(found, name), set(found.filters.values(name))
    unstated = [NOT_STATED] if counts.pop(NOT_STATED, None) is not None else []
    if len(counts) > _LONG:
        overall = found.snapshot.index.bits.get(name, {})
        # Hundreds of values, of which a few are shown: only those are made ready. The last tie is broken by the value,
        # so that every process shows the same.
        first = nlargest(
            max(_SHOWN, len(picks - {NOT_STATED})),
            counts,
            key=lambda value: (value in picks, counts[value], len(overall.get(value, ())), value),
        )
        rest = counts.keys() - first
    else:
        first, rest = list(counts), set()
    unfolds = len(rest) > _FOLDED_MOST and name not in found.filters.unfolded
    bounds = tuple(
        (bound, filter_text.facet_names()[bound], getattr(found.filters, bound)) for bound in _RANGES.get(name, ())
    )
    groups = grouped(found, name, options(found, name, first))
    if unstated:
        groups = (*groups, Group("", options(found, name, unstated)))
    used = len(picks) + sum(value is not None for _, _, value in bounds)
    return Facet(
        name=name,
        title=filter_text.facet_names()[name],
        shown=groups,
        rest=() if unfolds else grouped(found, name, options(found, name, rest)),
        rest_label=rest_label(name, len(counts)),
        rest_url=unfolding_url(found.filters, name) if unfolds else "",
        is_whole=name in found.filters.unfolded,
        picked=used,
        is_open=name in _OPEN or used > 0 or name in found.filters.unfolded,
        bounds=bounds,
    )


def offered(found: Found, name: str) -> dict[str, int]:
    """The values that can be picked, with their counts; picked ones always."""
    counts = {**dict.fromkeys(found.filters.values(name), 0), **found.counts.get(name, {})}
    # "Not stated" is offered only where some record leaves the field empty.
    if not found.snapshot.index.bits.get(name, {}).get(NOT_STATED) and (name, NOT_STATED) not in found.filters.picks:
        counts.pop(NOT_STATED, None)
    return counts


def options(found: Found, name: str, values: Iterable[str]) -> tuple[Option, ...]:
    """Check boxes in the order they are read: terms as in their list, years newest first."""
    counts, terms, locale = found.counts.get(name, {}), found.snapshot.terms, i18n.current()
    made = (
        Option(value, choice(terms, name, value, locale), counts.get(value, 0), (name, value) in found.filters.picks)
        for value in values
    )
    return tuple(sorted(made, key=lambda option: option.choice.place))


# A page has hundreds of these, and they are the same on every page.
@lru_cache(maxsize=20_000)
def choice(terms: Terms, name: str, value: str, locale: str) -> Choice:
    """The check box of one value; `locale` is the language of the page."""
    word = terms.get(name, value)
    order = -int(value) if name == "year" and value.isdigit() else word.id if word else 0
    return Choice(
        attributes=Markup(' id="%s-%s" name="%s" value="%s"') % (name, quote(value), name, value),
        words=Markup("<span>%s</span>") % filter_text.value_word(terms, name, value),
        place=(value == NOT_STATED, order, value),
    )


def grouped(found: Found, name: str, options: tuple[Option, ...]) -> tuple[Group, ...]:
    """Types stand under their theme, everything else under nothing."""
    if name != "type":
        return (Group("", options),) if options else ()
    groups: dict[Word | None, list[Option]] = {}
    for option in options:
        word = found.snapshot.terms.get("type", option.value)
        groups.setdefault(word.parent if word else None, []).append(option)
    themes = sorted(groups, key=lambda theme: theme.id if theme else 10**9)
    return tuple(
        Group(formatting.label(theme) if theme else gettext("Without a theme"), tuple(groups[theme]))
        for theme in themes
    )


def unfolding_url(filters: Filters, name: str) -> str:
    """The same search with every value of a facet to choose from, and the focus at the head of their list."""
    return results.address(filters.but(unfolded=filters.unfolded | {name}, page=filters.page)) + f"#all-{name}"


def rest_label(name: str, number: int) -> str:
    if name == "country":
        return gettext("Show all %(number)s member states", number=number)
    return gettext("Show all %(number)s", number=number)
