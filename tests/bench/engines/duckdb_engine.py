"""DuckDB: a table with a dictionary for each facet, a table of countries; one thread, as each engine has.

Its text index is an extension for an older version, so it is not asked for words.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import protocol

SINGLE = tuple(facet for facet in protocol.FACETS if facet != "country")


def fill(connection, source: Path, folder: Path) -> None:
    rows, countries = folder / "rows.csv", folder / "countries.csv"
    with rows.open("w", newline="", encoding="utf-8") as one, countries.open("w", newline="", encoding="utf-8") as many:
        row_writer, country_writer = csv.writer(one), csv.writer(many)
        row_writer.writerow(["id", "start", *SINGLE])
        country_writer.writerow(["id", "country"])
        for record in protocol.records(source):
            row_writer.writerow([record.id, record.start, *("".join(record.facets[facet]) for facet in SINGLE)])
            country_writer.writerows([record.id, code] for code in record.facets["country"])
    types = "{" + ", ".join(f"'{facet}': 'VARCHAR'" for facet in SINGLE) + "}"
    connection.execute(f"CREATE TABLE loaded AS FROM read_csv('{rows}', header = true, types = {types})")
    for facet in SINGLE:
        connection.execute(
            f"CREATE TYPE {facet}_value AS ENUM (SELECT DISTINCT {facet} FROM loaded WHERE {facet} <> '')"
        )
    columns = ", ".join(f"nullif({facet}, '')::{facet}_value AS {facet}" for facet in SINGLE)
    connection.execute(f"CREATE TABLE project AS SELECT id, start, {columns} FROM loaded")
    connection.execute(
        f"CREATE TABLE named AS FROM read_csv('{countries}', header = true, types = {{'country': 'VARCHAR'}})"
    )
    connection.execute("CREATE TYPE country_value AS ENUM (SELECT DISTINCT country FROM named)")
    connection.execute("CREATE TABLE project_country AS SELECT id, country::country_value AS country FROM named")
    connection.execute("DROP TABLE loaded; DROP TABLE named")


def prepare(source: Path, folder: Path):
    is_new = not (folder / "data.duckdb").exists()
    connection = duckdb.connect(str(folder / "data.duckdb"))
    connection.execute("SET threads = 1")
    if is_new:
        fill(connection, source, folder)

    def where(picks):
        parts, values = ["true"], []
        for facet, chosen in picks.items():
            marks = ", ".join("?" * len(chosen))
            parts.append(
                f"id IN (SELECT id FROM project_country WHERE country IN ({marks}))"
                if facet == "country"
                else f"{facet} IN ({marks})"
            )
            values += chosen
        return " AND ".join(parts), values

    def count(_text, picks, facets):
        condition, values = where(picks)
        counts = {}
        single = [facet for facet in facets if facet in SINGLE]
        if single:
            sets = ", ".join(f"({facet})" for facet in single)
            columns = ", ".join(single)
            rows = connection.execute(
                f"SELECT {columns}, count(*) FROM project WHERE {condition} GROUP BY GROUPING SETS ({sets})", values
            ).fetchall()
            counts = {facet: {} for facet in single}
            for row in rows:
                for facet, value in zip(single, row[:-1], strict=True):
                    if value is not None:
                        counts[facet][value] = row[-1]
        if "country" in facets:
            counts["country"] = dict(
                connection.execute(
                    "SELECT country, count(*) FROM project_country "
                    f"WHERE id IN (SELECT id FROM project WHERE {condition}) GROUP BY 1"
                    if picks
                    else "SELECT country, count(*) FROM project_country GROUP BY 1",
                    values,
                ).fetchall()
            )
        return counts

    counter = protocol.FacetCounter(count)

    def answer(question):
        condition, values = where(question.picks)
        total = connection.execute(f"SELECT count(*) FROM project WHERE {condition}", values).fetchone()[0]
        rows = connection.execute(
            f"SELECT id FROM project WHERE {condition} ORDER BY start DESC LIMIT {protocol.ROWS}", values
        ).fetchall()
        return protocol.Answer(total, counter.counts(question), [row[0] for row in rows])

    return answer


if __name__ == "__main__":
    protocol.serve(prepare)
