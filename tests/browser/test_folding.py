"""The boxes that filter a list fold as the server does."""

from portal.config import ROOT
from portal.text.folding import fold

SCRIPT = ROOT / "static" / "js" / "fold.js"
# Latin, Greek, Cyrillic, Arabic, punctuation and signs, Latin ligatures; beyond these no term of the portal has a name.
BLOCKS = (*range(0x20, 0x7F), *range(0xA0, 0x530), *range(0x600, 0x700), *range(0x1E00, 0x2070), *range(0xFB00, 0xFB07))


def test_the_browser_folds_as_the_server_does(page):
    texts = [f"a{chr(point)}b" for point in BLOCKS]
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    in_browser = page.evaluate("(texts) => texts.map(foldText)", texts)
    different = {
        f"U+{ord(text[1]):04X}": (fold(text), folded)
        for text, folded in zip(texts, in_browser, strict=True)
        if fold(text) != folded
    }
    assert different == {}
