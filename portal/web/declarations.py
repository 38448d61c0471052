"""What a view declares about itself: who may use it, and which form fields it reads.

    @bp.post("/staff/account/name")
    @require_role("author")
    @accepts(OwnNameForm)
    def rename(): ...

A view that reads and a view that writes are separate functions, so each HTTP method has its own declaration. The
application does not start with a view that declares no access (security.access), or with one that writes without
`accepts` (security.allowed_fields).
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import getmembers
from typing import Any, Literal, TypeVar

from wtforms import Form
from wtforms.fields.core import UnboundField

from portal.vocabulary.workflow import Role

View = TypeVar("View", bound=Callable[..., Any])
Access = Role | Literal["public", "sign-in page", "signed link"]


def public(view: View) -> View:
    """Anyone may use the view; it never reads a cookie."""
    return _declare_access(view, "public")


def one_address(view: View) -> View:
    """A public view for programs: it has one address and no language, so none with the prefix of a language."""
    view.has_one_address = True  # type: ignore[attr-defined]
    return view


def sign_in_page(view: View) -> View:
    """Anyone may use the view; it reads the session, because it is part of signing in."""
    return _declare_access(view, "sign-in page")


def signed_link(view: View) -> View:
    """Whoever has the address may use the view, because the address is a secret that the portal signed and mailed.

    It reads no cookie, so no other site can use one, and a POST needs no token: a mail program sends it (RFC 8058).
    """
    return _declare_access(view, "signed link")


def require_role(role: str, *, in_background: bool = False) -> Callable[[View], View]:
    """Only accounts with this role or a higher one may use the view.

    `in_background`: a timer on the page sends the request, so it does not extend the session.
    """

    def declare(view: View) -> View:
        view.in_background = in_background  # type: ignore[attr-defined]
        return _declare_access(view, Role(role))

    return declare


def accepts(*fields: str | type[Form]) -> Callable[[View], View]:
    """The view reads these form fields, each named or a field of a form class; without arguments it reads none."""
    names = frozenset(name for field in fields for name in _field_names(field))

    def declare(view: View) -> View:
        view.accepted_fields = names  # type: ignore[attr-defined]
        return view

    return declare


def declared_access(view: object) -> Access | None:
    """Who may use the view; None if it declares nothing."""
    access: Access | None = getattr(view, "access", None)
    return access


def required_role(view: object) -> Role | None:
    """The lowest role that may use the view; None for a view that anyone may use."""
    access = declared_access(view)
    return access if isinstance(access, Role) else None


def has_languages(view: object) -> bool:
    """Whether the view has an address in each language: a public one that does not say otherwise."""
    return declared_access(view) == "public" and not getattr(view, "has_one_address", False)


def accepted_fields(view: object) -> frozenset[str] | None:
    """The form fields that the view reads; None if it declares nothing."""
    names: frozenset[str] | None = getattr(view, "accepted_fields", None)
    return names


def _declare_access(view: View, access: Access) -> View:
    if declared_access(view) is not None:
        raise RuntimeError(f"{view} declares its access twice")
    view.access = access  # type: ignore[attr-defined]
    return view


def _field_names(field: str | type[Form]) -> list[str]:
    if isinstance(field, str):
        return [field]
    return [name for name, _ in getmembers(field, lambda member: isinstance(member, UnboundField))]
