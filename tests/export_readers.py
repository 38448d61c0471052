"""Reads files of projects back: READERS has one entry for each format, which gives the keys of its projects in order.

A new format needs an entry here; tests of all formats find it by themselves. A format that cannot hold every project
has an entry in HOLDS too. Files that stand in no menu are about other files, and not meant.
"""

import csv
import io
import json
from itertools import groupby
from urllib.parse import urlsplit

import icalendar
import openpyxl
from lxml import etree

from portal.exports.registry import FORMATS
from portal.text.formulas import unescape_formula
from portal.vocabulary.iati import NAMESPACE

LISTED = [suffix for suffix, each in FORMATS.items() if each.is_listed]
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def rows_of_csv(body):
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def keys_of_csv(body):
    return [unescape_formula(row["Key"]) for row in rows_of_csv(body)]


def column_of_xlsx(body, label):
    """The values of a column of the first sheet."""
    header, *rows = openpyxl.load_workbook(io.BytesIO(body), read_only=True).worksheets[0].iter_rows(values_only=True)
    return [row[header.index(label)] for row in rows]


def keys_of_xlsx(body):
    return column_of_xlsx(body, "Key")


def keys_of_xml(body):
    return [record.get("key") for record in etree.fromstring(body).iter(f"{{{NAMESPACE}}}record")]


def keys_of_json(body):
    """Of a list, or of one project at its own address."""
    data = json.loads(body)
    return [item["key"] for item in data.get("items", [data])]


def keys_of_jsonl(body):
    return [json.loads(line)["key"] for line in body.splitlines()]


def keys_of_geojson(body):
    features = json.loads(body)["features"]
    keys = [feature["properties"]["key"] for feature in features]
    assert [key_in(feature["id"]) for feature in features] == keys
    return keys


def keys_of_atom(body):
    links = etree.fromstring(body).xpath("a:entry/a:link[@rel='alternate']/@href", namespaces=ATOM)
    return [key_in(address) for address in links]


def keys_of_ics(body):
    """Once for each project, which has an event for its start, one for its end, or both."""
    events = icalendar.Calendar.from_ical(body).walk("VEVENT")
    return [key for key, _ in groupby(key_in(event["URL"]) for event in events)]


def keys_of_360(body):
    return [key_in(grant["url"]) for grant in json.loads(body)["grants"]]


def key_in(address):
    """The key of the project of this permanent address."""
    return urlsplit(address).path.removeprefix("/projects/")


READERS = {
    "xlsx": keys_of_xlsx,
    "csv": keys_of_csv,
    "json": keys_of_json,
    "jsonl": keys_of_jsonl,
    "xml": keys_of_xml,
    "geojson": keys_of_geojson,
    "atom": keys_of_atom,
    "ics": keys_of_ics,
    "360.json": keys_of_360,
}

# Whether a format holds a project, which is given as JSON Lines state it; those without an entry hold all.
HOLDS = {
    "xml": lambda project: bool(
        project["project_id"] and project["status"] and (project["start_date"] or project["end_date"])
    ),
    "ics": lambda project: any(len(project[name] or "") == len("2008-05-31") for name in ("start_date", "end_date")),
    "360.json": lambda project: None not in (project["summary"], project["budget_usd"], project["year"]),
}
