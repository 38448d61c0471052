"""The networks by which clients are counted."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

# A client with IPv6 has at least this many bits of network to itself.
_IPV6_PREFIX_BITS = 64
# Many have more: a household often 56 bits, whoever asks a provider for it 48.
_WIDER_PREFIX_BITS = (56, 48)


@lru_cache(maxsize=1_000)
def client_network(address: str) -> str:
    """The address of a client, or the network of one with IPv6: "2001:db8::1" -> "2001:db8::/64"."""
    parsed = _parse(address)
    if isinstance(parsed, IPv6Address):
        return _network(parsed, _IPV6_PREFIX_BITS)
    return str(parsed) if parsed else address


def wider_networks(address: str) -> tuple[str, ...]:
    """The larger networks that may be one client's too, the narrower first; none with IPv4.

    "2001:db8::1" -> ("2001:db8::/56", "2001:db8::/48")
    """
    parsed = _parse(address)
    return tuple(_network(parsed, bits) for bits in _WIDER_PREFIX_BITS) if isinstance(parsed, IPv6Address) else ()


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    """The address, an IPv4 one in IPv6 as IPv4; None if it is none."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed


def _network(address: IPv6Address, bits: int) -> str:
    return f"{IPv6Address(int(address) >> (128 - bits) << (128 - bits))}/{bits}"
