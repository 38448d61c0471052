"""The licence of the data: a setting of the operator, known by its SPDX identifier or stated in words."""

from __future__ import annotations

from dataclasses import dataclass

from portal.i18n.catalogues import gettext

# SPDX identifiers, as spdx.org/licenses lists them, with name and address.
_KNOWN = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-3.0-IGO": (
        "Creative Commons Attribution 3.0 IGO",
        "https://creativecommons.org/licenses/by/3.0/igo/",
    ),
    "CC-BY-SA-4.0": (
        "Creative Commons Attribution Share Alike 4.0 International",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    "CC0-1.0": ("Creative Commons Zero 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODC-By-1.0": ("Open Data Commons Attribution License 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "PDDL-1.0": (
        "Open Data Commons Public Domain Dedication and License 1.0",
        "https://opendatacommons.org/licenses/pddl/1-0/",
    ),
}


@dataclass(frozen=True)
class Licence:
    """`code` is an SPDX identifier, "" for a licence that is not in the list; `url` may be empty."""

    code: str
    name: str
    url: str

    @property
    def is_stated(self) -> bool:
        return bool(self.name)

    @property
    def text(self) -> str:
        """The licence in one line, also when there is none."""
        return self.code or self.name or gettext("No licence stated")


def licence_named(setting: str, url: str = "") -> Licence:
    """The licence of a setting: an SPDX identifier of the list, or any name with its own address."""
    by_folded_code = {code.casefold(): code for code in _KNOWN}
    if code := by_folded_code.get(setting.strip().casefold()):
        name, known_url = _KNOWN[code]
        return Licence(code, name, url or known_url)
    return Licence("", setting.strip(), url)
