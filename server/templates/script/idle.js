// A session ends after a time without use: shows this a minute before, and lets the customer continue without losing
// what was typed.
(() => {
  "use strict";
  const notice = document.getElementById("idle");
  if (!notice) return;
  const whole = Number(notice.dataset.seconds);
  const warn = Math.max(whole - 60, whole / 2);
  // The response to a form cannot be requested again.
  const place = notice.dataset.to || location.pathname;
  let timers = [];
  const start = () => {
    timers.forEach(clearTimeout);
    notice.hidden = true;
    timers = [
      setTimeout(() => { notice.hidden = false; }, warn * 1000),
      // A little later than the server, which then shows that the session has ended.
      setTimeout(() => location.replace(place), (whole + 2) * 1000),
    ];
  };
  notice.querySelector("button").addEventListener("click", () => {
    fetch(place, { cache: "no-store" }).then((answer) => {
      if (answer.ok) start();
      else location.replace(place);
    }, () => {});
  });
  start();
})();
