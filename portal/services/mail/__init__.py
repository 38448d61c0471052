"""Mail: an outbox that is written with the step it tells of, and what sends it."""
