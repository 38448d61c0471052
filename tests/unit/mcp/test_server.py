"""The server over the official package, as an assistant starts it."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from portal.mcp.tools import TOOLS
from tests import postgres

COMMAND = ["-c", "from portal.app import command_line; command_line()", "mcp"]


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    """A portal with the sample, for a process of its own."""
    if postgres.IS_TESTED:
        pytest.skip("the server is the same on either database")
    address = f"sqlite:///{tmp_path_factory.mktemp('mcp')}/portal.db"
    environ = {**os.environ, "DATABASE_URL": address, "PYTHONPATH": os.pathsep.join(sys.path)}
    migrate = [*COMMAND[:2], "migrate", "--sample-if-empty"]
    subprocess.run([sys.executable, *migrate], env=environ, check=True, capture_output=True, timeout=120)
    return environ


@pytest.fixture
def call(environ):
    """call(tool, arguments) is what an assistant gets, from a server that it starts."""
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

    async def talk(tool, arguments):
        async with Client(StdioServerParameters(command=sys.executable, args=COMMAND, env=environ)) as client:
            if tool is None:
                return await client.list_tools()
            return await client.call_tool(tool, arguments)

    return lambda tool, arguments=None: asyncio.run(talk(tool, arguments or {}))


def test_the_tools_are_listed_with_their_parameters(call):
    tools = {tool.name: tool for tool in call(None).tools}
    assert set(tools) == {tool.__name__ for tool in TOOLS}
    assert "countries" in json.dumps(tools["search_projects"].input_schema)


def test_a_tool_answers_over_standard_output(call):
    answer = call("search_projects", {"filters": {"countries": ["Ivory Coast", "DRC"]}, "per_page": 1})
    assert not answer.is_error
    assert [name["value"] for name in answer.structured_content["understood"]] == ["CIV", "COD"]
    assert answer.structured_content["page_url"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("arguments", [{"filters": {"colours": ["blue"]}}, {"countries": ["Kenya"]}])
def test_an_argument_that_there_is_not_is_refused(call, arguments):
    answer = call("search_projects", arguments)
    assert answer.is_error
    assert next(iter(arguments)) in answer.content[0].text


def test_without_the_package_the_command_says_what_to_install(environ):
    # As Python finds a module that is not there.
    missing = ["-c", f"import sys; sys.modules['mcp'] = None; {COMMAND[1]}", COMMAND[2]]
    run = subprocess.run(
        [sys.executable, *missing], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 1
    assert run.stderr == "Error: portal mcp needs the package mcp, an optional extra: pip install 'idf-portal[mcp]'\n"
    assert run.stdout == ""
