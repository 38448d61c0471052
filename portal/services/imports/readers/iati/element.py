"""Element: a small part of an XML file in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

XML_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"


class Element:
    """An element with its attributes and children; `text` is what stands directly in it."""

    __slots__ = ("_pieces", "attributes", "children", "name")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self._pieces: list[str] = []

    def add_text(self, text: str) -> None:
        self._pieces.append(text)

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def get(self, attribute: str) -> str:
        """The value of an attribute without spaces around it, "" if there is none."""
        return self.attributes.get(attribute, "").strip()

    def all(self, name: str) -> Iterator[Element]:
        """Yield the children with this name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Element | None:
        return next(self.all(name), None)

    def first_text(self, name: str) -> str:
        """The text of the first child with this name, without spaces around it; "" if there is none."""
        child = self.first(name)
        return child.text.strip() if child else ""
