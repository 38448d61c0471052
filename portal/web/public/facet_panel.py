"""The filter panel as data: facets with their values, counts and selected values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from urllib.parse import quote

from markupsafe import Markup

from portal.search.directory import SearchResult
from portal.search.query.filters import Filters, encode_pairs
from portal.search.read_models.terms import Terms, TermView
from portal.text.collation import NO_NAME, CollationKey
from portal.vocabulary.bands import number_of
from portal.vocabulary.facets import FACETS, NOT_STATED
from portal.web.presentation import filter_text, formatting, i18n
from portal.web.presentation.i18n import gettext
from portal.web.public import results, running_today

# These facets are open initially; the others are open when they have a selected value.
_OPEN_FACETS = ("region", "country", "status", "coverage")
# A facet with more values than this shows the most frequent ones and collapses the rest.
_MAX_UNFOLDED, _SHOWN_WHEN_FOLDED = 12, 6
# More collapsed values than this are sent only on request: hundreds would dominate the size of the page.
_MAX_FOLDED = 24
_RANGES = {"year": ("year_from", "year_to"), "budget": ("budget_min", "budget_max")}


@dataclass(frozen=True)
class CheckboxMarkup:
    """The constant part of a check box: attributes and label as markup, and its position in the list."""

    attributes: Markup
    label: Markup
    sort_key: tuple[bool, CollationKey, int, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One check box."""

    value: str
    checkbox: CheckboxMarkup
    count: int
    is_selected: bool


@dataclass(frozen=True)
class OptionGroup:
    """Options under one heading, "" for none."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class FacetView:
    """One facet: `shown` options are visible, `folded` ones collapsed; `bounds` are range fields.

    `expand_url` loads the page with all options when there are too many to send collapsed; `is_expanded` is true on
    that page. `today_url` is the search for what runs today, "" for facets that are not about that.
    """

    name: str
    title: str
    shown: tuple[OptionGroup, ...]
    folded: tuple[OptionGroup, ...]
    expand_label: str
    expand_url: str
    is_expanded: bool
    selected_count: int
    is_open: bool
    bounds: tuple[tuple[str, str, int | None], ...]
    today_url: str


def facets(result: SearchResult) -> list[FacetView]:
    """The facets that have options or range fields, in vocabulary order."""
    views = (facet(result, name) for name in FACETS)
    return [view for view in views if view.shown or view.bounds]


def facet(result: SearchResult, name: str) -> FacetView:
    counts, selected = offered_counts(result, name), set(result.filters.values(name))
    unstated = [NOT_STATED] if counts.pop(NOT_STATED, None) is not None else []
    if len(counts) > _MAX_UNFOLDED:
        overall = result.snapshot.index.bitmaps.get(name, {})
        # Of hundreds of values only the few that are shown are built. Ties are broken by the value, so that every
        # process shows the same ones.
        first = nlargest(
            max(_SHOWN_WHEN_FOLDED, len(selected - {NOT_STATED})),
            counts,
            key=lambda value: (value in selected, counts[value], len(overall.get(value, ())), value),
        )
        rest = counts.keys() - first
    else:
        first, rest = list(counts), set()
    is_too_long = len(rest) > _MAX_FOLDED and name not in result.filters.expanded_facets
    bounds = tuple(
        (bound, filter_text.facet_names()[bound], getattr(result.filters, bound)) for bound in _RANGES.get(name, ())
    )
    groups = group_options(result, name, options(result, name, first))
    if unstated:
        groups = (*groups, OptionGroup("", options(result, name, unstated)))
    day = result.filters.on if name == "length" else None
    selected_count = len(selected) + sum(value is not None for _, _, value in bounds) + (day is not None)
    return FacetView(
        name=name,
        title=filter_text.facet_names()[name],
        shown=groups,
        folded=() if is_too_long else group_options(result, name, options(result, name, rest)),
        expand_label=rest_label(name, len(counts)),
        expand_url=expand_url(result.filters, name) if is_too_long else "",
        is_expanded=name in result.filters.expanded_facets,
        selected_count=selected_count,
        is_open=name in _OPEN_FACETS or selected_count > 0 or name in result.filters.expanded_facets,
        bounds=bounds,
        today_url=today_url(result.filters) if name == "length" else "",
    )


def offered_counts(result: SearchResult, name: str) -> dict[str, int]:
    """The values on offer with their counts; selected ones are always on offer."""
    counts = {**dict.fromkeys(result.filters.values(name), 0), **result.facet_counts.get(name, {})}
    # "Not stated" is offered only if some record leaves the field empty.
    if (
        not result.snapshot.index.bitmaps.get(name, {}).get(NOT_STATED)
        and (name, NOT_STATED) not in result.filters.selected
    ):
        counts.pop(NOT_STATED, None)
    return counts


def options(result: SearchResult, name: str, values: Iterable[str]) -> tuple[Option, ...]:
    """Check boxes in display order: countries by name, terms as in their list, years newest first, bands rising."""
    counts, terms, locale = result.facet_counts.get(name, {}), result.snapshot.terms, i18n.current_locale()
    unordered = (
        Option(
            value,
            checkbox_markup(terms, name, value, locale),
            counts.get(value, 0),
            (name, value) in result.filters.selected,
        )
        for value in values
    )
    return tuple(sorted(unordered, key=lambda option: option.checkbox.sort_key))


# A page has hundreds of these, identical on every page.
@lru_cache(maxsize=20_000)
def checkbox_markup(terms: Terms, name: str, value: str, locale: str) -> CheckboxMarkup:
    """The check box of one value; `locale` is the language of the page."""
    term = terms.get(name, value)
    also = formatting.other_names(term)
    span = Markup('<span data-also="%s">%s</span>') % ("|".join(also), "%s") if also else Markup("<span>%s</span>")
    number = number_of(name, value) or 0
    order = term.id if term else -number if name == "year" else number
    # Other lists have an order of their own.
    by_name = formatting.name_key(formatting.label(term)) if name == "country" else NO_NAME
    return CheckboxMarkup(
        attributes=Markup(' id="%s-%s" name="%s" value="%s"') % (name, quote(value), name, value),
        label=span % filter_text.value_label(terms, name, value),
        sort_key=(value == NOT_STATED, by_name, order, value),
    )


def group_options(result: SearchResult, name: str, options: tuple[Option, ...]) -> tuple[OptionGroup, ...]:
    """Project types grouped by theme; options of other facets in one group without a title."""
    if name != "type":
        return (OptionGroup("", options),) if options else ()
    groups: dict[TermView | None, list[Option]] = {}
    for option in options:
        term = result.snapshot.terms.get("type", option.value)
        groups.setdefault(term.parent if term else None, []).append(option)
    themes = sorted(groups, key=lambda theme: theme.id if theme else 10**9)
    return tuple(
        OptionGroup(formatting.label(theme) if theme else gettext("Without a theme"), tuple(groups[theme]))
        for theme in themes
    )


def expand_url(filters: Filters, name: str) -> str:
    """The same search with all values of a facet, focused on the start of their list."""
    return (
        results.directory_url(filters.replace(expanded_facets=filters.expanded_facets | {name}, page=filters.page))
        + f"#all-{name}"
    )


def today_url(filters: Filters) -> str:
    pairs = [*filters.replace(on=None).query_pairs(), (running_today.PARAMETER, running_today.NOW)]
    return f"{results.directory_url(Filters())}?{encode_pairs(pairs)}"


def rest_label(name: str, count: int) -> str:
    if name == "country":
        return gettext("Show all %(number)s member states", number=count)
    return gettext("Show all %(number)s", number=count)
