"""Where we work: the map, the table of member states, and the page of each of them."""
