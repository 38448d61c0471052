"""Tables of any search: the page, its cells and links, and the files; and the workbook of each member state."""
