// The project form (templates/authoring/edit.html): autosaves, keeps a copy in the tab in case of a crash, and shows
// selected countries as chips. The form works without this script. All texts come from the page. Every staff page
// removes the copies that are no longer needed.
(() => {
  "use strict";

  const PAUSE = 3000; // milliseconds after the last change
  const RETRY = 10000;
  const PREFIX = "draft:";

  // Signing out removes all copies from the tab.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action")?.endsWith("/sign-out")) removeAllCopies();
  });
  function removeAllCopies() {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }

  // A copy is { entries, sent }; `sent` is the key of the form that was submitted with it, if any. The page after a
  // save lists the keys of the forms that were saved; after a failed save or a lost response no page does.
  function copyAt(key) {
    return JSON.parse(sessionStorage.getItem(key));
  }
  function storeCopy(key, copy) {
    try {
      sessionStorage.setItem(key, JSON.stringify(copy));
    } catch {
      // storage is full or disabled: the server still has the last saved draft
    }
  }
  const savedKeys = [...document.querySelectorAll("[data-saved-keys]")].flatMap((element) =>
    element.dataset.savedKeys.split(" "),
  );
  for (const key of savedKeys.length ? Object.keys(sessionStorage) : []) {
    if (key.startsWith(PREFIX) && savedKeys.includes(copyAt(key)?.sent)) sessionStorage.removeItem(key);
  }

  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const byId = (id) => document.getElementById(id);
  const status = byId("save-status");
  const CONTROL_FIELDS = new Set(["csrf_token", "key", "page_key", "version", "base_version", "action"]);

  // The form entries without the control fields.
  const typedEntries = () => [...new FormData(form)].filter(([name]) => !CONTROL_FIELDS.has(name));
  const body = () => new URLSearchParams(new FormData(form));

  let savedState = JSON.stringify(typedEntries()); // what the server has
  let timer = 0;
  let sending = null; // the save in progress
  let pendingPost = null; // the last autosave until its response arrives; it is repeated before a newer one
  let isLeaving = false;
  let isRefused = false;

  function setStatus(text) {
    status.textContent = text;
  }
  function isDirty() {
    return JSON.stringify(typedEntries()) !== savedState;
  }
  function scheduleSave(pause = PAUSE) {
    clearTimeout(timer);
    if (!isRefused) timer = setTimeout(save, pause);
  }

  async function save() {
    clearTimeout(timer);
    if (sending || isLeaving || isRefused || (!pendingPost && !isDirty())) return sending;
    pendingPost ??= { body: body(), state: JSON.stringify(typedEntries()) };
    sending = sendSave(pendingPost).finally(() => (sending = null));
    return sending;
  }

  async function sendSave(post) {
    let response = null;
    try {
      response = await staff.send(form.dataset.autosaveUrl, { method: "POST", body: post.body });
    } catch {
      response = null; // no connection
    }
    const result = await response?.json().catch(() => null);
    if (response?.ok && result) {
      onSaved(post, result);
    } else if (response?.status === 409 && result) {
      onRefused(result.error);
    } else {
      setStatus(form.dataset.failedText);
      scheduleSave(RETRY);
    }
  }

  function onSaved(post, result) {
    pendingPost = null;
    savedState = post.state;
    form.elements.version.value = result.version;
    form.action = result.edit;
    form.dataset.autosaveUrl = result.autosave;
    if (location.pathname !== result.edit) {
      removeCopy();
      history.replaceState(null, "", result.edit);
      if (isDirty()) storeTyped();
    }
    if (isDirty()) return scheduleSave();
    discardCopy();
    const time = new Date(result.saved_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    setStatus(`${form.dataset.savedText} ${time}`);
  }

  function onRefused(error) {
    pendingPost = null;
    isRefused = true;
    const notice = byId("conflict-notice");
    notice.textContent = error;
    notice.hidden = false;
    setStatus(form.dataset.unsavedText);
  }

  // The copy in this tab: restored after a crash, removed once the server has saved it.
  const copyKey = () => PREFIX + location.pathname;
  const storeTyped = () => storeCopy(copyKey(), { entries: typedEntries() });
  const removeCopy = () => sessionStorage.removeItem(copyKey());
  function discardCopy() {
    removeCopy();
    byId("restore-notice").hidden = true;
  }
  function restoreFields(entries) {
    const values = Map.groupBy
      ? Map.groupBy(entries, ([name]) => name)
      : entries.reduce((all, entry) => all.set(entry[0], [...(all.get(entry[0]) ?? []), entry]), new Map());
    for (const field of form.elements) {
      if (!field.name || CONTROL_FIELDS.has(field.name) || field.type === "hidden" || field.type === "submit") continue;
      const fieldValues = (values.get(field.name) ?? []).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") field.checked = fieldValues.includes(field.value);
      else if (fieldValues.length) field.value = fieldValues[0];
    }
    for (const picker of document.querySelectorAll("[data-picker]")) drawChips(picker);
    onChange();
  }
  const copiedEntries = copyAt(copyKey())?.entries;
  if (copiedEntries && JSON.stringify(copiedEntries) !== savedState) byId("restore-notice").hidden = false;
  byId("restore-notice").addEventListener("click", (event) => {
    if (event.target.closest("[data-discard]")) discardCopy();
    if (!event.target.closest("[data-restore]")) return;
    byId("restore-notice").hidden = true;
    restoreFields(copiedEntries);
  });

  function onChange() {
    if (!isDirty()) return removeCopy();
    storeTyped();
    setStatus(form.dataset.unsavedText);
    scheduleSave();
  }
  form.addEventListener("input", onChange);
  form.addEventListener("change", onChange);
  form.addEventListener("focusout", () => isDirty() && scheduleSave(0));

  // The page is unloaded: a last save with keepalive. The next page starts from whatever was saved.
  addEventListener("pagehide", () => {
    if (isLeaving || isRefused || sending || !isDirty()) return;
    const lastPost = body();
    fetch(form.dataset.autosaveUrl, {
      method: "POST",
      body: lastPost,
      keepalive: true,
      headers: { "Portal-Dialog": "true", "X-CSRF-Token": form.elements.csrf_token.value },
    }).catch(() => {});
  });
  // Restored from the back/forward cache: the version may be outdated.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // The form is submitted: wait for the autosave in progress, then submit with the version it returned.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      await sending;
      return form.requestSubmit(event.submitter);
    }
    const copy = copyAt(copyKey());
    if (JSON.stringify(copy?.entries) === JSON.stringify(typedEntries())) {
      storeCopy(copyKey(), { ...copy, sent: form.elements.key.value });
    }
    isLeaving = true;
    setTimeout(() => (isLeaving = false), RETRY); // the form was not submitted: continue to autosave
  }, true);

  // Selected countries as chips with a remove button.
  function drawChips(picker) {
    const list = picker.querySelector("[data-selected-chips]");
    const boxes = [...picker.querySelectorAll("[type=checkbox]:checked")];
    list.replaceChildren(...boxes.map((box) => chip(picker, box)));
    list.hidden = boxes.length === 0;
  }
  function chip(picker, box) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.dataset.checkbox = box.id;
    const hidden = document.createElement("span");
    hidden.className = "visually-hidden";
    hidden.textContent = ` ${picker.dataset.removeText}`;
    const cross = document.createElement("span");
    cross.setAttribute("aria-hidden", "true");
    cross.textContent = "×";
    button.append(box.parentElement.querySelector("span").textContent, hidden, cross);
    item.append(button);
    return item;
  }
  for (const picker of document.querySelectorAll("[data-picker]")) {
    drawChips(picker);
    picker.addEventListener("change", (event) => event.target.type === "checkbox" && drawChips(picker));
    picker.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-checkbox]");
      if (!button) return;
      const box = byId(button.dataset.checkbox);
      box.checked = false;
      box.dispatchEvent(new Event("change", { bubbles: true }));
      (picker.querySelector("button[data-checkbox]") ?? picker.querySelector("[data-filter-box]")).focus();
    });
  }
})();
