"""Names that a stranger can look up: a function says what it gives, and no private word comes back."""

import ast

from tests.loops import not_empty
from tests.source_files import definitions, python_files


def test_no_function_is_called_just_of():
    functions = not_empty(list(definitions(python_files(), ast.FunctionDef | ast.AsyncFunctionDef)))
    assert [place for place, node in functions if node.name == "of"] == []
