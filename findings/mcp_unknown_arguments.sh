#!/usr/bin/env bash
# A tool of the Model Context Protocol package mcp 2.3.0 ignores arguments that its function does not have: the model of
# the arguments that it makes has pydantic's default for extra fields, and the published schema of the input says nothing
# of additionalProperties. A catalogue whose tool has optional filters answers a misspelt filter with everything, and the
# assistant reports the total of everything as the answer. A dataclass as the only parameter refuses unknown fields with
# __pydantic_config__, but not what stands beside it.
#
# Output seen on 2026-11-29:
#   additionalProperties in the schema: None
#   {'countries': ['KEN']} 1 of 3
#   {'country': ['KEN']}   3 of 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio

from mcp import Client
from mcp.server import MCPServer

PROJECTS = {"LM.0001": "KEN", "LM.0002": "UGA", "LM.0003": "FJI"}
server = MCPServer("catalogue")


@server.tool()
def count(countries: tuple[str, ...] = ()) -> int:
    """How many projects benefit these countries, or all of them."""
    return sum(not countries or country in countries for country in PROJECTS.values())


async def ask():
    async with Client(server) as client:
        (tool,) = (await client.list_tools()).tools
        answers = [await client.call_tool("count", asked) for asked in ({"countries": ["KEN"]}, {"country": ["KEN"]})]
        return tool.input_schema.get("additionalProperties"), answers


extra, (right, misspelt) = asyncio.run(ask())
print("additionalProperties in the schema:", extra)
print("{'countries': ['KEN']}", right.structured_content["result"], "of 3")
print("{'country': ['KEN']}  ", misspelt.structured_content["result"], "of 3")
assert extra is None
assert (right.structured_content["result"], right.is_error) == (1, False)
assert (misspelt.structured_content["result"], misspelt.is_error) == (3, False)
PYTHON
