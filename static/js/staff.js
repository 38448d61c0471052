// For staff pages: if the session ended while someone was writing, a dialog asks to sign in again, then the request
// continues. Without JavaScript the server does the same on a separate page (portal/web/security/resubmission.py).
(() => {
  "use strict";

  const TOKEN = "csrf_token";
  const HEADERS = { "Portal-Dialog": "true" };
  const dialog = document.getElementById("reauth-dialog");

  const pageToken = () => document.querySelector(`input[name="${TOKEN}"]`)?.value ?? "";
  function replaceToken(token) {
    for (const field of document.querySelectorAll(`input[name="${TOKEN}"]`)) field.value = token;
  }

  // One dialog at a time; concurrent callers wait for the same result: true once signed in, false if it was closed.
  let pendingSignIn = null;
  function signInAgain() {
    pendingSignIn ??= new Promise((resolve) => {
      const form = dialog.querySelector("form");
      const error = document.getElementById("reauth-error");
      const focused = document.activeElement;
      const finish = (isSignedIn) => {
        form.removeEventListener("submit", submit);
        dialog.removeEventListener("close", close);
        form.elements.password.value = "";
        if (form.elements.code) form.elements.code.value = "";
        if (dialog.open) dialog.close();
        pendingSignIn = null;
        focused?.focus();
        resolve(isSignedIn);
      };
      const close = () => finish(false);
      const submit = async (event) => {
        event.preventDefault();
        error.hidden = true;
        const response = await fetch(form.action, {
          method: "POST",
          headers: { Accept: "application/json", "X-CSRF-Token": await currentToken() },
          body: new URLSearchParams(new FormData(form)),
        }).catch(() => null);
        const result = (await response?.json().catch(() => null)) ?? { error: dialog.dataset.failedText };
        if (result.csrf_token) {
          replaceToken(result.csrf_token);
          return finish(true);
        }
        error.textContent = result.error;
        error.hidden = false;
        form.elements.password.focus();
      };
      form.addEventListener("submit", submit);
      dialog.addEventListener("close", close);
      dialog.showModal();
      form.elements.password.focus();
    });
    return pendingSignIn;
  }
  dialog?.querySelector("[data-close]").addEventListener("click", () => dialog.close());

  async function sessionState() {
    const headers = { Accept: "application/json" };
    const response = await fetch(dialog.dataset.stateUrl, { headers }).catch(() => null);
    return (await response?.json().catch(() => null)) ?? {};
  }
  // The token for the current cookies, which another tab may have changed.
  const currentToken = async () => (await sessionState()).csrf_token || pageToken();

  // fetch for staff pages: see portal/web/security/resubmission.py.
  async function send(url, options = {}) {
    const attempt = () =>
      fetch(url, { ...options, headers: { ...options.headers, ...HEADERS, "X-CSRF-Token": pageToken() } });
    let response = await attempt();
    if (response.status === 401 && (await signInAgain())) response = await attempt();
    else if (response.status === 403 && response.headers.get("Portal-CSRF-Token")) {
      replaceToken(response.headers.get("Portal-CSRF-Token"));
      response = await attempt();
    }
    return response;
  }
  window.staff = { send, signInAgain };

  // A form with data-check-session is submitted only if the session is active.
  const checkedForms = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!dialog || !form.matches("form[data-check-session]") || checkedForms.has(form) || event.defaultPrevented) return;
    event.preventDefault();
    const session = await sessionState();
    if (session.signed_in === false && !(await signInAgain())) return;
    if (session.signed_in) replaceToken(session.csrf_token);
    checkedForms.add(form);
    form.requestSubmit(event.submitter);
    checkedForms.delete(form);
  });

  // htmx: announce that this page has the dialog, send the token, and repeat requests that got a 401.
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    Object.assign(ctx.request.headers, HEADERS, { "X-CSRF-Token": pageToken() });
  });
  document.addEventListener("htmx:response:error", async ({ detail: { ctx } }) => {
    if (ctx.response?.status !== 401 || !dialog || !(await signInAgain())) return;
    ctx.sourceElement.dispatchEvent(new Event(ctx.sourceEvent?.type ?? "change", { bubbles: true }));
  });
})();
