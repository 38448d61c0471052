#!/usr/bin/env bash
# rcssmin 1.3.0 keeps the space before a pseudo-class at the top of a style sheet and in @media and @supports, where
# `.map :is(a)` is a descendant of .map. In @layer and @container, and in @media within @layer, it takes the rule for a
# declaration and drops the space. What is left, `.map:is(a)`, is valid and means .map itself, so the rule is lost in
# silence. tinycss2 1.4.0 shows that the source had a space there. `.map *:is(a)` means the same and comes through.
#
# Output seen on 2026-11-29:
#   at the top:      .map :is(a){color:red}
#   in @media:       @media print{.map :is(a){color:red}}
#   in @layer:       @layer x{.map:is(a){color:red}}
#   in @container:   @container (width>1px){.map:is(a){color:red}}
#   with *, @layer:  @layer x{.map *:is(a){color:red}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rcssmin==1.3.0 tinycss2==1.4.0
"$folder/venv/bin/python" - <<'PYTHON'
import rcssmin
import tinycss2

RULE, MENDED = ".map :is(a) { color: red }", ".map *:is(a) { color: red }"
CASES = {
    "at the top:": (RULE, ".map :is(a){color:red}"),
    "in @media:": (f"@media print {{ {RULE} }}", "@media print{.map :is(a){color:red}}"),
    "in @layer:": (f"@layer x {{ {RULE} }}", "@layer x{.map:is(a){color:red}}"),
    "in @container:": (f"@container (width > 1px) {{ {RULE} }}", "@container (width>1px){.map:is(a){color:red}}"),
    "with *, @layer:": (f"@layer x {{ {MENDED} }}", "@layer x{.map *:is(a){color:red}}"),
}


def has_space(css):
    """Whether the selector of the rule inside an at-rule has a space within."""
    (outer,) = tinycss2.parse_stylesheet(css, skip_whitespace=True)
    (inner,) = tinycss2.parse_rule_list(outer.content, skip_whitespace=True)
    return " " in tinycss2.serialize(inner.prelude).strip()


for name, (source, expected) in CASES.items():
    small = rcssmin.cssmin(source)
    print(f"{name:<16} {small}")
    assert small == expected, (small, expected)
for name in ("in @layer:", "in @container:"):
    source, small = CASES[name]
    assert has_space(source) and not has_space(small)
PYTHON
