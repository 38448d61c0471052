"""Languages in addresses: /projects/ is English, /fr/projects/ the same page in French.

The prefix is a part of the root that the application is mounted at (SCRIPT_NAME), so views and rules know nothing of
it. Addresses are built for the language that is spoken, and only those of public views that are not `one_address`
have a prefix; all others do not exist under one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, request
from flask.ctx import RequestContext
from werkzeug.exceptions import BadHost, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect
from werkzeug.wsgi import get_host

from portal.web.declarations import has_languages
from portal.web.presentation import i18n

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Keys of the WSGI environment: the language of the address, and the one to go back to after the request.
LANGUAGE, _LANGUAGE_BEFORE = "portal.language", "portal.language_before"


class Portal(Flask):
    """An application whose public pages have an address in each language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sync: dict[Callable[..., Any], Callable[..., Any]] = {}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As in Flask, which asks anew for each hook of each request."""
        if (known := self._sync.get(func)) is None:
            known = self._sync[func] = super().ensure_sync(func)
        return known

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        """Take the prefix off the path, and speak its language until the request ends."""
        split_prefix(environ, self.extensions["settings"].languages)
        environ[_LANGUAGE_BEFORE] = i18n.choose(environ[LANGUAGE])
        return super().request_context(environ)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """As in Flask, which looks at the host twice, and asks about subdomains and web sockets; there are none.

        Raises SecurityError if the host is none of TRUSTED_HOSTS.
        """
        if request is None:
            return super().create_url_adapter(request)
        request.trusted_hosts = self.config["TRUSTED_HOSTS"]
        # Flask's own sets it too.
        request.host = get_host(request.environ, request.trusted_hosts)
        return LanguageAdapter(self, request, i18n.language_of(request.environ[LANGUAGE]))


class LanguageAdapter(MapAdapter):
    """Finds views below the prefix of a request, and builds addresses for the language that is spoken."""

    def __init__(self, app: Flask, request: Request, language: i18n.Language) -> None:
        super().__init__(
            app.url_map,
            _ascii_host(request.host.lower()),
            request.root_path,
            app.url_map.default_subdomain,
            request.scheme,
            # Not request.path: an empty path is one of its own, and so is one that begins with two slashes.
            request.environ.get("PATH_INFO", "").encode("latin1").decode(errors="replace"),
            request.method,
            request.query_string.decode(errors="replace"),
        )
        self._views = app.view_functions
        self._prefix = language.prefix
        self._root = self.script_name.removesuffix("/").removesuffix(self._prefix)

    def match(self, path_info: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """As in MapAdapter; below a prefix only what has languages is found."""
        found = super().match(path_info, *args, **kwargs)
        endpoint = getattr(found[0], "endpoint", found[0])
        if self._prefix and not self.has_languages(str(endpoint)):
            raise NotFound
        if self._prefix and not (self.path_info if path_info is None else path_info):
            # "/fr" is no page: links on it would lead elsewhere.
            raise RequestRedirect(self.make_redirect_url(""))
        return found

    def build(self, endpoint: str, *args: Any, **kwargs: Any) -> str:
        prefix = i18n.current_language().prefix if self.has_languages(endpoint) else ""
        adapter = MapAdapter.__new__(MapAdapter)
        vars(adapter).update({name: value for name, value in vars(self).items() if not name.startswith("_")})
        adapter.script_name = f"{self._root}{prefix}/"
        return adapter.build(endpoint, *args, **kwargs)

    def has_languages(self, endpoint: str) -> bool:
        return has_languages(self._views.get(endpoint))


@lru_cache(maxsize=64)
def _ascii_host(host: str) -> str:
    """The host as it stands in an address; raises BadHost."""
    name, colon, port = host.partition(":")
    try:
        return name.encode("idna").decode("ascii") + colon + port
    except UnicodeError as error:
        raise BadHost from error


def split_prefix(environ: WSGIEnvironment, codes: tuple[str, ...]) -> None:
    """Move the prefix of a language from the path to the root; of two, only the first."""
    if LANGUAGE in environ:
        return
    path = environ.get("PATH_INFO", "")
    language = language_of_path(path, codes)
    environ[LANGUAGE] = language.code
    if language.prefix:
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + language.prefix
        environ["PATH_INFO"] = path.removeprefix(language.prefix)


def language_of_path(path: str, codes: tuple[str, ...]) -> i18n.Language:
    """The language whose prefix the path has, if it is one of these."""
    first = path[1:].partition("/")[0]
    return i18n.language_of(first) if first in codes else i18n.SOURCE


def go_back(environ: WSGIEnvironment) -> None:
    """Speak the language from before the request again."""
    i18n.choose(environ[_LANGUAGE_BEFORE].code)


def init_app(app: Portal) -> None:
    @app.teardown_request
    def end(_: BaseException | None) -> None:
        go_back(request.environ)
