"""Excel workbooks: the parts that openpyxl makes, and the sheet of rows that is streamed between them."""
