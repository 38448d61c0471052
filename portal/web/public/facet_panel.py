"""The filter panel: facets with their values, counts and ticks, each facet a piece and each check box one inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup
from pyroaring import BitMap

from portal.search.directory import SearchResult
from portal.search.index.caches import remember
from portal.search.query.filters import Filters, encode_pairs
from portal.search.read_models.terms import TermView
from portal.text.collation import NO_NAME, CollationKey
from portal.vocabulary.bands import number_of
from portal.vocabulary.facets import FACETS, NOT_STATED
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.i18n import gettext
from portal.web.presentation.pieces import EncodedPiece, Place, Printer, as_markup, hole, join
from portal.web.public import running_today
from portal.web.public.results import directory_url, expanded_urls

# These facets are open initially; the others are open when they have a selected value.
_OPEN_FACETS = ("region", "country", "status", "coverage")
# A facet with more values than this shows the most frequent ones and collapses the rest.
_MAX_UNFOLDED, _SHOWN_WHEN_FOLDED = 12, 6
# More collapsed values than this are sent only on request: hundreds would dominate the size of the page.
_MAX_FOLDED = 24
_RANGES = {"year": ("year_from", "year_to"), "budget": ("budget_min", "budget_max")}
_OPTION = "public/_option.html"
# A value, whether it has projects, whether it is selected.
BoxKey = tuple[str, bool, bool]
SortKey = tuple[bool, CollationKey, int, str]
TODAY = "today"
# A panel has about 30 kB.
MAX_CACHED_PANELS = 128


def print_panel(printer: Printer, result: SearchResult) -> tuple[Markup, int]:
    """The facets that have options or range fields, in vocabulary order; and how many values are chosen in them."""
    filters = result.filters
    expanded = {name: url.at(filters.page) for name, url in expanded_urls(filters, FACETS).items()}
    return _print_facets(printer, result, {**expanded, TODAY: today_url(filters)})


def cached_panel(printer: Printer, result: SearchResult) -> tuple[EncodedPiece, int]:
    """The same with holes for its addresses: those that unfold a facet, and that of what runs today.

    As the counts do, it stays the same on all pages of a search and in every order. So it is kept as long as they are.
    """
    cache: dict[tuple[Filters, frozenset[str]], tuple[EncodedPiece, int]] = printer.cache_for(result.snapshot, "panels")
    key = result.filters.criteria, result.filters.expanded_facets
    return remember(cache, key, MAX_CACHED_PANELS, lambda: _make_panel(printer, result))


def _make_panel(printer: Printer, result: SearchResult) -> tuple[EncodedPiece, int]:
    panel, selected_count = _print_facets(printer, result, {name: hole(name) for name in (*FACETS, TODAY)})
    return EncodedPiece(panel), selected_count


def _print_facets(printer: Printer, result: SearchResult, urls: Mapping[str, str]) -> tuple[Markup, int]:
    boxes = (Boxes(printer, result, name) for name in FACETS)
    printed = [facet for each in boxes if (facet := print_facet(each, urls))]
    panel = printer.fill("public/_facets.html", {}, {"facets": join([text for text, _ in printed])})
    return panel, sum(count for _, count in printed)


def print_facet(boxes: Boxes, urls: Mapping[str, str]) -> tuple[Markup, int] | None:
    """One facet and how many values are chosen in it; None if it has nothing to show.

    `urls` are those that unfold a facet, by its name, and that of what runs today.
    """
    filters, name = boxes.filters, boxes.name
    is_expanded = name in filters.expanded_facets
    first, rest = split_options(boxes)
    is_too_long = len(rest) > _MAX_FOLDED and not is_expanded
    shown = boxes.groups(first)
    # "Not stated" is offered only if some record leaves the field empty.
    if NOT_STATED in boxes.selected or boxes.known.get(NOT_STATED):
        shown = join((shown, boxes.print([NOT_STATED])))
    bounds = {bound: getattr(filters, bound) for bound in _RANGES.get(name, ())}
    if not (shown or bounds):
        return None
    day = filters.on if name == "length" else None
    selected_count = len(boxes.selected) + sum(value is not None for value in bounds.values()) + (day is not None)
    values: dict[str, object] = {
        "selected_count": selected_count,
        "shown": shown,
        "folded": boxes.groups(rest) if rest and not is_too_long else "",
        "expand_label": rest_label(name, len(first) + len(rest)) if rest else "",
        "expand_url": urls[name],
        "today_url": urls[TODAY],
        "day": day or "",
        **{bound: "" if value is None else value for bound, value in bounds.items()},
    }
    shape = {
        "name": name,
        "has_selected": bool(selected_count),
        "is_open": name in _OPEN_FACETS or selected_count > 0 or is_expanded,
        "is_expanded": is_expanded,
        "rest": "on request" if is_too_long else "folded" if rest else "",
        "has_day": name == "length",
        "match_all": name == "country" and filters.match_all_countries,
    }
    printed = boxes.printer.fill("public/_facet.html", shape, values, nest=lambda place: _titles(name, place))
    return printed, selected_count


def _titles(name: str, place: Place) -> dict[str, object]:
    titles = filter_text.facet_names()
    bounds = [(bound, titles[bound], place(bound)) for bound in _RANGES.get(name, ())]
    return {"title": titles[name], "bounds": bounds}


def split_options(boxes: Boxes) -> tuple[list[str], list[str]]:
    """The values to show, and those to collapse: of many values, the selected and the most frequent ones come first.

    "Not stated" is none of them; selected values are always on offer.
    """
    unknown = [value for value in boxes.selected if value not in boxes.known and value != NOT_STATED]
    offered = boxes.stated() + unknown[::-1]
    if len(offered) <= _MAX_UNFOLDED:
        return offered, []
    # Of equally frequent ones those of most projects come first, then by the value, as in every process.
    ordered = sorted(offered, key=boxes.count_of, reverse=True)
    if selected := {value for value in boxes.selected if value != NOT_STATED}:
        ordered.sort(key=selected.__contains__, reverse=True)
    shown = max(_SHOWN_WHEN_FOLDED, len(selected))
    return ordered[:shown], ordered[shown:]


class _Counts(dict[str, int]):
    """0 for a value that nothing has, such as one that a visitor typed."""

    def __missing__(self, value: str) -> int:
        return 0


class Boxes:
    """Check boxes of one facet, in display order: countries by name, terms as in their list, years newest first.

    `known` has the rows of each value that some project has, `selected` what the search asks for.
    """

    def __init__(self, printer: Printer, result: SearchResult, name: str) -> None:
        self.printer, self.snapshot, self.filters, self.name = printer, result.snapshot, result.filters, name
        self.known: Mapping[str, BitMap] = result.snapshot.index.bitmaps.get(name, {})
        self.selected = result.filters.values(name)
        counts = result.facet_counts.get(name, {})
        # By place and by key, what is kept of the boxes.
        self.cached: dict[BoxKey, tuple[str, str]] = printer.cache_for(self.snapshot.terms, f"boxes of {name}")
        self.places: dict[str, SortKey] = printer.cache_for(self.snapshot.terms, f"places of {name}")
        self.count_of = (_Counts(counts) if set(self.selected) - counts.keys() else counts).__getitem__

    def stated(self) -> list[str]:
        """The known values but "not stated", those of most projects first, then by the value."""
        cache = self.printer.cache_for(self.snapshot, "values by frequency")
        if (stated := cache.get(self.name)) is None:
            known = self.known
            by_frequency = sorted(known, key=lambda value: (len(known[value]), value), reverse=True)
            stated = cache[self.name] = [value for value in by_frequency if value != NOT_STATED]
        return list(stated)

    def print(self, values: Iterable[str]) -> Markup:
        texts: list[str] = []
        cached, places = self.cached, self.places
        for value in sorted(values, key=lambda value: places.get(value) or self._sort_key(value)):
            count = self.count_of(value)
            printed, key = formatting.project_count(count), (value, count > 0, value in self.selected)
            if self.printer.is_caching:
                before, after = cached.get(key) or self._keep(key)
                texts += (before, printed, after)
            else:
                texts.append(self.printer.fill(_OPTION, self._shape(key), {"count": printed}))
        # Of pieces that Jinja has escaped, and counts.
        return as_markup("".join(texts))

    def groups(self, values: list[str]) -> Markup:
        """Project types grouped by theme; options of other facets in one group without a title."""
        if self.name != "type":
            return self.print(values)
        groups: dict[TermView | None, list[str]] = {}
        for value in values:
            term = self.snapshot.terms.get("type", value)
            groups.setdefault(term.parent if term else None, []).append(value)
        parts: list[Markup] = []
        for theme in sorted(groups, key=lambda theme: theme.id if theme else 10**9):
            title = formatting.label(theme) if theme else gettext("Without a theme")
            parts.append(self.printer.fill("public/_option_group.html", {}, {"title": title}))
            parts.append(self.print(groups[theme]))
        return join(parts)

    def _sort_key(self, value: str) -> SortKey:
        """The place of a value in its list, kept as its box is."""
        term, number = self.snapshot.terms.get(self.name, value), number_of(self.name, value) or 0
        # Other lists have an order of their own.
        by_name = formatting.name_key(formatting.label(term)) if self.name == "country" else NO_NAME
        key = value == NOT_STATED, by_name, term.id if term else -number if self.name == "year" else number, value
        if value in self.known:
            self.places[value] = key
        return key

    def _keep(self, key: BoxKey) -> tuple[str, str]:
        box = self.printer.cut(_OPTION, self._shape(key), {"count": ""}).around("count")
        # What a visitor typed into the address is not kept.
        if key[0] in self.known:
            self.cached[key] = box
        return box

    def _shape(self, key: BoxKey) -> dict[str, object]:
        value, has_projects, is_selected = key
        terms = self.snapshot.terms
        return {
            "facet": self.name,
            "value": value,
            "label": filter_text.value_label(terms, self.name, value),
            "also": "|".join(formatting.other_names(terms.get(self.name, value))),
            "has_projects": has_projects,
            "is_selected": is_selected,
        }


def today_url(filters: Filters) -> str:
    pairs = encode_pairs([(running_today.PARAMETER, running_today.NOW)])
    others = str(filters.replace(on=None))
    return f"{directory_url(Filters())}?{others}&{pairs}" if others else f"{directory_url(Filters())}?{pairs}"


def rest_label(name: str, count: int) -> str:
    if name == "country":
        return gettext("Show all %(number)s member states", number=count)
    return gettext("Show all %(number)s", number=count)
