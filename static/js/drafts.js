// The project form (templates/authoring/edit.html): autosaves, keeps a copy in the tab (copies.js), and shows selected
// countries as chips. The form works without this script. All texts come from the page.
(() => {
  "use strict";

  const PAUSE = 3000; // milliseconds after the last change
  const RETRY = 10000;

  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const byId = (id) => document.getElementById(id);
  const status = byId("save-status");
  const problem = byId("save-problem");

  const typedEntries = () => copies.entriesOf(form);
  const typedState = () => JSON.stringify(typedEntries());
  const body = () => new URLSearchParams(new FormData(form));

  let savedState = typedState(); // what the server has
  let timer = 0;
  let sending = null; // the save in progress
  let pendingPost = null; // the last autosave until its response arrives; it is repeated before a newer one
  let isLeaving = false;
  let isRefused = false; // for good: another attempt is refused as well, whatever is typed

  // Live regions change only when their text does: a screen reader announces every change. The problem is shown above
  // the bar, because the buttons must not move while somebody is about to press one.
  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
  function setStatus(text, problemText = "") {
    setText(status, text);
    setText(problem, problemText);
    problem.hidden = !problemText;
  }
  function isDirty() {
    return typedState() !== savedState;
  }
  function scheduleSave(pause = PAUSE) {
    clearTimeout(timer);
    if (!isRefused) timer = setTimeout(save, pause);
  }

  async function save() {
    clearTimeout(timer);
    if (sending || isLeaving || isRefused || (!pendingPost && !isDirty())) return sending;
    pendingPost ??= { body: body(), state: typedState() };
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
    if (response?.ok && result) return onSaved(post, result);
    if (response?.status === 401) return setStatus(form.dataset.unsavedText, form.dataset.signedOutText);
    if (response && [403, 404, 409, 413, 422].includes(response.status)) return onRefused(post, response.status, result);
    setStatus(form.dataset.unsavedText, form.dataset.failedText);
    scheduleSave(RETRY);
  }

  function onSaved(post, result) {
    pendingPost = null;
    savedState = post.state;
    form.elements.version.value = result.version;
    form.action = result.edit;
    form.dataset.autosaveUrl = result.autosave;
    if (location.pathname !== result.edit) {
      copies.remove(location.pathname);
      history.replaceState(null, "", result.edit);
      if (isDirty()) storeTyped();
    }
    const badge = byId("state-badge");
    if (badge.dataset.savedText) setText(badge, badge.dataset.savedText);
    if (isDirty()) return scheduleSave();
    discardCopy();
    setStatus(form.dataset.savedText.replace("{time}", staff.localTime(new Date(result.saved_at))));
  }

  // A text that is too long (413, 422) can be shortened, so the next change is tried again. Everything else waits for
  // the button, which shows the reason on a page that has what was typed.
  function onRefused(post, statusCode, result) {
    pendingPost = null;
    isRefused = statusCode !== 422 && statusCode !== 413;
    const reason = result?.error ?? form.dataset.refusedText;
    if (!isRefused) return setStatus(form.dataset.unsavedText, `${form.dataset.unsavedText}. ${reason}`);
    const notice = byId("conflict-notice");
    setText(notice, reason);
    notice.hidden = false;
    setStatus(form.dataset.unsavedText, reason);
  }

  // The copy in this tab: restored after a crash, removed once the server has saved it.
  const storeTyped = () => copies.store(location.pathname, { entries: typedEntries() });
  function discardCopy() {
    copies.remove(location.pathname);
    copies.notice.hidden = true;
  }
  const copied = copies.at(location.pathname);
  if (copied && JSON.stringify(copied.entries) !== savedState) copies.offer(location.pathname, form);

  function onChange() {
    if (!isDirty()) return copies.remove(location.pathname);
    storeTyped();
    setStatus(form.dataset.unsavedText, problem.hidden ? "" : problem.textContent);
    scheduleSave();
  }
  form.addEventListener("input", onChange);
  form.addEventListener("change", onChange);
  form.addEventListener("focusout", () => isDirty() && scheduleSave(0));
  document.addEventListener("staff:signed-in", save);

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
    const copy = copies.at(location.pathname);
    if (JSON.stringify(copy?.entries) === typedState()) {
      copies.store(location.pathname, { ...copy, sent: form.elements.key.value });
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
    form.addEventListener("change", (event) => event.target === form && drawChips(picker)); // restored from a copy
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
