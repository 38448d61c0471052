// Progressive enhancement: closes menus, filters long facets, copies, prints, and keeps focus, form fields and history
// correct when htmx replaces the list. All texts come from the page.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // The page of a refused form gets an address that can be opened again, so that Back and reload do not ask to send it.
  const { shownUrl } = document.body.dataset;
  if (shownUrl) history.replaceState(history.state, "", shownUrl + location.hash);

  // After signing in again a form is sent without another press; its button is for browsers without JavaScript.
  document.querySelector("form[data-send-at-once]")?.requestSubmit();

  // The start page offers itself in the language that the browser prefers, if that is another one than its own.
  const offers = all("[data-language-offer] li");
  const wanted = navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => offers.some(({ lang }) => lang === tag));
  for (const offer of offers) {
    if (offer.lang === wanted && wanted !== document.documentElement.lang) offer.dataset.wanted = "";
  }

  // Menus: Escape closes them and returns the focus; a click outside a floating menu closes it.
  const OPEN_MENUS = "details.nav[open], details.menu[open]";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of all(OPEN_MENUS)) {
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

  // Paper cannot be unfolded: where style sheets cannot open a folded table for it, this does.
  if (!CSS.supports("selector(::details-content)")) {
    window.addEventListener("beforeprint", () => {
      for (const table of all("details:is(.twin, .agenda-table)")) table.open = true;
    });
  }

  // A long facet shows only the values that contain the text in its filter box, collapsed ones included.
  const wasOpen = new WeakMap();

  // The names by which an option is found: its label, and those of other languages and usages.
  function namesOf(label) {
    const text = label.querySelector("span");
    return [text.textContent, ...(text.dataset.also ?? "").split("|")].map(foldText).filter(Boolean);
  }

  function filterOptions(box) {
    const searchText = foldText(box.value);
    const facet = box.closest("fieldset");
    const foldedValues = facet.querySelector("details.rest");
    if (foldedValues && searchText) {
      if (!wasOpen.has(foldedValues)) wasOpen.set(foldedValues, foldedValues.open);
      foldedValues.open = true;
    } else if (wasOpen.has(foldedValues)) {
      foldedValues.open = wasOpen.get(foldedValues);
      wasOpen.delete(foldedValues);
    }
    for (const title of all(".group", facet)) title.hidden = searchText !== "";
    const options = all("label.check:has([type=checkbox])", facet).map((label) => [label, namesOf(label)]);
    // An abbreviation that is a name of its own means that one: "UK" is not the beginning of Ukraine.
    const isAbbreviation = searchText.length <= 4 && options.some(([, names]) => names.includes(searchText));
    const matches = (name) => (isAbbreviation ? name === searchText : name.includes(searchText));
    let shown = 0;
    for (const [label, names] of options) {
      label.hidden = !names.some(matches);
      shown += !label.hidden;
    }
    const status = facet.querySelector("[data-filter-status]");
    status.textContent = shown ? "" : status.dataset.filterStatus;
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter-box]")) filterOptions(event.target);
  });

  // Copying and printing. Without a secure context there is no clipboard, and the button stays hidden.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) return window.print();
    const text = byId(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
      byId(button.dataset.copied).textContent = button.dataset.copiedText;
    } catch {
      getSelection().selectAllChildren(text); // no permission: the visitor copies the selected text
    }
  });

  function showControls() {
    for (const box of all("[data-filter-box]")) {
      box.hidden = false;
      if (box.value) filterOptions(box);
    }
    for (const button of all(navigator.clipboard ? "[data-copy], [data-print]" : "[data-print]")) button.hidden = false;
  }
  showControls();

  // A field that was edited no longer follows its attributes, so each is reset to the values of the new list.
  // The field being typed in is not changed.
  function resetField(field) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = field.defaultChecked;
    else if (field.options) for (const option of field.options) option.selected = option.defaultSelected;
    else if (field.name && field !== document.activeElement) field.value = field.defaultValue;
  }

  // The focus target when the activated link disappears with the old list: from a chip to the chip in its place, from
  // a page number to the heading, from "Show all" to the start of the opened list; otherwise the element that had
  // the focus, if it still exists.
  const focusTargets = new WeakMap();
  const chips = () => all("#results .chip");

  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const source = ctx.sourceElement;
    const focused = document.activeElement;
    const chip = chips().indexOf(source);
    const turnsPage = source.matches(".pager a");
    const opens = source.matches(".rest a") ? source.hash.slice(1) : "";
    focusTargets.set(ctx, () => {
      if (chip >= 0 && chips()[chip]) return chips()[chip];
      if (chip >= 0 || turnsPage) return byId("sentence");
      if (opens) return byId(opens);
      const isLost = document.activeElement === document.body && focused !== document.body && source !== document.body;
      return isLost ? (byId(focused.id) ?? byId("sentence")) : null;
    });
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.response.status >= 400) return; // fired although nothing was swapped
    if (ctx.sourceElement.id === "map-drawing") return; // changes no field and no list
    showFailure(false);
    all("#directory input, #directory select").forEach(resetField);
    showControls();
    focusTargets.get(ctx)?.()?.focus();
  });

  function showFailure(isFailed) {
    const notice = byId("update-failed");
    if (notice) notice.hidden = !isFailed;
  }
  document.addEventListener("htmx:response:error", () => showFailure(true));
  document.addEventListener("htmx:error", () => showFailure(true));

  // The history of the directory: one entry for each search. Typing changes the entry of the search being typed; Enter,
  // leaving the search box and every other control finish it.
  const currentPath = () => location.pathname + location.search;
  let typing = null; // { before, isPushed } of the search being typed: the search before it, and where that is

  function withoutText(path) {
    const { searchParams } = new URL(path, location.href);
    searchParams.delete("q");
    return searchParams.toString();
  }

  // The first letters of a search leave the search before it in an entry of its own. The list of all projects gets one
  // when the search is finished: until then the visitor may be about to leave the page the way they came.
  function begin() {
    typing = { before: currentPath(), isPushed: location.search !== "" };
    return typing.isPushed ? "push" : "replace";
  }
  function finish() {
    const path = currentPath();
    if (typing && typing.isPushed === (path === typing.before)) {
      history.replaceState({ htmx: true, isDuplicate: typing.isPushed }, "", typing.before);
      if (!typing.isPushed) history.pushState({ htmx: true }, "", path);
    }
    typing = null;
    remember();
  }

  let entry = null; // the current entry, which history no longer knows when Back has left it
  const remember = () => (entry = { isDuplicate: history.state?.isDuplicate, path: currentPath() });
  let isFinishing = false;
  document.addEventListener("htmx:before:history:update", ({ detail: { history: update, sourceElement } }) => {
    if (!byId("directory")) return;
    isFinishing = sourceElement.id !== "q";
    const isSame = update.path === currentPath();
    const isTypedOn = typing && withoutText(update.path) === withoutText(currentPath());
    if (isSame || isTypedOn) update.type = "replace";
    else if (isFinishing) finish();
    else update.type = begin();
  });
  document.addEventListener("htmx:after:history:update", () => {
    if (isFinishing) finish();
    else remember();
    // The same search in other languages.
    for (const link of all("[data-follows-search] a")) link.search = location.search;
  });
  document.addEventListener("htmx:before:history:restore", (event) => {
    const isBackToTheSame = entry?.isDuplicate && entry.path === currentPath();
    typing = null;
    remember();
    if (!isBackToTheSame) return;
    // A search was typed and taken back: its entry is the same as the one before, and Back has to lead further.
    event.preventDefault();
    history.back();
  });
  document.addEventListener("focusout", ({ target }) => {
    // The box may be left by its button before the list shows the whole text: then the button finishes the search.
    if (target.id === "q" && target.value.trim() === (new URLSearchParams(location.search).get("q") ?? "")) finish();
  });
})();
