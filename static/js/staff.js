// For staff pages: if the session has ended when a form is submitted, a dialog asks to sign in again, then the request
// continues. While someone is writing, a notice says so and waits: a dialog would take the next words into its password
// field. Without JavaScript the server does the same on a separate page (portal/web/security/resubmission.py).
(() => {
  "use strict";

  const TOKEN = "csrf_token";
  const HEADERS = { "Portal-Dialog": "true" };
  const dialog = document.getElementById("reauth-dialog");
  const notice = document.getElementById("signed-out-notice");

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
      const focused = notice.contains(document.activeElement) ? lastTyped : document.activeElement;
      const finish = (isSignedIn) => {
        form.removeEventListener("submit", submit);
        dialog.removeEventListener("close", close);
        form.elements.password.value = "";
        if (form.elements.code) form.elements.code.value = "";
        if (dialog.open) dialog.close();
        pendingSignIn = null;
        focused?.focus();
        if (isSignedIn) onSignedIn();
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

  let lastTyped = null;
  let waitingRequests = []; // htmx requests to repeat
  document.addEventListener("input", ({ target }) => (lastTyped = target));
  notice?.querySelector("button").addEventListener("click", signInAgain);
  function onSignedIn() {
    notice.hidden = true;
    document.dispatchEvent(new Event("staff:signed-in"));
    for (const repeat of waitingRequests.splice(0)) repeat();
  }

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
    if (response.status === 403 && response.headers.get("Portal-CSRF-Token")) {
      replaceToken(response.headers.get("Portal-CSRF-Token"));
      response = await attempt();
    }
    if (notice) notice.hidden = response.status !== 401;
    return response;
  }

  // Times are stored in UTC; beside each stands the time where the reader is, and both name their zone.
  const locale = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" };
  const DAY = { day: "numeric", month: "short", year: "numeric" };
  function localTime(moment) {
    const time = new Intl.DateTimeFormat(locale, TIME).format(moment);
    const isToday = moment.toDateString() === new Date().toDateString();
    return isToday ? time : `${time}, ${new Intl.DateTimeFormat(locale, DAY).format(moment)}`;
  }
  for (const element of document.querySelectorAll("time[data-local]")) {
    const time = localTime(new Date(element.dateTime));
    if (element.dataset.local === "instead") element.textContent = time;
    else if (new Date(element.dateTime).getTimezoneOffset()) element.append(` (${time})`);
  }

  // Beside fields for a day and a time in UTC: the same moment where the reader is.
  for (const output of document.querySelectorAll("[data-local-of]")) {
    const [day, time] = output.dataset.localOf.split(" ").map((id) => document.getElementById(id));
    const show = () => {
      const moment = new Date(`${day.value}T${time ? time.value : output.dataset.time}Z`);
      const text = Number.isNaN(moment.getTime()) ? "" : `${output.dataset.text} ${localTime(moment)}`;
      if (output.textContent !== text) output.textContent = text;
    };
    for (const field of [day, time]) field?.addEventListener("input", show);
    show();
  }

  window.staff = { send, signInAgain, localTime };

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

  // htmx: announce that this page has the notice, send the token, and repeat requests that got a 401.
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    Object.assign(ctx.request.headers, HEADERS, { "X-CSRF-Token": pageToken() });
  });
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (ctx.response?.status !== 401 || !notice) return;
    notice.hidden = false;
    waitingRequests = [
      () => ctx.sourceElement.dispatchEvent(new Event(ctx.sourceEvent?.type ?? "change", { bubbles: true })),
    ];
  });

  // A live region changes only when its content does: a screen reader announces every change.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (!ctx.target?.matches?.("[aria-live]")) return;
    const parsed = new DOMParser().parseFromString(ctx.text, "text/html").body;
    const wordsOf = (element) => element.textContent.split(/\s+/).filter(Boolean).join(" ");
    if (wordsOf(parsed) === wordsOf(ctx.target)) event.preventDefault();
  });
})();
