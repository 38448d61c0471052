"""The public web portal of a development fund: pages, a live directory of projects, staff submissions."""
