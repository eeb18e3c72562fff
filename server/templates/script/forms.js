// Forms are sent once, and what was refused gets the focus.
(() => {
  "use strict";
  const AGAIN = 10000;
  const sent = new WeakMap();

  // A double click sends two; the second one is dropped. After a while the
  // customer may mean it.
  document.addEventListener("submit", (event) => {
    const before = sent.get(event.target);
    if (before !== undefined && Date.now() - before < AGAIN) {
      event.preventDefault();
      return;
    }
    sent.set(event.target, Date.now());
    event.target.setAttribute("aria-busy", "true");
  });

  // Back to a page that the browser kept: its forms can be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form").forEach((form) => {
      sent.delete(form);
      form.removeAttribute("aria-busy");
    });
  });

  const refused = document.getElementById("message");
  if (refused) refused.focus();
})();
