"""A short name for a browser, for the list of sessions; the full User-Agent header is not stored."""

from __future__ import annotations

from portal.web.presentation.i18n import gettext

_ON = " on "
# The first match counts: Edge also calls itself Chrome, and Chrome also calls itself Safari.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def describe_user_agent(user_agent: str) -> str:
    """The browser and operating system named in a User-Agent header, in English for storing; "" if it names neither."""
    browser = next((name for token, name in _BROWSERS if token in user_agent), "")
    system = next((name for token, name in _SYSTEMS if token in user_agent), "")
    if browser and system:
        return f"{browser}{_ON}{system}"
    return browser or system


def in_words(stored: str) -> str:
    """What `describe_user_agent` gave, in the language that is spoken; "an unknown browser" for ""."""
    if not stored:
        return gettext("an unknown browser")
    browser, on, system = stored.partition(_ON)
    return gettext("%(browser)s on %(system)s", browser=browser, system=system) if on else stored
