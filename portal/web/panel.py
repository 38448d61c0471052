"""The filter panel as data: facets with their values, counts and picks, ready to be printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup

from portal.search.directory import Found
from portal.search.filters import Filters
from portal.search.terms import Terms, Word
from portal.vocabulary import FACETS, NOT_STATED
from portal.web import figures, language, results, wording
from portal.web.language import gettext

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
    options = {option.value: option for option in options_of(found, name)}
    picked = [option for option in options.values() if option.is_picked]
    is_long = len(options) > _LONG
    overall = found.snapshot.index.bits.get(name, {})
    by_count = sorted(options.values(), key=lambda o: (-o.is_picked, -o.count, -len(overall.get(o.value, ()))))
    first = {option.value for option in by_count[: max(_SHOWN, len(picked))]} if is_long else set(options)
    first.discard(NOT_STATED)
    shown = [option for option in options.values() if option.value in first]
    rest = [option for option in options.values() if option.value not in first and option.value != NOT_STATED]
    unfolds = len(rest) > _FOLDED_MOST and name not in found.filters.unfolded
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
        rest=() if unfolds else grouped(found, name, rest),
        rest_label=rest_label(name, len(options) - (NOT_STATED in options)),
        rest_url=unfolding_url(found.filters, name) if unfolds else "",
        is_whole=name in found.filters.unfolded,
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
    terms, locale = found.snapshot.terms, language.current()
    choices = {value: choice(terms, name, value, locale) for value in counts}
    everything = found.snapshot.index.bits.get(name, {})
    for value in sorted(counts, key=lambda value: choices[value].place):
        # "Not stated" is offered only where some record leaves the field empty.
        if value == NOT_STATED and not everything.get(NOT_STATED) and value not in picked:
            continue
        yield Option(value, choices[value], counts[value], value in picked)


# A page has hundreds of these, and they are the same on every page.
@lru_cache(maxsize=20_000)
def choice(terms: Terms, name: str, value: str, locale: str) -> Choice:
    """The check box of one value; `locale` is the language of the page."""
    word = terms.get(name, value)
    order = -int(value) if name == "year" and value.isdigit() else word.id if word else 0
    return Choice(
        attributes=Markup(' id="%s-%s" name="%s" value="%s"') % (name, quote(value), name, value),
        words=Markup("<span>%s</span>") % wording.value_word(terms, name, value),
        place=(value == NOT_STATED, order, value),
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


def unfolding_url(filters: Filters, name: str) -> str:
    """The same search with every value of a facet to choose from."""
    return results.address(filters.but(unfolded=filters.unfolded | {name}, page=filters.page)) + f"#facet-{name}"


def rest_label(name: str, number: int) -> str:
    if name == "country":
        return gettext("Show all %(number)s member states", number=number)
    return gettext("Show all %(number)s", number=number)
