"""The tree of a page as browsers build it, made by a parser in C: reading pages is a large part of a run."""

from selectolax.lexbor import LexborHTMLParser

# What other nodes than elements are called.
_NAMES = {"-text": "#text", "-comment": "#comment", "-doctype": "!doctype", "-document": "#document"}


class Element:
    """An element, or a text with its `data`; `attrs` are None for what is no element."""

    __slots__ = ("_tree", "attrs", "children", "data", "name", "node", "parent")

    def __init__(self, tree, node, parent):
        """`node` is None for the root of a fragment, which its parser has none for."""
        self._tree, self.node, self.parent, self.children, self.data, self.attrs = tree, node, parent, [], None, None
        self.name = _NAMES.get(node.tag, node.tag) if node else "#fragment"
        if node and node.is_element_node:
            self.attrs = {name: value or "" for name, value in node.attributes.items()}
        elif node and node.is_text_node:
            self.data = node.text_content

    def query(self, selector):
        """The elements inside of this one that a CSS selector names, in their order."""
        found = dict.fromkeys(node.mem_id for node in (self.node or self._tree.parser).css(selector))
        if self.node:
            # The parser names the element itself too. Nodes have numbers because `==` writes both out as HTML.
            found.pop(self.node.mem_id, None)
        return [self._tree.elements[number] for number in found]

    def to_text(self, separator=" ", *, strip=True):
        texts = (text.strip() if strip else text for text in self._texts())
        return separator.join(text for text in texts if text)

    def _texts(self):
        for child in self.children:
            if child.name == "#text":
                yield child.data
            else:
                yield from child._texts()

    def to_html(self):
        return self.node.html


class _Tree:
    """What the elements of a page share: nodes are good for as long as their parser is."""

    def __init__(self, text, is_fragment):
        self.parser = LexborHTMLParser(text, is_fragment=is_fragment)
        self.root = Element(self, None if is_fragment else self.parser.root.parent, None)
        self.elements = {}
        self._add(self.root, self.parser.root if is_fragment else self.root.node.first_child)

    def _add(self, above, node):
        """Put a node and those after it into the element above them (`iter` goes astray in a fragment)."""
        while node is not None:
            element = self.elements[node.mem_id] = Element(self, node, above)
            above.children.append(element)
            if node.is_element_node:
                self._add(element, node.first_child)
            node = node.next


def tree(text, *, is_fragment=False):
    """The root of a page, or of a part of one."""
    return _Tree(text, is_fragment).root
