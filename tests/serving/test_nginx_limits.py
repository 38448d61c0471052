"""What nginx lets one client ask for, with the site file that ships."""

from collections import Counter

import pytest

from deploy import rehearsal
from tests.over_http import Caller
from tests.serving.conftest import or_lacking
from tests.serving.test_nginx import with_lines

# By the minute instead of the second, so that what is refused does not depend on how fast this machine asks.
BY_THE_MINUTE = {
    "zone=portal_files:10m rate=50r/s;": "zone=portal_files:10m rate=50r/m;",
    "zone=portal_probes:1m rate=20r/s;": "zone=portal_probes:1m rate=20r/m;",
}


@pytest.fixture(scope="module")
def slowed():
    """A portal where the caller says where it is; that nginx believes this machine is of the tests alone."""
    believing = "set_real_ip_from 127.0.0.1;\n    real_ip_header X-Test-Address;\n    include {folder}/portal.conf;"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsal, "AROUND", rehearsal.AROUND.replace("include {folder}/portal.conf;", believing))
        patch.setattr(rehearsal, "site", with_lines(rehearsal.site, BY_THE_MINUTE))
        with or_lacking(rehearsal.behind_nginx()) as portal:
            yield portal


def asked_for_files(portal, addresses):
    """How often each status came; each file that is asked for has another name."""
    caller = Caller(portal.address)
    return Counter(
        caller.ask(f"/static/site.{number:012x}.css", X_Test_Address=address).status
        for number, address in enumerate(addresses)
    )


def test_who_makes_names_of_files_up_is_slowed_down(slowed):
    assert asked_for_files(slowed, ["192.0.2.1"] * 400)[429] > 150
    probes = Counter(Caller(slowed.address).ask("/readyz", X_Test_Address="192.0.2.1").status for _ in range(120))
    assert probes[429] > 60
    assert Caller(slowed.address).ask("/projects/", X_Test_Address="192.0.2.1").status == 200


def test_a_network_of_ipv6_is_one_client(slowed):
    assert asked_for_files(slowed, (f"2001:db8:1:2::{number:x}" for number in range(400)))[429] > 150
    assert asked_for_files(slowed, ["2001:db8:1:2:ffff::1"] * 50)[429] > 40
    for pattern in ("2001:db8:2:{}::1", "::ffff:198.51.100.{}", "203.0.113.{}"):
        others = asked_for_files(slowed, (pattern.format(number % 250) for number in range(300)))
        assert others == {404: 300}, pattern
