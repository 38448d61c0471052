// Copies of forms in this tab, for the forms with data-draft and data-keep-copy: what was typed survives a crash, a
// reload, a refusal and a lost connection. A copy goes once the server has the text, or when its owner discards it.
// Every staff page loads this, because the page after a save says which forms were saved. All texts come from the page.
window.copies = (() => {
  "use strict";

  const PREFIX = "draft:";
  const CONTROL_FIELDS = new Set(["csrf_token", "key", "page_key", "version", "base_version", "action", "all"]);
  // What is shown to be copied by hand: texts, not the codes of what was chosen from a list.
  const TEXT_FIELDS = ["title", "summary", "title_en", "summary_en", "title_fr", "summary_fr", "title_es", "summary_es", "number", "prima_id", "start", "end", "year", "budget", "source_url", "note"];
  const byId = (id) => document.getElementById(id);
  const notice = byId("restore-notice");

  // A copy is { entries, sent, unsaved }; `sent` is the key of the form that was submitted with it, if any, `unsaved`
  // what the button of that form does not save. The page after a save lists the keys of the forms that were saved;
  // after a failed save or a lost response no page does.
  const keyOf = (path) => PREFIX + path;
  const at = (path) => JSON.parse(sessionStorage.getItem(keyOf(path)));
  const remove = (path) => sessionStorage.removeItem(keyOf(path));
  function store(path, copy) {
    try {
      sessionStorage.setItem(keyOf(path), JSON.stringify(copy));
    } catch {
      // storage is full or disabled: the server still has the last saved draft
    }
  }

  // Signing out removes all copies from the tab.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action")?.endsWith("/sign-out")) removeAll();
  });
  function paths() {
    return Object.keys(sessionStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length));
  }
  function removeAll() {
    for (const path of paths()) remove(path);
  }

  const savedKeys = [...document.querySelectorAll("[data-saved-keys]")].flatMap((element) =>
    element.dataset.savedKeys.split(" "),
  );
  let leftOver = null; // the entries that the last save did not take
  for (const path of savedKeys.length ? paths() : []) {
    const copy = at(path);
    if (!savedKeys.includes(copy?.sent)) continue;
    const unsaved = copy.entries.filter(([name, value]) => copy.unsaved?.includes(name) && value.trim());
    if (unsaved.length && path === location.pathname) leftOver = unsaved;
    remove(path);
  }

  // The form entries without the control fields.
  const entriesOf = (form) => [...new FormData(form)].filter(([name]) => !CONTROL_FIELDS.has(name));

  function restore(form, entries) {
    const values = new Map();
    for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
    for (const field of form.elements) {
      if (!field.name || CONTROL_FIELDS.has(field.name) || field.type === "hidden" || field.type === "submit") continue;
      const fieldValues = values.get(field.name) ?? [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = fieldValues.includes(field.value);
      else if (fieldValues.length) field.value = fieldValues[0];
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Offers the copy of a path: to be put back into the form of this page, else, without a form, to be copied by hand.
  function offer(path, form) {
    const { entries } = at(path);
    const discard = () => {
      remove(path);
      notice.hidden = true;
    };
    notice.querySelector("[data-restore]").hidden = !form;
    notice.addEventListener("click", (event) => {
      if (event.target.closest("[data-discard]")) discard();
      if (!event.target.closest("[data-restore]")) return;
      notice.hidden = true;
      restore(form, entries);
    });
    if (!form) listTexts(entries);
    notice.hidden = false;
  }
  function listTexts(entries) {
    const labels = JSON.parse(notice.dataset.labels ?? "{}");
    const list = document.createElement("div");
    list.className = "stack";
    for (const [name, value] of entries) {
      const [, prefix, fieldName] = /^(reason-|answer-)?(.*)$/.exec(name);
      if (!value.trim() || !(fieldName in labels) || !(prefix || TEXT_FIELDS.includes(fieldName))) continue;
      const label = document.createElement("label");
      label.className = "field";
      const text = document.createElement("textarea");
      text.className = "control";
      text.readOnly = true;
      text.value = value;
      const question = prefix === "answer-" ? notice.dataset.answerText : notice.dataset.reasonText;
      label.append(prefix ? `${labels[fieldName]}: ${question}` : labels[fieldName], text);
      list.append(label);
    }
    notice.querySelector("[data-texts]").replaceChildren(list);
  }

  // A form with data-keep-copy has no drafts on the server: the copy in this tab is all there is before it is sent.
  const form = document.querySelector("form[data-keep-copy]");
  const path = location.pathname;
  if (form) {
    const initial = JSON.stringify(entriesOf(form));
    const onChange = () => {
      const entries = entriesOf(form);
      if (JSON.stringify(entries) === initial) remove(path);
      else store(path, { entries });
    };
    if (leftOver) restore(form, [...entriesOf(form).filter(([name]) => !leftOver.some(([left]) => left === name)), ...leftOver]);
    const copy = at(path);
    if (leftOver) onChange();
    else if (copy && JSON.stringify(copy.entries) !== initial) offer(path, form);
    form.addEventListener("input", onChange);
    form.addEventListener("change", onChange);
    form.addEventListener("submit", ({ submitter }) => {
      const copied = at(path);
      if (!copied) return;
      const unsaved = submitter?.dataset.leavesUnsaved?.split(" ");
      store(path, { ...copied, sent: form.elements.key.value, unsaved });
    });
  } else if (notice && !document.querySelector("[data-draft]")) {
    // The page of a revision that this person may not decide on, or not edit, any more.
    const found = [path, notice.dataset.editPath].find((candidate) => candidate && at(candidate));
    if (found) offer(found, null);
  }

  // After a save the page shows the same place, with the focus where it was.
  const PLACE = "place";
  const anchors = (root) => [...root.querySelectorAll(".field, .difference")];
  const anchorId = (element) => element.id || element.querySelector("[id]")?.id;
  document.addEventListener("submit", ({ target, submitter }) => {
    if (!target.matches("[data-draft], [data-keep-copy]")) return;
    const isInView = (element) => element.checkVisibility() && element.getBoundingClientRect().bottom > 0;
    const anchor = anchors(target).find((element) => isInView(element) && anchorId(element));
    const id = anchor && anchorId(anchor);
    const place = { key: target.elements.key.value, id, focus: document.activeElement.id || submitter?.id };
    if (id) place.top = byId(id).getBoundingClientRect().top;
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  });
  function returnToPlace() {
    const place = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
    if (!savedKeys.includes(place?.key) || !document.querySelector("[data-draft], [data-keep-copy]")) return;
    byId(place.focus)?.focus({ preventScroll: true });
    const anchor = byId(place.id);
    if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - place.top, behavior: "instant" });
  }
  addEventListener("DOMContentLoaded", returnToPlace);

  return { at, store, remove, entriesOf, offer, notice };
})();
