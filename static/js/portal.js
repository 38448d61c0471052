// What script adds to pages that work without it: closing menus, finding in long facets, copying, printing,
// and keeping focus and fields right when htmx brings another list. All words come from the page.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // Menus: Escape closes them and gives the focus back; a click beside a floating sheet closes it.
  const OPEN = "details.nav[open], details.menu[open]";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of all(OPEN)) {
        const hadFocus = menu.contains(document.activeElement);
        menu.open = false;
        if (hadFocus) menu.querySelector("summary").focus();
      }
    }
    if (event.key === "Enter" && event.target.matches("[data-filter-box]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // A long facet shows only the values that contain what is typed into its box, folded ones too.
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wasOpen = new WeakMap();

  function narrow(box) {
    const wanted = fold(box.value.trim());
    const facet = box.closest("fieldset");
    const rest = facet.querySelector("details.rest");
    if (rest && wanted) {
      if (!wasOpen.has(rest)) wasOpen.set(rest, rest.open);
      rest.open = true;
    } else if (wasOpen.has(rest)) {
      rest.open = wasOpen.get(rest);
      wasOpen.delete(rest);
    }
    for (const title of all(".group", facet)) title.hidden = wanted !== "";
    for (const label of all("label.check:has([type=checkbox])", facet)) {
      label.hidden = !fold(label.querySelector("span").textContent).includes(wanted);
    }
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter-box]")) narrow(event.target);
  });

  // Copying and printing. Without a secure connection a browser has no clipboard, and the button stays hidden.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) return window.print();
    const text = byId(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
      byId(button.dataset.copied).textContent = button.dataset.copiedText;
    } catch {
      getSelection().selectAllChildren(text); // refused: the visitor copies what is selected
    }
  });

  function wake() {
    for (const box of all("[data-filter-box]")) {
      box.hidden = false;
      if (box.value) narrow(box);
    }
    for (const button of all(navigator.clipboard ? "[data-copy], [data-print]" : "[data-print]")) button.hidden = false;
  }
  wake();

  // A field that was touched no longer follows its attributes, so each is set to what the list was made from.
  // The text being typed is left alone.
  function follow(field) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = field.defaultChecked;
    else if (field.options) for (const option of field.options) option.selected = option.defaultSelected;
    else if (field.name && field !== document.activeElement) field.value = field.defaultValue;
  }

  // Where the focus goes when the link that was followed leaves with the old list: from a chip to the chip that
  // takes its place, from a page number to the sentence, from "Show all" to the head of the list that opened;
  // otherwise back to where it was, if that is still there.
  const goals = new WeakMap();
  const chips = () => all("#results .chip");

  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const source = ctx.sourceElement;
    const focused = document.activeElement;
    const chip = chips().indexOf(source);
    const turnsPage = source.matches(".pager a");
    const opens = source.matches(".rest a") ? source.hash.slice(1) : "";
    goals.set(ctx, () => {
      if (chip >= 0 && chips()[chip]) return chips()[chip];
      if (chip >= 0 || turnsPage) return byId("sentence");
      if (opens) return byId(opens);
      const isLost = document.activeElement === document.body && focused !== document.body && source !== document.body;
      return isLost ? (byId(focused.id) ?? byId("sentence")) : null;
    });
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.response.status >= 400) return; // told although nothing was swapped
    failed(false);
    all("#directory input, #directory select").forEach(follow);
    wake();
    goals.get(ctx)?.()?.focus();
  });

  function failed(isFailed) {
    const notice = byId("update-failed");
    if (notice) notice.hidden = !isFailed;
  }
  document.addEventListener("htmx:response:error", () => failed(true));
  document.addEventListener("htmx:error", () => failed(true));
})();
