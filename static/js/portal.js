// What script adds to pages that work without it: closing menus, finding in long facets, copying, printing,
// and keeping focus and fields right when htmx brings a new list.
(() => {
  "use strict";

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // Escape closes an open menu and gives the focus back to what opened it.
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest("details.nav[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
    if (event.key === "Enter" && event.target.matches("[data-filter-box]")) event.preventDefault();
  });

  // A long facet shows what the visitor types, and nothing else.
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filter-box]")) return;
    event.stopPropagation();
    narrow(event.target);
  });

  function narrow(box) {
    const wanted = fold(box.value.trim());
    const fieldset = box.closest("fieldset");
    const rest = fieldset.querySelector("details.rest");
    if (rest && wanted) rest.open = true;
    for (const label of fieldset.querySelectorAll("label.check:has([type=checkbox])")) {
      label.hidden = wanted !== "" && !fold(label.children[1].textContent).includes(wanted);
    }
  }

  function wake(root) {
    for (const asleep of root.querySelectorAll("[data-filter-box], [data-copy], [data-print]")) asleep.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) {
      window.print();
      return;
    }
    const said = document.getElementById(button.dataset.copied);
    navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent).then(() => {
      said.textContent = button.dataset.copiedText;
    });
  });

  // A field the visitor has touched no longer follows its attributes, so after a new list each is set to what
  // the list was made from; the one being typed in is left alone.
  function follow() {
    for (const box of document.querySelectorAll("#facet-panel input.choice")) {
      if (box === document.activeElement && box.inputMode) continue;
      if (box.type === "checkbox" || box.type === "radio") box.checked = box.hasAttribute("checked");
      else box.value = box.getAttribute("value") ?? "";
    }
    const sort = document.getElementById("sort");
    if (sort) for (const option of sort.options) option.selected = option.hasAttribute("selected");
    for (const box of document.querySelectorAll("[data-filter-box]")) {
      box.hidden = false;
      if (box.value) narrow(box);
    }
  }

  // The link that was followed may be gone with the old list: a removed chip hands its focus to the next one.
  let chip = -1;
  let turned = false;
  const place = (element) => [...document.querySelectorAll(".chips .chip")].indexOf(element);
  document.addEventListener("htmx:before:request", (event) => {
    const source = event.detail.ctx?.sourceElement;
    chip = source?.matches?.(".chip") ? place(source) : -1;
    turned = Boolean(source?.closest?.(".pager, .rescue, .chips")) && chip < 0;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    // Also told when a server error was not swapped in.
    if (event.detail.ctx?.response?.status >= 500) return;
    failed(false);
    follow();
    const chips = document.querySelectorAll(".chips .chip");
    if (chip >= 0) (chips[Math.min(chip, chips.length - 1)] ?? document.getElementById("sentence"))?.focus();
    if (turned) document.getElementById("sentence")?.focus();
    chip = -1;
    turned = false;
  });

  function failed(is) {
    const notice = document.getElementById("update-failed");
    if (notice) notice.hidden = !is;
  }
  document.addEventListener("htmx:response:error", (event) => failed(event.detail.ctx?.response?.status >= 500));
  document.addEventListener("htmx:error", () => failed(true));
  document.addEventListener("DOMContentLoaded", () => wake(document));
  document.addEventListener("htmx:after:history:restore", () => wake(document));
})();
