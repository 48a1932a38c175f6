"""Explicit `Any`: few, and each with its reason in a comment beside it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import stagelyric

MOST = 25  # whole annotations and aliases; most of them are objects of libraries without types
MOST_INSIDE = 25  # in other types, such as `Mapping[str, Any]`

ROOT = Path(stagelyric.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def _is_any(node: ast.AST | None) -> bool:
    return (isinstance(node, ast.Name) and node.id == "Any") or (isinstance(node, ast.Attribute) and node.attr == "Any")


def _annotations(node: ast.AST) -> list[ast.expr]:
    """The annotations of one statement, and the values of an alias."""
    found: list[ast.expr | None] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        given = node.args
        arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        found = [argument.annotation for argument in arguments if argument is not None] + [node.returns]
    elif isinstance(node, ast.AnnAssign):
        found = [node.annotation, node.value]
    elif isinstance(node, ast.Assign):
        found = [node.value]
    return [_parsed(each) for each in found if each is not None]


def _parsed(annotation: ast.expr) -> ast.expr:
    """An annotation in quotes as what stands in the quotes."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str) and "Any" in annotation.value:
        try:
            return ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return annotation
    return annotation


def _counted(source: str) -> Iterator[tuple[int, bool, bool]]:
    """For each `Any` its statement's line, whether it stands alone, and whether a comment is beside it."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        for annotation in _annotations(node):
            for each in ast.walk(annotation):
                if not _is_any(each):
                    continue
                assert isinstance(node, ast.stmt)
                first, last = node.lineno, getattr(node, "end_lineno", node.lineno)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    first = min([first, *(decorator.lineno for decorator in node.decorator_list)])
                    last = node.body[0].lineno - 1
                yield node.lineno, _is_any(annotation), any("# " in line for line in lines[max(0, first - 2) : last])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x: Any) -> None:\n    pass\n", [(1, True, False)]),
        ("# it has no types\ndef f(x: Any) -> None:\n    pass\n", [(2, True, True)]),
        ("def f(*x: Any, **y: 'Any') -> Any:\n    pass\n", [(1, True, False)] * 3),
        ("def f(\n    x: dict[str, Any],  # why\n) -> None:\n    pass\n", [(1, False, True)]),
        ("Box = Any  # why\n", [(1, True, True)]),
        ("Box: TypeAlias = Any\n", [(1, True, False)]),
        ("class A:\n    x: 'list[Any]' = []\n", [(2, False, False)]),
        ("def f(x: object) -> None:\n    '''Any, # all'''\n", []),
    ],
)
def test_the_counting_finds_them_wherever_they_stand(source: str, expected: list[tuple[int, bool, bool]]) -> None:
    assert list(_counted(source)) == expected


def test_any_is_rare_and_has_its_reason() -> None:
    sources = [(file, file.read_text(encoding="utf-8")) for file in FILES]
    found = [(file, *each) for file, source in sources if "Any" in source for each in _counted(source)]
    bare = [f"{file.relative_to(ROOT)}:{line}" for file, line, _, why in found if not why]
    assert not bare, f"`Any` without a comment that says why: {', '.join(bare)}"
    assert sum(alone for _, _, alone, _ in found) <= MOST
    assert sum(not alone for _, _, alone, _ in found) <= MOST_INSIDE
