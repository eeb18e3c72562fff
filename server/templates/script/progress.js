// A waiting page follows the agent by server-sent events, opens the agent once, and counts the seconds down.
(() => {
  "use strict";
  const panel = document.getElementById("progress");
  if (!panel) return;
  const again = () => location.replace(location.pathname);
  const later = (seconds) => setTimeout(again, seconds * 1000);

  // In a frame: a browser that cannot open the link shows its error there, and this page stays. Once per request: a
  // reloaded page does not open it again.
  const link = document.getElementById("open-agent");
  const call = () => {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.src = link.href;
    document.body.append(frame);
    setTimeout(() => frame.remove(), 5000);
  };
  if (link) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      call();
    });
    const called = "inkan-called";
    try {
      if (sessionStorage.getItem(called) !== link.href) {
        sessionStorage.setItem(called, link.href);
        call();
      }
    } catch {
      // Without storage the customer presses the button.
    }
  }

  const limit = document.getElementById("time-limit");
  let end = 0;
  const remaining = (seconds) => { end = Date.now() + seconds * 1000; };
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    limit.textContent = limit.dataset.left
      .replace("{m}", String(Math.floor(left / 60)))
      .replace("{s}", String(left % 60));
  };
  remaining(Number(limit.dataset.seconds));
  tick();
  setInterval(tick, 1000);

  const list = panel.querySelector("ol.progress");
  const show = ({ reached, sentence, seconds }) => {
    Array.from(list.children).forEach((step, index) => {
      const done = index < reached;
      const current = index === reached;
      step.className = done ? "done" : current ? "current" : "later";
      if (current) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
      step.querySelector(".mark").textContent = done ? "✓" : String(index + 1);
      step.querySelector(".aside").textContent =
        done ? list.dataset.done : current ? list.dataset.current : "";
    });
    const said = document.getElementById("progress-sentence");
    if (said.textContent !== sentence) said.textContent = sentence;
    remaining(seconds);
    tick();
    if (reached > 1) {
      document.querySelectorAll("[data-before-pick-up]").forEach((part) => { part.hidden = true; });
    }
  };

  const events = new EventSource(panel.dataset.events);
  events.addEventListener("progress", (event) => show(JSON.parse(event.data)));
  events.addEventListener("end", () => { events.close(); again(); });
  // Another tab follows now; this one checks from time to time.
  events.addEventListener("moved", () => { events.close(); later(10); });
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) later(5);
  });
})();
