"""A revision on its way from draft to publication."""
