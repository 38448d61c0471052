"""The rules that propose tags: each names a term and a type that there are, and says why."""

from portal.vocabulary.tag_rules import rules_by_name, tag_rules
from portal.vocabulary.term_lists import read_term_list
from tests.loops import not_empty

# What the subject of an audit event can hold.
LONGEST_NAME = 64


def test_every_rule_names_terms_of_the_lists():
    codes = {facet: {row.code for row in read_term_list(facet)} for facet in ("sdg", "gcm", "type")}
    for rule in not_empty(tag_rules()):
        assert rule.code in codes[rule.facet], rule.name
        assert rule.project_type in codes["type"], rule.name


def test_every_rule_says_why_and_names_what_it_proposes():
    kinds = {"sdg": "Target", "gcm": "Objective"}
    for rule in not_empty(tag_rules()):
        assert f"{kinds[rule.facet]} {rule.code} is about " in rule.reason
        assert rule.reason.endswith(".")


def test_every_rule_has_a_name_of_its_own_that_an_audit_event_can_hold():
    assert len(rules_by_name()) == len(tag_rules())
    assert max(map(len, rules_by_name())) <= LONGEST_NAME


def test_every_project_type_has_a_rule():
    assert {row.code for row in read_term_list("type")} == {rule.project_type for rule in tag_rules()}
