"""Put the code of a mutant into functions that are loaded already, so that a forked process imports nothing.

Wherever a function is referenced, in a decorator, a registry or a closure, it is the same object: a new `__code__` is
enough. What runs at import, decorators and defaults included, cannot be changed this way.
"""

import gc
from collections import defaultdict
from types import CodeType, FunctionType


def functions_by_file(root):
    """All functions that are loaded from files under a folder, by file."""
    functions = defaultdict(list)
    for candidate in gc.get_objects():
        if isinstance(candidate, FunctionType) and candidate.__code__.co_filename.startswith(root):
            functions[candidate.__code__.co_filename].append(candidate)
    return functions


def swap(functions, before, after):
    """Give the functions of a file the code of `after`; False if none of them changes, or cannot."""
    swapped = False
    for original, mutated in changed_code(compile(before, "", "exec"), compile(after, "", "exec")):
        for function in functions:
            if function.__code__ == original:
                if len(mutated.co_freevars) != len(original.co_freevars):
                    return False
                function.__code__ = mutated
                swapped = True
    return swapped


def changed_code(before, after):
    """Pairs of code that differ: of functions, and of functions and classes inside them."""
    for original, mutated in zip(nested(before), nested(after), strict=False):
        if original != mutated:
            yield original, mutated
            yield from changed_code(original, mutated)


def nested(code):
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]
