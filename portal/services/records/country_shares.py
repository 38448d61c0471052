"""The shares of member states: read from text, and written as drafts and files have them.

A draft names the state ("KEN 60"), a file states the numbers in the order of its states ("60; 40"). Both are
percentages with up to two decimals; without any, the shares are equal. A form asks for shares that total 100. A file
may state others, since nobody is there to ask: the record keeps them, and they are counted in proportion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from portal.i18n.catalogues import gettext
from portal.i18n.quoting import quoted
from portal.search.shares import WHOLE, merged_shares, rebased, share_text
from portal.services.records.field_values import FieldValidation
from portal.services.records.spellings import TermLookup

_NUMBER = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?")
_NAMED = re.compile(r"(.*\S)[\s:=]+([0-9.,]+\s*%?)")
_FIELD = "country_shares"


def _advice() -> str:
    return gettext(
        "State a percentage for each benefiting member state, 100 in total, or leave it empty for equal shares."
    )


def parse_share(text: str) -> int | None:
    """A percentage from 0 to 100 in hundredths of a per cent; None for any other text."""
    match = _NUMBER.fullmatch(text.strip())
    if not match:
        return None
    share = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    return share if share <= WHOLE else None


def split_named(text: str) -> tuple[str, int] | None:
    """The name or code of a state and its share, from "KEN 60", "Kenya: 60 %" or "KEN=60"; None for any other text."""
    match = _NAMED.fullmatch(text.strip())
    share = parse_share(match[2]) if match else None
    return (match[1].rstrip(" :="), share) if match and share is not None else None


def named_shares(shares: Mapping[str, int | None]) -> tuple[str, ...]:
    """The shares of a record as a draft has them, by code of the state; () for equal ones."""
    return tuple(f"{code} {share_text(share)}" for code, share in shares.items() if share is not None)


def normalise_named(parts: Iterable[str]) -> tuple[str, ...]:
    """The shares of a draft in one form ("KEN 60"), so that another one is no change; other text stays as typed."""
    read = ((part, split_named(part)) for part in parts)
    return tuple(f"{named[0]} {share_text(named[1])}" if named else part for part, named in read)


def rename_state(parts: Iterable[str], code: str, new_code: str) -> tuple[str, ...]:
    """The shares of a draft with another code of a state; if that has a share too, they become one."""
    read = [(part, split_named(part)) for part in parts]
    shares: dict[str, int] = {}
    for _, named in read:
        if named:
            shares[named[0]] = shares.get(named[0], 0) + named[1]
    if code in shares:
        shares = merged_shares(shares, code, new_code)
    return *named_shares(shares), *(part for part, named in read if not named)


def read_country_shares(
    project: FieldValidation, country_ids: Sequence[int], term_lookup: TermLookup
) -> tuple[tuple[int, int], ...]:
    """Term id and stated share of each member state, by id; () for equal shares or if they are refused."""
    if not project.raw(_FIELD) or not (parts := project.parts(_FIELD)):
        return ()
    before = len(project.findings)
    shares = _by_name(project, parts, term_lookup) if project.is_form else _by_place(project, parts, country_ids)
    if len(project.findings) > before:
        return ()
    if shares.keys() != set(country_ids):
        project.refuse(_FIELD, gettext("The shares are not those of the benefiting member states."), _advice())
    elif _are_counted(project, parts, list(shares.values())):
        return tuple(sorted(shares.items()))
    return ()


def _are_counted(project: FieldValidation, parts: Sequence[str], shares: Sequence[int]) -> bool:
    """Whether these shares divide a budget, as they were stated in `parts`.

    Others than 100 in total are noted in a file, and refused in a form unless the public record has the same.
    """
    total = sum(shares)
    reason = gettext("The shares total %(total)s per cent instead of 100.", total=share_text(total))
    if total == WHOLE:
        return True
    if not total:
        project.refuse(_FIELD, reason, _advice())
        return False
    if project.is_form:
        if project.has_published_shares():
            return True
        proportion = gettext("In proportion they would be %(shares)s.", shares=_proportion(parts))
        project.refuse(_FIELD, reason, f"{_advice()} {proportion}")
        return False
    proportion = "; ".join(map(share_text, rebased(shares)))
    counted = gettext("They are counted in proportion: %(shares)s.", shares=proportion)
    project.add_finding("note", _FIELD, f"{reason} {counted}", gettext("Check them."))
    return True


def _proportion(parts: Iterable[str]) -> str:
    """Named shares in proportion, as a form takes them: "Kenya 66.67; Uganda 33.33"."""
    named = [split for split in map(split_named, parts) if split]
    shares = rebased([share for _, share in named])
    return "; ".join(f"{name} {share_text(share)}" for (name, _), share in zip(named, shares, strict=True))


def _by_place(project: FieldValidation, parts: Sequence[str], country_ids: Sequence[int]) -> dict[int, int]:
    if len(parts) != len(country_ids):
        reason = gettext(
            "The number of shares is %(shares)s, that of benefiting member states %(states)s.",
            shares=len(parts),
            states=len(country_ids),
        )
        project.refuse(_FIELD, reason, _advice())
        return {}
    shares = {}
    for country_id, part in zip(country_ids, parts, strict=True):
        if (share := parse_share(part)) is None:
            _refuse_number(project, part)
        else:
            shares[country_id] = share
    return shares


def _by_name(project: FieldValidation, parts: Sequence[str], term_lookup: TermLookup) -> dict[int, int]:
    shares: dict[int, int] = {}
    names: set[str] = set()
    for part in parts:
        if (named := split_named(part)) is None:
            if parse_share(part) is None:
                _refuse_number(project, part)
            else:
                reason = gettext("%(text)s names no member state.", text=quoted(part))
                project.refuse(_FIELD, reason, gettext("Write the state and its share: Kenya 60."))
        elif (country := term_lookup.find("country", named[0])) is None:
            reason = gettext("%(text)s is not a known country.", text=quoted(named[0]))
            project.refuse(_FIELD, reason, _advice())
        elif named[0] in names:
            project.refuse(_FIELD, gettext("%(state)s has two shares.", state=named[0]), _advice())
        else:
            names.add(named[0])
            # Two states of a draft may have been merged into one since.
            shares[country.id] = shares.get(country.id, 0) + named[1]
    return shares


def _refuse_number(project: FieldValidation, part: str) -> None:
    reason = gettext("%(text)s is not a percentage from 0 to 100 with up to two decimals.", text=quoted(part))
    project.refuse(_FIELD, reason, _advice())
