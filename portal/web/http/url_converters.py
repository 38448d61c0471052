"""Parts of addresses."""

from __future__ import annotations

# The largest number of a row that both databases can hold; a larger one in an address leads nowhere.
NUMBER = "<int(max=2147483647):number>"
