// Sends each form once, and focuses the first refused field.
(() => {
  "use strict";
  const AGAIN = 10000;
  const sent = new WeakMap();

  // A double click submits twice; the second submission is dropped. After a while it may be intended.
  document.addEventListener("submit", (event) => {
    const before = sent.get(event.target);
    if (before !== undefined && Date.now() - before < AGAIN) {
      event.preventDefault();
      return;
    }
    sent.set(event.target, Date.now());
    event.target.setAttribute("aria-busy", "true");
  });

  // Back to a page that the browser has kept: its forms can be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form").forEach((form) => {
      sent.delete(form);
      form.removeAttribute("aria-busy");
    });
  });

  const refused = document.getElementById("message");
  if (refused) refused.focus();
})();
