"""The contract is kept in the repository, whole, current and sound."""

import ast
import json
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

import sales
from sales.account.messages import ACCOUNT_KINDS
from sales.account.shapes import ACCOUNT_SHAPES
from sales.entry_shapes import ENTRY_SHAPES
from sales.messages import KINDS, Malformed
from sales.pool.messages import POOL_KINDS
from sales.pool.shapes import POOL_SHAPES
from sales.reading import read
from sales.shapes import SHAPES
from starter.cli import app
from starter.contract.pages import FOLDER, pages
from tests.contract.schemas import DOCUMENTS, fault

ROOT = Path(__file__).parents[2]
MAKES = {"Draft": 0, "Fact": 1, "_draft": 0}
"""What makes a fact in the rules, and which of its arguments says the kind."""

every_document = pytest.mark.parametrize("place", DOCUMENTS)


def test_what_is_kept_is_what_the_models_say() -> None:
    folder = ROOT / FOLDER
    kept = {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }
    assert kept == pages(), f"write them anew: closeline schema --out {FOLDER}"


def test_the_command_writes_what_is_kept_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}")
    run = CliRunner().invoke(app, ["schema", "--out", str(tmp_path), "--json"])
    assert json.loads(run.stdout)["changed"] == [*pages()]
    again = CliRunner().invoke(app, ["schema", "--out", str(tmp_path), "--json"])
    assert json.loads(again.stdout)["changed"] == []
    assert sum(1 for file in tmp_path.rglob("*") if file.is_file()) == len(pages()) + 1


def test_the_command_tells_one_document_or_lists_them() -> None:
    run = CliRunner().invoke(app, ["schema", "facts/account/refused"])
    assert json.loads(run.stdout) == DOCUMENTS["facts/account/refused"]
    assert "facts/account/refused" in CliRunner().invoke(app, ["schema"]).stdout
    wrong = CliRunner().invoke(app, ["schema", "facts/account/nothing"])
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("refused: name: unknown_document")


@every_document
def test_a_document_is_a_schema_that_says_what_it_is_about(place: str) -> None:
    schema = DOCUMENTS[place]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/v1/{place}.json")
    assert schema["title"]
    assert len(schema["description"]) > 20


@every_document
def test_the_examples_of_a_document_are_valid(place: str) -> None:
    examples = DOCUMENTS[place]["examples"]
    assert examples
    assert [fault(place, each) for each in examples] == [None] * len(examples)


@pytest.mark.parametrize(
    ("to", "kinds"), [("opportunity", KINDS), ("account", ACCOUNT_KINDS), ("pool", POOL_KINDS)]
)
def test_the_example_of_a_message_is_understood(to: str, kinds: Any) -> None:
    for kind in kinds:
        (example,) = DOCUMENTS[f"messages/{to}/{kind}"]["examples"]
        assert not isinstance(read(kind, example, kinds), Malformed), kind


def test_every_kind_of_fact_that_the_rules_make_has_a_shape() -> None:
    trees = [ast.parse(file.read_text()) for file in Path(sales.__file__).parent.rglob("*.py")]
    calls = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKES
    ]
    kinds = {
        argument.value
        for call in calls
        for argument in call.args[MAKES[ast.unparse(call.func)] :][:1]
        if isinstance(argument, ast.Constant)
    }
    assert kinds == {*SHAPES, *ACCOUNT_SHAPES, *POOL_SHAPES, *chain(*ENTRY_SHAPES.values())}
