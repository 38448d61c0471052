"""The filter panel: facets with their values, counts and ticks, each facet a piece and each check box one inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup
from pyroaring import BitMap

from portal.search.directory import SearchResult
from portal.search.query.filters import Filters, encode_pairs
from portal.search.read_models.terms import Terms, TermView
from portal.vocabulary.bands import number_of
from portal.vocabulary.facets import FACETS, NOT_STATED
from portal.web.presentation import filter_text, formatting
from portal.web.presentation.i18n import gettext
from portal.web.presentation.pieces import Place, Printer, join
from portal.web.public import running_today
from portal.web.public.results import directory_url

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
SortKey = tuple[bool, int, str]


def print_panel(printer: Printer, result: SearchResult) -> tuple[Markup, int]:
    """The facets that have options or range fields, in vocabulary order; and how many values are chosen in them."""
    printed = [facet for name in FACETS if (facet := print_facet(printer, result, name))]
    panel = printer.fill("public/_facets.html", {}, {"facets": join(text for text, _ in printed)})
    return panel, sum(count for _, count in printed)


def print_facet(printer: Printer, result: SearchResult, name: str) -> tuple[Markup, int] | None:
    """One facet and how many values are chosen in it; None if it has nothing to show."""
    filters, boxes = result.filters, Boxes(printer, result, name)
    is_expanded = name in filters.expanded_facets
    first, rest = split_options(printer, result, name, boxes)
    is_too_long = len(rest) > _MAX_FOLDED and not is_expanded
    shown = boxes.groups(first)
    # "Not stated" is offered only if some record leaves the field empty.
    if NOT_STATED in boxes.selected or boxes.known.get(NOT_STATED):
        shown += boxes.print([NOT_STATED])
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
        "expand_url": expand_url(filters, name) if is_too_long else "",
        "today_url": today_url(filters) if name == "length" else "",
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
    return printer.fill("public/_facet.html", shape, values, nest=lambda place: _titles(name, place)), selected_count


def _titles(name: str, place: Place) -> dict[str, object]:
    titles = filter_text.facet_names()
    bounds = [(bound, titles[bound], place(bound)) for bound in _RANGES.get(name, ())]
    return {"title": titles[name], "bounds": bounds}


def split_options(printer: Printer, result: SearchResult, name: str, boxes: Boxes) -> tuple[list[str], list[str]]:
    """The values to show, and those to collapse: of many values, the selected and the most frequent ones come first.

    "Not stated" is none of them; selected values are always on offer.
    """
    stated: list[str] | None = printer.shelf(result.snapshot, "values by frequency").get(name)
    if stated is None:
        known = boxes.known
        by_frequency = sorted(known, key=lambda value: (len(known[value]), value), reverse=True)
        stated = [value for value in by_frequency if value != NOT_STATED]
        printer.shelf(result.snapshot, "values by frequency")[name] = stated
    unknown = [value for value in boxes.selected if value not in boxes.known and value != NOT_STATED]
    offered = [*stated, *reversed(unknown)] if unknown else stated
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
    """Check boxes of one facet, in display order: terms as in their list, years newest first, bands rising.

    `known` has the rows of each value that some project has, `selected` what the search asks for.
    """

    def __init__(self, printer: Printer, result: SearchResult, name: str) -> None:
        self._printer, self._terms, self._name = printer, result.snapshot.terms, name
        self.known: Mapping[str, BitMap] = result.snapshot.index.bitmaps.get(name, {})
        self.selected = result.filters.values(name)
        counts = result.facet_counts.get(name, {})
        self.count_of = (_Counts(counts) if set(self.selected) - counts.keys() else counts).__getitem__
        self._kept: dict[BoxKey, tuple[str, str]] = printer.shelf(self._terms, f"boxes of {name}")
        self._keys: dict[str, SortKey] = printer.shelf(self._terms, f"order of {name}")

    def print(self, values: Iterable[str]) -> Markup:
        texts: list[str] = []
        kept, selected, count_of, are_kept = self._kept, self.selected, self.count_of, self._printer.are_kept
        for value in sorted(values, key=self._sort_key):
            count = count_of(value)
            key = (value, count > 0, value in selected)
            if are_kept:
                before, after = kept.get(key) or self._keep(key)
                texts += (before, formatting.project_count(count), after)
            else:
                values_of_box = {"count": formatting.project_count(count)}
                texts.append(self._printer.fill(_OPTION, self._shape(key), values_of_box))
        return Markup("".join(texts))  # noqa: S704 # pieces that Jinja has escaped, and counts

    def groups(self, values: list[str]) -> Markup:
        """Project types grouped by theme; options of other facets in one group without a title."""
        if self._name != "type":
            return self.print(values)
        groups: dict[TermView | None, list[str]] = {}
        for value in values:
            term = self._terms.get("type", value)
            groups.setdefault(term.parent if term else None, []).append(value)
        parts: list[Markup] = []
        for theme in sorted(groups, key=lambda theme: theme.id if theme else 10**9):
            title = formatting.label(theme) if theme else gettext("Without a theme")
            parts += (self._printer.fill("public/_option_group.html", {}, {"title": title}), self.print(groups[theme]))
        return join(parts)

    def _sort_key(self, value: str) -> SortKey:
        if (key := self._keys.get(value)) is None:
            key = sort_key(self._terms, self._name, value)
            if value in self.known:
                self._keys[value] = key
        return key

    def _keep(self, key: BoxKey) -> tuple[str, str]:
        box = self._printer.cut(_OPTION, self._shape(key), {"count": ""}).around("count")
        if key[0] in self.known:
            self._kept[key] = box
        return box

    def _shape(self, key: BoxKey) -> dict[str, object]:
        value, has_projects, is_selected = key
        return {
            "facet": self._name,
            "value": value,
            "label": filter_text.value_label(self._terms, self._name, value),
            "also": "|".join(formatting.other_names(self._terms.get(self._name, value))),
            "has_projects": has_projects,
            "is_selected": is_selected,
        }


def sort_key(terms: Terms, name: str, value: str) -> SortKey:
    """The place of a value in its list."""
    term, number = terms.get(name, value), number_of(name, value) or 0
    return (value == NOT_STATED, term.id if term else -number if name == "year" else number, value)


def expand_url(filters: Filters, name: str) -> str:
    """The same search with all values of a facet, focused on the start of their list."""
    return (
        directory_url(filters.replace(expanded_facets=filters.expanded_facets | {name}, page=filters.page))
        + f"#all-{name}"
    )


def today_url(filters: Filters) -> str:
    pairs = encode_pairs([(running_today.PARAMETER, running_today.NOW)])
    others = str(filters.replace(on=None))
    return f"{directory_url(Filters())}?{others}&{pairs}" if others else f"{directory_url(Filters())}?{pairs}"


def rest_label(name: str, count: int) -> str:
    if name == "country":
        return gettext("Show all %(number)s member states", number=count)
    return gettext("Show all %(number)s", number=count)
