// One form for all spellings of a word, for the boxes that filter a list: what portal/text/folding.py does to letters
// of the Latin, Greek, Cyrillic and Arabic scripts. tests/browser/test_folding.py compares the two.
globalThis.foldText = (() => {
  "use strict";

  const LETTERS = {
    a: "ᶏⱥ", ae: "æ", b: "ƀƃɓᵬᶀꞗ", c: "ƈȼɕꞓꞔ", d: "ðđƌȡɖɗᵭᶁᶑꟈ", e: "ɇəɛᶒⱸ", f: "ƒᵮᶂꞙ", g: "ǥɠᶃꞡ", h: "ħɦⱨꞕ", i: "ıɨɩᶖ",
    j: "ɉʝ", k: "ĸƙᶄⱪꝁꝃꝅꞣ", l: "łƚȴɫɬɭᶅⱡꝉꞎ", m: "ɱᵯᶆ", n: "ƞȵɲɳᵰᶇꞑꞥ", ng: "ŋ", o: "øɔɵⱺꝋꝍ", oe: "œ", p: "ƥᵱᵽᶈꝑꝓꝕ",
    q: "ɋʠꝗꝙ", r: "ɍɼɽɾᵲᵳᶉꞧ", s: "ȿʂᵴᶊꞩꟊ", ss: "ß", t: "ŧƫƭȶʈᵵⱦ", th: "þ", u: "ʊᶙꞹ", v: "ʋᶌⱱⱴꝟ", w: "ⱳ", x: "ᶍ", y: "ƴɏỿ",
    z: "ƶȥɀʐʑᵶᶎⱬ", "ا": "ٱ", "σ": "ς", "'": "‘’‛ʻʼʽˈ′`", "-": "‐‑‒–—―−",
  };
  const plain = new Map(Object.entries(LETTERS).flatMap(([to, from]) => [...from].map((letter) => [letter, to])));
  const IGNORED = /[\p{Mn}\u00ad\u034f\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/gu;
  const spelled = new RegExp(`[${[...plain.keys()].join("")}]`, "g");

  return (text) =>
    text
      .replaceAll("´", "'")
      .normalize("NFKD")
      .toLowerCase()
      .replace(IGNORED, "")
      .replace(spelled, (letter) => plain.get(letter))
      .replace(/\s+/g, " ")
      .trim();
})();
