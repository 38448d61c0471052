// The form of a project (templates/authoring/edit.html): saves while one types, keeps a copy in the tab against a crash, and
// shows chosen countries as chips. The form works without it. All words come from the page. Every page of staff drops
// the copies that are of no use any more.
(() => {
  "use strict";

  const PAUSE = 3000; // milliseconds after the last change
  const RETRY = 10000;
  const PREFIX = "draft:";

  // Whoever signs out leaves nothing behind in the tab.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action")?.endsWith("/sign-out")) forgetAll();
  });
  function forgetAll() {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }

  // A copy is { entries, sent }; `sent` is the key of the form it left with, if it did. The page that follows a save
  // names the keys of what the portal has; after a save that failed, or whose answer got lost, no page does.
  function copyAt(key) {
    return JSON.parse(sessionStorage.getItem(key));
  }
  function put(key, copy) {
    try {
      sessionStorage.setItem(key, JSON.stringify(copy));
    } catch {
      // full or forbidden: the server's copy is the one that counts
    }
  }
  const arrivals = [...document.querySelectorAll("[data-saved-keys]")].flatMap((one) => one.dataset.savedKeys.split(" "));
  for (const key of arrivals.length ? Object.keys(sessionStorage) : []) {
    if (key.startsWith(PREFIX) && arrivals.includes(copyAt(key)?.sent)) sessionStorage.removeItem(key);
  }

  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const byId = (id) => document.getElementById(id);
  const status = byId("save-status");
  const OWN = new Set(["csrf_token", "key", "page_key", "version", "base_version", "action"]);

  // What was typed, without what the page needs for itself.
  const typed = () => [...new FormData(form)].filter(([name]) => !OWN.has(name));
  const body = () => new URLSearchParams(new FormData(form));

  let kept = JSON.stringify(typed()); // what the server has
  let timer = 0;
  let sending = null; // the save under way
  let unanswered = null; // what was sent last, until it is known to have arrived: repeated before anything newer
  let isLeaving = false;
  let isRefused = false;

  function say(words) {
    status.textContent = words;
  }
  function isDirty() {
    return JSON.stringify(typed()) !== kept;
  }
  function later(pause = PAUSE) {
    clearTimeout(timer);
    if (!isRefused) timer = setTimeout(save, pause);
  }

  async function save() {
    clearTimeout(timer);
    if (sending || isLeaving || isRefused || (!unanswered && !isDirty())) return sending;
    unanswered ??= { body: body(), typed: JSON.stringify(typed()) };
    sending = attempt(unanswered).finally(() => (sending = null));
    return sending;
  }

  async function attempt(message) {
    let answer = null;
    try {
      answer = await staff.send(form.dataset.autosaveUrl, { method: "POST", body: message.body });
    } catch {
      answer = null; // no connection
    }
    const said = await answer?.json().catch(() => null);
    if (answer?.ok && said) {
      arrived(message, said);
    } else if (answer?.status === 409 && said) {
      refused(said.error);
    } else {
      say(form.dataset.failedText);
      later(RETRY);
    }
  }

  function arrived(message, said) {
    unanswered = null;
    kept = message.typed;
    form.elements.version.value = said.version;
    form.action = said.edit;
    form.dataset.autosaveUrl = said.autosave;
    if (location.pathname !== said.edit) {
      drop();
      history.replaceState(null, "", said.edit);
      if (isDirty()) remember();
    }
    if (isDirty()) return later();
    forget();
    const time = new Date(said.saved_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    say(`${form.dataset.savedText} ${time}`);
  }

  function refused(error) {
    unanswered = null;
    isRefused = true;
    const notice = byId("conflict-notice");
    notice.textContent = error;
    notice.hidden = false;
    say(form.dataset.unsavedText);
  }

  // The copy in this tab: put back after a crash, dropped once the server has it.
  const slot = () => PREFIX + location.pathname;
  const remember = () => put(slot(), { entries: typed() });
  const drop = () => sessionStorage.removeItem(slot());
  function forget() {
    drop();
    byId("restore-notice").hidden = true;
  }
  function putBack(entries) {
    const values = Map.groupBy
      ? Map.groupBy(entries, ([name]) => name)
      : entries.reduce((all, entry) => all.set(entry[0], [...(all.get(entry[0]) ?? []), entry]), new Map());
    for (const field of form.elements) {
      if (!field.name || OWN.has(field.name) || field.type === "hidden" || field.type === "submit") continue;
      const given = (values.get(field.name) ?? []).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
      else if (given.length) field.value = given[0];
    }
    for (const picker of document.querySelectorAll("[data-picker]")) drawChips(picker);
    changed();
  }
  const rescued = copyAt(slot())?.entries;
  if (rescued && JSON.stringify(rescued) !== kept) byId("restore-notice").hidden = false;
  byId("restore-notice").addEventListener("click", (event) => {
    if (event.target.closest("[data-discard]")) forget();
    if (!event.target.closest("[data-restore]")) return;
    byId("restore-notice").hidden = true;
    putBack(rescued);
  });

  function changed() {
    if (!isDirty()) return drop();
    remember();
    say(form.dataset.unsavedText);
    later();
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("focusout", () => isDirty() && later(0));

  // The page goes: a last save that outlives it. Whatever arrives, the next page starts from it.
  addEventListener("pagehide", () => {
    if (isLeaving || isRefused || sending || !isDirty()) return;
    const last = body();
    fetch(form.dataset.autosaveUrl, {
      method: "POST",
      body: last,
      keepalive: true,
      headers: { "Portal-Dialog": "true", "X-CSRF-Token": form.elements.csrf_token.value },
    }).catch(() => {});
  });
  // Back from the browser's memory: the version may be old.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // A button was pressed: wait for the save under way, then let the form go with the version it left behind.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      await sending;
      return form.requestSubmit(event.submitter);
    }
    const copy = copyAt(slot());
    if (JSON.stringify(copy?.entries) === JSON.stringify(typed())) put(slot(), { ...copy, sent: form.elements.key.value });
    isLeaving = true;
    setTimeout(() => (isLeaving = false), RETRY); // the form did not go: saving goes on
  }, true);

  // Chosen countries as chips that take themselves off.
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
