"""Which addresses are counted as one client."""

import pytest

from portal.text.ip_addresses import client_network, wider_networks


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_which_addresses_are_one_client(address, network):
    assert client_network(address) == network


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("2001:db8:1:2345:3:4:5:6", ("2001:db8:1:2300::/56", "2001:db8:1::/48")),
        ("192.0.2.1", ()),
        ("::ffff:192.0.2.1", ()),
        ("unix:", ()),
    ],
)
def test_which_wider_networks_may_be_one_client_too(address, networks):
    assert wider_networks(address) == networks
