"""The networks by which clients are counted."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

# A client with IPv6 has at least this many bits of network to itself.
_IPV6_PREFIX_BITS = 64


@lru_cache(maxsize=1_000)
def client_network(address: str) -> str:
    """The address of a client, or the network of one with IPv6: "2001:db8::1" -> "2001:db8::/64"."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> (128 - _IPV6_PREFIX_BITS) << (128 - _IPV6_PREFIX_BITS)
    return f"{IPv6Address(network)}/{_IPV6_PREFIX_BITS}"
