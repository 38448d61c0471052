"""JSON and JSON Lines files."""

import json


def test_the_object_says_what_it_holds(file):
    answer = json.loads(file("/projects.json?country=KEN").text)
    assert (
        answer["title"] == "Projects benefiting Kenya: 3 projects, USD 1.7 million full value, USD 339,825 shared value"
    )
    assert answer["address"] == "http://127.0.0.1:8000/projects/?country=KEN"
    assert answer["total"] == len(answer["items"]) == 3
    assert answer["sums"]["full_value_usd"] == 150000 + 300000 + 1234567.89
    assert answer["licence"] == {"name": "No licence stated", "url": None}


def test_values_have_types(lines):
    by_id = {line["project_id"]: line for line in lines("/projects.jsonl")}
    assert by_id["PO.0103"]["budget_usd"] == 99999.5
    assert by_id["LM.0101"]["budget_usd"] == 150000
    assert by_id["LM.0101"]["year"] == 2021
    assert by_id["MA.0105"]["year"] is None
    assert by_id["IB.0102"]["country_codes"] == ["KEN", "UGA"]


def test_json_states_what_csv_would_make_harmless(lines):
    assert "=1+1 is not a formula" in [line["title"] for line in lines("/projects.jsonl")]


def test_a_selection_of_nothing_is_valid(file, lines):
    assert json.loads(file("/projects.json?q=nothingofthekind").text)["items"] == []
    assert lines("/projects.jsonl?q=nothingofthekind") == []


def test_one_project_is_one_object(file):
    answer = json.loads(file("/projects/LM.0101.json").text)
    assert (answer["publisher"], answer["project_id"]) == ("IOM Development Fund", "LM.0101")
    assert answer["last_changed"].endswith("Z")


def test_fields_of_one_project_are_chosen(file):
    assert json.loads(file("/projects/LM.0101.json?columns=year&columns=key").text) == {"year": 2021, "key": "LM.0101"}
