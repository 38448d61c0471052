// For pages of staff: when a session ended while someone was writing, ask to sign in in place, then go on with the same
// request. Without script the answers of the server do the same on a page of their own (portal/web/security/resubmission.py).
(() => {
  "use strict";

  const TOKEN = "csrf_token";
  const HEADERS = { "Portal-Dialog": "true" };
  const dialog = document.getElementById("reauth-dialog");

  const token = () => document.querySelector(`input[name="${TOKEN}"]`)?.value ?? "";
  function take(fresh) {
    for (const field of document.querySelectorAll(`input[name="${TOKEN}"]`)) field.value = fresh;
  }

  // One dialog at a time; who asks meanwhile waits for the same answer: true when signed in, false for "not now".
  let asking = null;
  function signInAgain() {
    asking ??= new Promise((resolve) => {
      const form = dialog.querySelector("form");
      const error = document.getElementById("reauth-error");
      const before = document.activeElement;
      const done = (isIn) => {
        form.removeEventListener("submit", send);
        dialog.removeEventListener("close", close);
        form.elements.password.value = "";
        if (form.elements.code) form.elements.code.value = "";
        if (dialog.open) dialog.close();
        asking = null;
        before?.focus();
        resolve(isIn);
      };
      const close = () => done(false);
      const send = async (event) => {
        event.preventDefault();
        error.hidden = true;
        const answer = await fetch(form.action, {
          method: "POST",
          headers: { Accept: "application/json", "X-CSRF-Token": await current() },
          body: new URLSearchParams(new FormData(form)),
        }).catch(() => null);
        const said = (await answer?.json().catch(() => null)) ?? { error: dialog.dataset.failedText };
        if (said.csrf_token) {
          take(said.csrf_token);
          return done(true);
        }
        error.textContent = said.error;
        error.hidden = false;
        form.elements.password.focus();
      };
      form.addEventListener("submit", send);
      dialog.addEventListener("close", close);
      dialog.showModal();
      form.elements.password.focus();
    });
    return asking;
  }
  dialog?.querySelector("[data-close]").addEventListener("click", () => dialog.close());

  async function state() {
    const answer = await fetch(dialog.dataset.stateUrl, { headers: { Accept: "application/json" } }).catch(() => null);
    return (await answer?.json().catch(() => null)) ?? {};
  }
  // The token that fits the cookies of this moment, which another tab may have changed.
  const current = async () => (await state()).csrf_token || token();

  // fetch for pages of staff: see portal/web/security/resubmission.py.
  async function send(address, options = {}) {
    const attempt = () =>
      fetch(address, { ...options, headers: { ...options.headers, ...HEADERS, "X-CSRF-Token": token() } });
    let answer = await attempt();
    if (answer.status === 401 && (await signInAgain())) answer = await attempt();
    else if (answer.status === 403 && answer.headers.get("Portal-CSRF-Token")) {
      take(answer.headers.get("Portal-CSRF-Token"));
      answer = await attempt();
    }
    return answer;
  }
  window.staff = { send, signInAgain };

  // A form marked data-check-session leaves only when the session is alive.
  const ready = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!dialog || !form.matches("form[data-check-session]") || ready.has(form) || event.defaultPrevented) return;
    event.preventDefault();
    const found = await state();
    if (found.signed_in === false && !(await signInAgain())) return;
    if (found.signed_in) take(found.csrf_token);
    ready.add(form);
    form.requestSubmit(event.submitter);
    ready.delete(form);
  });

  // htmx: say that this page has the dialog, carry the token, and repeat what met a dead session.
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    Object.assign(ctx.request.headers, HEADERS, { "X-CSRF-Token": token() });
  });
  document.addEventListener("htmx:response:error", async ({ detail: { ctx } }) => {
    if (ctx.response?.status !== 401 || !dialog || !(await signInAgain())) return;
    ctx.sourceElement.dispatchEvent(new Event(ctx.sourceEvent?.type ?? "change", { bubbles: true }));
  });
})();
