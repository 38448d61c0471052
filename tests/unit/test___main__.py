"""The ends of `portal` and of the process that collects words."""

import json
import os
import subprocess
import sys

import pytest

# What is registered first is asked last. A frozen object is none that is looked at; all code has some 100,000.
SAYS = """
import atexit, gc, runpy, sys
atexit.register(lambda: print("collects", gc.isenabled(), "looks at few", len(gc.get_objects()) < 1_000))
"""


@pytest.mark.parametrize("module", ["portal", "portal.search.words"])
def test_a_process_ends_without_looking_through_all_objects_of_the_code(module, tmp_path):
    run = f"{SAYS}sys.argv = ['portal', '--help']; runpy.run_module({module!r}, run_name='__main__')"
    told = json.dumps([str(tmp_path), "sqlite://"])
    done = subprocess.run([sys.executable, "-c", run], input=told, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "collects True looks at few True", done.stderr


def test_a_command_leaves_all_that_it_wrote_in_the_one_file(tmp_path):
    environ = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}"}
    subprocess.run([sys.executable, "-m", "portal", "migrate"], env=environ, capture_output=True, check=True)
    assert [path.name for path in tmp_path.glob("portal.db*")] == ["portal.db"]
