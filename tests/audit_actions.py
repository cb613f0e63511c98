"""Which actions the code writes to the audit log, read from the source: literals are followed from the calls of
``crm.accounts.audit.record`` through parameters, variables, choices and tables of a module."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("crm", "surveys", "outreach", "plugins")


class CannotBeRead(Exception):
    """An expression whose values this reader does not find."""


@dataclass(frozen=True)
class Written:
    """A literal that reaches the log as an action or as a kind of subject."""

    where: str
    value: str


class Module:
    """One module of the product, with what it writes."""

    def __init__(self, path: Path) -> None:
        self.name = str(path.relative_to(ROOT))
        self.tree = ast.parse(path.read_text(encoding="utf-8"))

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """The outermost functions by name: what stands inside one shares its names."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef)}

    @cached_property
    def imported(self) -> frozenset[tuple[str | None, str]]:
        """What the module imports by name, with where from."""
        return frozenset(
            (node.module, alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        )

    def imports_the_log(self) -> bool:
        """Whether the module can write to the log."""
        return bool({("crm.accounts.audit", "record"), ("crm.accounts", "audit")} & self.imported)

    def calls_of(self, name: str) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
        """Every call of ``name``, with the outermost function in which it stands."""
        for function in self.functions.values():
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _called(node) == name:
                    yield function, node


class Reader:
    """Follows an expression back to the literals it can be."""

    def __init__(self) -> None:
        paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
        self.modules = [Module(path) for path in paths]

    def values(self, expression: ast.expr, module: Module, function: ast.FunctionDef) -> Iterator[str]:
        """Every text that ``expression`` can be inside ``function``. Raises CannotBeRead."""
        if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
            yield expression.value
        elif isinstance(expression, ast.IfExp):
            yield from self.values(expression.body, module, function)
            yield from self.values(expression.orelse, module, function)
        elif isinstance(expression, ast.Name):
            yield from self._of_name(expression.id, module, function)
        elif isinstance(expression, ast.Subscript) and isinstance(expression.value, ast.Name):
            yield from self._of_table(expression.value.id, module, function)
        else:
            raise CannotBeRead(f"{module.name}: {ast.unparse(expression)}")

    def _of_name(self, name: str, module: Module, function: ast.FunctionDef) -> Iterator[str]:
        if name in _parameters(function):
            yield from self._of_parameter(name, module, function)
            return
        found = list(_assigned(name, function))
        if not found:
            raise CannotBeRead(f"{module.name}: {name}")
        for value in found:
            yield from self.values(value, module, function)

    def _of_parameter(self, name: str, module: Module, function: ast.FunctionDef) -> Iterator[str]:
        default = _default(function, name)
        if default is not None:
            yield from self.values(default, module, function)
        arguments = [argument.arg for argument in function.args.args]
        place = arguments.index(name) if name in arguments else None
        for other in self._who_knows(function, module):
            for caller, call in other.calls_of(function.name):
                given = _argument(call, name, place)
                if given is not None:
                    yield from self.values(given, other, caller)

    def _who_knows(self, function: ast.FunctionDef, module: Module) -> list[Module]:
        dotted = module.name.removesuffix(".py").replace("/", ".")
        return [other for other in self.modules if other is module or (dotted, function.name) in other.imported]

    def _of_table(self, name: str, module: Module, function: ast.FunctionDef) -> Iterator[str]:
        for node in module.tree.body:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and name in _names(node):
                assert isinstance(node.value, ast.Dict), f"{module.name}: {name}"
                for value in node.value.values:
                    yield from self.values(value, module, function)

    def written(self, argument: str, place: int | None = None) -> Iterator[Written]:
        """Every literal that the code hands to ``record`` as this argument."""
        for module in self.modules:
            if module.imports_the_log():
                for function, call in module.calls_of("record"):
                    given = _argument(call, argument, place)
                    assert given is not None, f"{module.name}: {ast.unparse(call)}"
                    for value in self.values(given, module, function):
                        yield Written(module.name, value)


def _parameters(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}


def _default(function: ast.FunctionDef, name: str) -> ast.expr | None:
    pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return next((default for argument, default in pairs if argument.arg == name), None)


def _assigned(name: str, function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a variable is set to: by assignment, or by a loop over rows that stand in the code."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _names(node) == [name]:
            yield node.value
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Tuple) and isinstance(node.iter, ast.Tuple):
            targets = [target.id for target in node.target.elts if isinstance(target, ast.Name)]
            rows = [row for row in node.iter.elts if isinstance(row, ast.Tuple)]
            if name in targets:
                yield from (row.elts[targets.index(name)] for row in rows)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr if isinstance(call.func.value, ast.Name) and call.func.value.id == "audit" else ""
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _argument(call: ast.Call, name: str, place: int | None) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[place] if place is not None and place < len(call.args) else None


def _names(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]
