"""What is said of files."""

import pytest

from portal.web.presentation.export_text import rough_size


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "1 kB"), (91_000, "91 kB"), (999_999, "1000 kB"), (1_000_000, "1 MB"), (23_600_000, "24 MB")],
)
def test_a_size_is_rough(app, size, text):
    with app.test_request_context():
        assert rough_size(size).replace("\u00a0", " ") == text
