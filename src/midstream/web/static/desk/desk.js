// Keys, and what pages need of a script. Everything works without it too, in more steps.
(() => {
  "use strict";

  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  const current = () => document.activeElement?.closest?.("[data-row]") ?? null;
  const isTyping = (element) =>
    element.matches?.("input, textarea, select, [contenteditable]") || element.closest?.("dialog[open]");

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const place = all.indexOf(current());
    const next = all[place < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, place + step))];
    const target = next.querySelector(".first") ?? next.querySelector("a, button");
    target?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function close(panel) {
    const row = panel.closest("[data-row]");
    panel.replaceChildren();
    row?.querySelector(".first")?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") {
      const panel = document.activeElement?.closest?.(".panel");
      if (panel) close(panel);
      return;
    }
    if (isTyping(event.target)) return;
    const search = document.querySelector("[data-search]");
    switch (event.key) {
      case "j": move(1); break;
      case "k": move(-1); break;
      case "o": current()?.querySelector("[data-open]")?.click(); break;
      case "/": if (!search) return; search.focus(); break;
      case "?": document.getElementById("keys")?.showModal(); break;
      default: return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const closer = event.target.closest?.("[data-close]");
    if (closer) {
      const panel = closer.closest(".panel");
      if (panel) close(panel);
    }
    if (event.target.closest?.("[data-keys]")) document.getElementById("keys")?.showModal();
    if (event.target.closest?.("[data-print]")) window.print();
    for (const menu of document.querySelectorAll("details.me[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // A form of filters that htmx does not send is sent when one of them changes.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-autosubmit]:not([hx-get])")) form.requestSubmit();
  });

  // Somebody signed in anew: forms drawn before get the mark that is taken from now on.
  document.addEventListener("new-mark", (event) => {
    for (const mark of document.querySelectorAll("[name=csrfmiddlewaretoken]")) mark.value = event.detail.value;
  });

  // What is folded is printed too, but for forms.
  const folded = () => [...document.querySelectorAll("main details:not([open]):not(:has(form))")];
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = folded();
    for (const part of opened) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
  });

  // What was put into the page takes the focus, so that the keyboard goes on from there.
  document.addEventListener("htmx:afterSettle", (event) => {
    const put = event.detail.target;
    // The place for trouble is at the top, which may be far away; what is done afterwards ends it.
    if (put.id === "notice") return put.scrollIntoView({ block: "center" });
    document.getElementById("notice")?.replaceChildren();
    if (put.id === "tasks") {
      put.querySelector(".receipt")?.focus({ preventScroll: true });
      put.querySelector(".receipt")?.closest("[data-row]")?.scrollIntoView({ block: "nearest" });
      return;
    }
    if (!put.matches?.(".panel")) return;
    const wanted = ["[aria-invalid]", "[data-focus]", ".fields input:placeholder-shown, .fields select, .fields textarea", ".receipt"];
    wanted.map((some) => put.querySelector(some)).find(Boolean)?.focus();
  });
})();
