"""What is wrong with an IATI file: by the official schema, by the code lists, and by rules that neither of them checks.

Valid is not usable: empty narratives, shares that total 30, unknown codes and an end before the start pass the schema.
"""

import csv
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).parent
FORBIDDEN_IN_IDENTIFIERS = re.compile(r"[/&|?]|^\s|\s$")


@cache
def schema(name="iati-activities-schema.xsd"):
    return etree.XMLSchema(etree.parse(FOLDER / "schema" / name))


@cache
def codes():
    """The codes in force of each list."""
    with (FOLDER / "codes.csv").open(encoding="utf-8", newline="") as file:
        return {row["list"]: frozenset(row["codes"].split()) for row in csv.DictReader(file)}


@cache
def coded():
    """XPath expressions of the values that have a code list, each with the name of its list."""
    expressions = []
    for mapping in etree.parse(FOLDER / "mapping.xml").iter("mapping"):
        path, condition = mapping.findtext("path"), mapping.findtext("condition")
        element, slash, value = path.rpartition("/")
        expression = f"{element}[{condition}]{slash}{value}" if condition else path
        expressions.append((etree.XPath(expression), mapping.find("codelist").get("ref"), path))
    return expressions


def faults(document):
    """Everything that is wrong with a file of at least one activity, as sentences."""
    tree = etree.fromstring(document).getroottree()
    return [*schema_faults(tree), *code_faults(tree), *rule_faults(tree)]


def schema_faults(tree):
    return [] if schema().validate(tree) else [str(error) for error in schema().error_log]


def code_faults(tree):
    return [
        f"{path} is {value!r}, which {name} does not have"
        for expression, name, path in coded()
        for value in map(str, expression(tree))
        if value not in codes().get(name, ())
    ]


def rule_faults(tree):
    root = tree.getroot()
    identifiers = Counter(activity.findtext("iati-identifier") for activity in root.iter("iati-activity"))
    found = [f"{identifier} stands there twice" for identifier, count in identifiers.items() if count > 1]
    today = (root.get("generated-datetime") or "9999-12-31")[:10]
    for activity in root.iter("iati-activity"):
        name = activity.findtext("iati-identifier")
        rules = (identity_faults, text_faults, share_faults, date_faults, money_faults)
        found += [f"{name}: {fault}" for rule in rules for fault in rule(activity, today)]
    return found


def identity_faults(activity, _):
    identifier, prefix = activity.findtext("iati-identifier"), activity.find("reporting-org").get("ref")
    if not prefix or not identifier.startswith(f"{prefix}-") or FORBIDDEN_IN_IDENTIFIERS.search(identifier):
        yield f"the identifier is {identifier!r}"
    if not all(owner.get("ref") or owner.findtext("narrative") for owner in activity.iterfind(".//owner-org")):
        yield "an owner has neither identifier nor name"


def text_faults(activity, _):
    for narrative in activity.iter("narrative"):
        if not (narrative.text or "").strip():
            yield f"{narrative.getparent().tag} has an empty text"
    for element in activity.xpath(".//*[@vocabulary='98' or @vocabulary='99']"):
        if element.find("narrative") is None or not element.get("vocabulary-uri"):
            yield f"{element.tag} has a code of nobody's list and no name"


def share_faults(activity, _):
    places = [*activity.iterfind("recipient-country"), *activity.iterfind("recipient-region")]
    if places and sum(Decimal(place.get("percentage")) for place in places) != 100:
        yield "the shares of places do not total 100"
    if repeated(place.get("code") for place in places):
        yield "a place stands there twice"
    for vocabulary in {sector.get("vocabulary") for sector in activity.iterfind("sector")}:
        sectors = activity.iterfind(f"sector[@vocabulary='{vocabulary}']")
        if sum(Decimal(sector.get("percentage")) for sector in sectors) != 100:
            yield f"the sectors of vocabulary {vocabulary} do not total 100"
    if activity.find("sector") is None:
        yield "there is no sector"


def date_faults(activity, today):
    dates = {each.get("type"): each.get("iso-date") for each in activity.iterfind("activity-date")}
    if len(dates) != len(activity.findall("activity-date")) or {"1", "2"} <= set(dates) or {"3", "4"} <= set(dates):
        yield "a date stands there twice"
    start, end = dates.get("1") or dates.get("2"), dates.get("3") or dates.get("4")
    if start and end and end < start:
        yield f"it ends on {end} and starts on {start}"
    if any(dates.get(kind, "") > today for kind in ("2", "4")):
        yield "an actual date lies in the future"


def money_faults(activity, today):
    for budget in activity.iterfind("budget"):
        start, end = (date.fromisoformat(budget.find(name).get("iso-date")) for name in ("period-start", "period-end"))
        if not 0 <= (end - start).days <= 366:
            yield f"a budget spans {start} to {end}"
    for value in activity.iter("value"):
        if Decimal(value.text) < 0 or value.get("value-date") > today:
            yield f"an amount is {value.text} of {value.get('value-date')}"
    for day in activity.iterfind("transaction/transaction-date"):
        if day.get("iso-date") > today:
            yield "a transaction lies in the future"


def repeated(values):
    return any(count > 1 for count in Counter(values).values())
