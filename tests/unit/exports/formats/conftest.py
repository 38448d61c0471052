"""What a format writes does not depend on the database: how records are read is tested on both, and so is each file."""

from tests import postgres

collect_ignore_glob = ["test_*.py"] if postgres.IS_TESTED else []
