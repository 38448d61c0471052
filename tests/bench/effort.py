"""How often everything is asked. BENCH_QUICK=1 asks seldom: to see that all of it works, not for numbers to keep."""

import os

IS_QUICK = os.environ.get("BENCH_QUICK") == "1"

ROUNDS, ROUNDS_KEPT = (10, 5) if IS_QUICK else (100, 30)
# The peers take seconds a page on large scales: fewer rounds there, and where more projects are than LARGE.
PEER_ROUNDS, PEER_ROUNDS_LARGE, LARGE = (2, 1, 300_000) if IS_QUICK else (5, 3, 300_000)
# Of starting a server, building an index, publishing a change.
REPEATS = 1 if IS_QUICK else 3
# Of one run of wrk, and of the one before that does not count; how many runs there are of each kind.
WRK_SECONDS, WRK_WARM_UP, WRK_RUNS = (2, 1, 1) if IS_QUICK else (4, 2, 5)
