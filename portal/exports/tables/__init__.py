"""Tables that count projects, as files, and the workbook of one member state."""
