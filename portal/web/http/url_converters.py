"""Parts of URL rules that several blueprints share."""

from __future__ import annotations

# The largest row id that both databases can hold; a larger one in a URL is a 404.
ACCOUNT_ID = "<int(max=2147483647):account_id>"
MESSAGE_ID = "<int(max=2147483647):message_id>"
REVISION_ID = "<int(max=2147483647):revision_id>"
REQUEST_ID = "<int(max=2147483647):request_id>"
RUN_ID = "<int(max=2147483647):run_id>"
SESSION_ID = "<int(max=2147483647):session_id>"
