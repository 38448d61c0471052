"""Links to the prose pages."""

import pytest

from portal.web.presentation.navigation import MenuEntry, page_entry


@pytest.mark.parametrize(("title", "shown"), [("", "Take Action"), ("Act now", "Act now")])
def test_a_page_is_linked_by_its_title_unless_another_is_given(title, shown):
    assert page_entry("take-action", title) == MenuEntry("take-action", shown, "pages.page", {"path": "take-action"})
