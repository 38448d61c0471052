"""The health listener: a process beside the workers, which answers /healthz, /readyz and /metrics whatever hangs."""
