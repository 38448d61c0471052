"""Which loops of assertions pass although there is nothing to check: read from the syntax of a test file."""

import ast

# Calls that give as many items as they get, so that it is their arguments that must not be empty.
_SAME_LENGTH = {"enumerate", "sorted", "reversed", "list", "tuple", "set", "zip", "product", "items", "values", "keys"}
# Hypothesis runs such a function on many inputs, and an empty one is among them for a reason.
_GENERATED = {"given", "rule", "invariant"}


def loops_over_what_may_be_empty(tree):
    """The nodes of `for … in X: assert …` and `assert all(… for … in X)` where X may have no item.

    X has an item if it is a literal, a constant in capitals, `range` or `not_empty(…)` of tests/loops.py.
    """
    generated = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and _names(node.decorator_list) & _GENERATED
        for inner in ast.walk(node)
    }
    literals = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _has_items(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [node for node, items in _loops(tree) if id(node) not in generated and not _has_items(items, literals)]


def _loops(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and any(isinstance(inner, ast.Assert) for inner in ast.walk(node)):
            yield node, node.iter
        elif isinstance(node, ast.Assert):
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and _names([call.func]) == {"all"} and call.args:
                    for generator in getattr(call.args[0], "generators", [])[:1]:
                        yield call, generator.iter


def _has_items(node, literals):
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return any(not isinstance(item, ast.Starred) or _has_items(item.value, literals) for item in items)
        case ast.Dict(keys=keys):
            return bool(keys)
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id=name):
            return name.isupper() or name in literals
        case ast.Attribute(attr=name):
            return name.isupper()
        case ast.BinOp(left=left, right=right):
            return _has_items(left, literals) or _has_items(right, literals)
        case ast.Call(func=ast.Name(id="range" | "not_empty")):
            return True
        case ast.Call(func=ast.Attribute(value=text, attr="split")):
            return _has_items(text, literals)
        case ast.Call(func=function, args=arguments) if _names([function]) & _SAME_LENGTH:
            arguments = arguments or ([function.value] if isinstance(function, ast.Attribute) else [])
            return bool(arguments) and all(_has_items(argument, literals) for argument in arguments)
    return False


def _names(nodes):
    """The last names of functions, called or not: `given` of `@hypothesis.given(…)`."""
    functions = (node.func if isinstance(node, ast.Call) else node for node in nodes)
    return {getattr(function, "attr", getattr(function, "id", "")) for function in functions}
