"""The JSON Schema that is published: it is current, and says what the loader says."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from bughunt.authoring.schema import head, schema_text
from bughunt.cli import bughunt

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "bughunt" / "levels.schema.json"


@pytest.fixture
def complaints():
    """Return a function that says at which places of a catalogue the schema complains."""
    validator = Draft202012Validator(json.loads(schema_text()))

    def places(text):
        found = validator.iter_errors(yaml.safe_load(text))
        return sorted({"/".join(map(str, error.absolute_path)) for error in found})

    return places


def test_the_published_schema_is_current():
    """If it fails: bughunt bank schema --out bughunt/levels.schema.json."""
    assert PUBLISHED.read_text() == schema_text()


def test_the_schema_is_one_and_takes_the_own_bank(complaints):
    """What loads without complaint is no error in the editor either."""
    Draft202012Validator.check_schema(json.loads(schema_text()))
    assert complaints((ROOT / "levels.yaml").read_text()) == []


def test_the_own_bank_begins_with_the_place_of_its_schema():
    """Editors look for it in the comments at the top."""
    text = (ROOT / "levels.yaml").read_text()
    assert text.startswith(head(PUBLISHED.relative_to(ROOT).as_posix()))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("version: 1", "version: 2", "version"),
        ("difficulty: 1", "difficulty: 9", "bugs/sum_starts_at_one/difficulty"),
        ("by: result = 1", "bye: result = 1", "bugs/sum_starts_at_one/edits/0"),
        ("operator: replace", "operator: replaced", "bugs/sum_starts_at_one/edits/0"),
        ("minutes: 20", "minutes: long", "levels/short/minutes"),
        ("[Start small., ", "[", "bugs/sum_starts_at_one/hints"),
    ],
)
def test_the_schema_complains_of_what_the_loader_refuses(bank_folder, complaints, old, new, place):
    """The place is that of the message, or of the entry around it."""
    text = (bank_folder / "levels.yaml").read_text()
    assert complaints(text) == []
    assert complaints(text.replace(old, new, 1)) == [place]


def test_an_editor_is_told_what_each_field_of_an_operator_is_for():
    """The sentences are those of the docstrings, its own and that of every operator."""
    definitions = json.loads(schema_text())["$defs"]
    assert definitions["Scale"]["description"] == "Multiply an expression."
    assert definitions["Scale"]["properties"]["by"]["description"] == "the factor, a number or code"
    for name, definition in definitions.items():
        if "operator" in definition["properties"]:
            silent = [it for it, field in definition["properties"].items() if not described(field)]
            assert (name, silent) == (name, ["operator"])


def described(field):
    """Tell whether there is a sentence about a field."""
    return "description" in field


def test_the_command_writes_a_file_or_to_the_standard_output(tmp_path):
    """A bank with operators of its own keeps a schema that knows them."""
    file = tmp_path / "schema.json"
    assert CliRunner().invoke(bughunt, ["bank", "schema", "--out", str(file)]).exit_code == 0
    told = CliRunner().invoke(bughunt, ["bank", "schema"]).output
    assert file.read_text() == told == schema_text()
