#!/usr/bin/env bash
# selectolax 1.0.2: `==` of two nodes compares their HTML, not whether they are one node. So two links that are written
# alike are equal, and `in` and `index` find the wrong one; `mem_id` tells nodes apart. In a fragment, `iter()` of the
# first node gives the nodes beside it, itself included, and not its children as `iter()` of any other node does.
#
# Output seen on 2026-11-29:
#   equal: True, the same node: False
#   index of the second: 0
#   iter() of the first in a fragment:  ['<p>a<i>x</i></p>', '<p>b<i>y</i></p>']
#   iter() of the second in a fragment: ['<i>y</i>']
#   iter() of the first in a document:  ['<i>x</i>']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check selectolax==1.0.2
"$folder/venv/bin/python" - <<'PYTHON'
from selectolax.lexbor import LexborHTMLParser

page = LexborHTMLParser("<p><a href=/x>More</a></p><p><a href=/x>More</a></p>")
first, second = page.css("a")
print(f"equal: {first == second}, the same node: {first.mem_id == second.mem_id}")
print("index of the second:", page.css("a").index(second))
assert first == second and first.mem_id != second.mem_id and page.css("a").index(second) == 0

SOURCE = "<p>a<i>x</i></p><p>b<i>y</i></p>"
part, whole = LexborHTMLParser(SOURCE, is_fragment=True), LexborHTMLParser(SOURCE)
found = [[node.html for node in paragraph.iter()] for paragraph in (part.root, part.css("p")[1], whole.css("p")[0])]
print("iter() of the first in a fragment: ", found[0])
print("iter() of the second in a fragment:", found[1])
print("iter() of the first in a document: ", found[2])
assert found == [["<p>a<i>x</i></p>", "<p>b<i>y</i></p>"], ["<i>y</i>"], ["<i>x</i>"]]
PYTHON
