"""Draw a sample of mutants: copies of a module with one small fault inside a function.

Most kinds of fault are mutmut's. Its own search for places is not used, since it leaves out decorated functions:
every view and every property. It has no fault that drops a statement or reverses a condition; those are here.
"""

import difflib
import hashlib
import random
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_keywords, operator_string, operator_swap_op

# A fault in them changes no answer: types are for mypy, and no test promises what is logged.
LOGGERS = m.OneOf(*(m.Name(name) for name in ("log", "logger", "logging")))
LEFT_OUT_KINDS = (cst.Annotation, cst.Import, cst.ImportFrom, cst.Call, cst.Expr)
LEFT_OUT = m.OneOf(
    m.Annotation(),
    m.Import(),
    m.ImportFrom(),
    m.Call(func=m.OneOf(m.Name("cast"), m.Attribute(value=LOGGERS))),
    # A docstring.
    m.Expr(value=m.SimpleString()),
)


def reverse_condition(node):
    # mutmut reverses comparisons.
    if not isinstance(node.test, cst.Comparison):
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def return_none(node):
    if node.value is not None and not m.matches(node.value, m.Name("None")):
        yield node.with_changes(value=cst.Name("None"), whitespace_after_return=cst.SimpleWhitespace(" "))


def drop_statement(node):
    yield cst.Pass(semicolon=node.semicolon)


def mark_string(node):
    # mutmut changes the case too, which makes no difference to SQL, HTML and HTTP headers.
    yield from islice(operator_string(node), 1)


OPERATORS = [
    *((kind, operator) for kind, operator in mutation_operators if kind not in (cst.CSTNode, cst.BaseString)),
    # mutmut tries these two on every node, which takes most of its time.
    *((kind, operator_keywords) for kind in (cst.Is, cst.IsNot, cst.In, cst.NotIn, cst.Break, cst.Continue)),
    *((kind, operator_swap_op) for kind in (cst.BinaryOperation, cst.UnaryOperation, cst.BooleanOperation)),
    *((kind, operator_swap_op) for kind in (cst.ComparisonTarget, cst.AugAssign)),
    (cst.BaseString, mark_string),
    (cst.If, reverse_condition),
    (cst.CompIf, reverse_condition),
    (cst.Return, return_none),
    (cst.Expr, drop_statement),
    (cst.Raise, drop_statement),
]


@dataclass(frozen=True)
class Mutant:
    """`lines` are those of the statement with the fault, or of its head if it is a compound one."""

    path: str
    lines: range
    operator: str
    before: str
    after: str

    @cached_property
    def key(self):
        """Finds the mutant again while its module is unchanged."""
        return hashlib.sha256(f"{self.path}{self.after}".encode()).hexdigest()[:16]

    @property
    def diff(self):
        before, after = self.before.splitlines(), self.after.splitlines()
        return "\n".join(difflib.unified_diff(before, after, self.path, self.path, n=2, lineterm=""))


class Module:
    """A file of the portal and the places in it that can be mutated, in a random order."""

    def __init__(self, path, source, seed):
        self.path, self.source = path, source
        wrapper = MetadataWrapper(cst.parse_module(source))
        self.tree = wrapper.module
        finder = PlaceFinder()
        wrapper.visit(finder)
        # For each module its own order, so that a change in one leaves the sample of the others as it is.
        self.randomness = random.Random(f"{seed} {path}")  # noqa: S311 a sample, not a secret
        self.places = self.randomness.sample(finder.places, len(finder.places))

    def mutants(self):
        for node, lines in self.places:
            operator, mutated = self.randomness.choice(mutations_of(node))
            after = self.tree.deep_replace(node, mutated).code
            if compiles(after):
                yield Mutant(self.path, lines, operator, self.source, after)


class PlaceFinder(cst.CSTVisitor):
    """Collects the nodes with mutations that run when a function is called, each with its lines."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self):
        super().__init__()
        self.places = []
        self.depth = 0
        self.statements = []

    def on_visit(self, node):
        if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            self.statements.append(self.lines_of(node))
        if isinstance(node, LEFT_OUT_KINDS) and m.matches(node, LEFT_OUT):
            return False
        if isinstance(node, cst.FunctionDef):
            # Its decorators and defaults run when it is defined.
            self.depth += 1
            node.body.visit(self)
            self.depth -= 1
            return False
        if self.depth and mutations_of(node):
            self.places.append((node, self.statements[-1]))
        return True

    def on_leave(self, original_node):
        if isinstance(original_node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            self.statements.pop()

    def lines_of(self, statement):
        position = self.get_metadata(PositionProvider, statement)
        if isinstance(statement, cst.SimpleStatementLine):
            return range(position.start.line, position.end.line + 1)
        # A match has cases instead of a body; the body of a statement may be on the line of its head.
        body = self.get_metadata(PositionProvider, getattr(statement, "body", statement))
        return range(position.start.line, max(body.start.line, position.start.line + 1))


def mutations_of(node):
    return [
        (operator.__name__.removeprefix("operator_"), mutated)
        for kind, operator in OPERATORS
        if isinstance(node, kind)
        for mutated in operator(node)
    ]


def compiles(source):
    try:
        compile(source, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def sample(modules, count, at_least):
    """About `count` mutants: some of every module, the others in proportion to its places."""
    rest = max(0, count - at_least * len(modules))
    places = sum(len(module.places) for module in modules)
    for module in modules:
        yield from islice(module.mutants(), at_least + round(rest * len(module.places) / places))
