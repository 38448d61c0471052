"""The OpenAPI document: valid, true to the code, and within v1 only added to.

`docs/openapi-v1.json` is the document of a portal with the lists of the Fund. `PORTAL_GOLDEN=write` writes it anew,
unless something that programs may rely on is gone.
"""

import copy
import json
import os

import jsonschema
import pytest
from openapi_spec_validator import validate

from portal.config import ROOT
from portal.exports.columns import COLUMNS
from portal.vocabulary.facets import FACETS, SORTS
from tests.loops import not_empty

WORDS = ("description", "summary", "title", "example")
RELEASED = ROOT / "docs" / "openapi-v1.json"


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").json


def promises(node, place=""):
    """What programs may rely on: each address, parameter, value, field and status, as lines of text."""
    if isinstance(node, dict):
        if "type" in node and isinstance(node["type"], str | list):
            yield f"{place} is {'or '.join(sorted([node['type']] if isinstance(node['type'], str) else node['type']))}"
        for key, value in node.items():
            if not (key in WORDS and isinstance(value, str)):
                yield f"{place}/{key}"
                yield from promises(value, f"{place}/{key}")
    elif isinstance(node, list):
        for value in node:
            # By name, because the order of parameters and values promises nothing.
            name = value.get("name", "") if isinstance(value, dict) else value
            yield f"{place}[{name}]"
            yield from promises(value, f"{place}[{name}]")


def broken(released, made):
    """What the released document promises and this one does not; and parameters that are required now."""
    required = [
        f"{path} needs {parameter['name']}"
        for path, operations in made["paths"].items()
        for operation in operations.values()
        for parameter in operation["parameters"]
        if parameter.get("required") and parameter["in"] == "query"
    ]
    return [*sorted(set(promises(released)) - set(promises(made))), *required]


def test_the_document_is_valid_openapi(document):
    validate(document)
    assert document["openapi"].startswith("3.1.")


def test_within_v1_fields_and_parameters_are_only_added(document):
    released = json.loads(RELEASED.read_text(encoding="utf-8")) if RELEASED.exists() else document
    assert broken(released, document) == []
    if os.environ.get("PORTAL_GOLDEN") == "write":
        RELEASED.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        released = document
    assert released == document, "it differs in additions or words alone: write it anew"


def remove_field(document):
    del document["components"]["schemas"]["Project"]["properties"]["title"]


def remove_parameter(document):
    document["paths"]["/api/v1/projects"]["get"]["parameters"].pop(0)


def remove_value(document):
    parameters = {each["name"]: each for each in document["paths"]["/api/v1/projects"]["get"]["parameters"]}
    parameters["sort"]["schema"]["enum"].remove("title")


def remove_address(document):
    del document["paths"]["/api/v1/facets"]


def change_type(document):
    document["components"]["schemas"]["Sums"]["properties"]["projects"]["type"] = "string"


def require_parameter(document):
    document["paths"]["/api/v1/projects"]["get"]["parameters"][0]["required"] = True


@pytest.mark.parametrize(
    "change", [remove_field, remove_parameter, remove_value, remove_address, change_type, require_parameter]
)
def test_a_broken_promise_is_noticed(document, change):
    changed = copy.deepcopy(document)
    change(changed)
    assert broken(document, changed)


def test_an_addition_breaks_nothing(document):
    changed = copy.deepcopy(document)
    changed["components"]["schemas"]["Project"]["properties"]["colour"] = {"type": "string", "description": "New."}
    changed["paths"]["/api/v1/projects"]["get"]["parameters"].insert(0, {"name": "colour", "in": "query"})
    changed["info"]["title"] = "Other words"
    assert broken(document, changed) == []


def test_the_document_says_what_the_code_says(document):
    parameters = {each["name"]: each for each in document["paths"]["/api/v1/projects"]["get"]["parameters"]}
    assert set(FACETS) < set(parameters)
    assert parameters["sort"]["schema"]["enum"] == list(SORTS)
    assert list(document["components"]["schemas"]["Project"]["properties"]) == [column.name for column in COLUMNS]
    assert parameters["fields"]["schema"]["items"]["enum"] == [column.name for column in COLUMNS]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/api/v1/projects", "/api/v1/projects?country=KEN&per_page=3"),
        ("/api/v1/projects", "/api/v1/projects?q=nothing+at+all&facets=0&fields=title"),
        ("/api/v1/projects/{key}", "/api/v1/projects/LM.0101"),
        ("/api/v1/facets", "/api/v1/facets?year_from=2010"),
        ("/api/v1/table", "/api/v1/table?by=theme&across=region&measure=full"),
        ("/api/v1/table", "/api/v1/table"),
        ("/api/v1/terms/{facet}", "/api/v1/terms/sdg"),
    ],
)
def test_an_answer_has_the_fields_of_its_schema_and_no_other(client, records, document, path, address):
    schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    whole = {**closed(document), **schema}
    checker = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in checker.iter_errors(client.get(address).json)] == []


def closed(node):
    """The document whose objects allow nothing that it does not list."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    again = {key: closed(value) for key, value in node.items()}
    if node.get("type") == "object" and "additionalProperties" not in node:
        again["additionalProperties"] = False
    return again


def test_every_resource_is_described(app, document):
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    described = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}
    assert rules == described


def test_every_error_of_a_resource_is_described(document):
    for operation in not_empty(document["paths"].values()):
        assert {"200", "304", "400", "405", "429", "503"} <= set(operation["get"]["responses"])
