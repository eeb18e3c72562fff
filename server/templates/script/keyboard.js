// ソフトウェアキーボード: while its checkbox is checked, the field is read-only and filled by keys on the screen, shuffled at each
// opening. The checkbox of one field applies to all fields of its form.
(() => {
  "use strict";
  const template = document.getElementById("software-keyboard");
  if (!template) return;
  const all = (selector, root) => Array.from(root.querySelectorAll(selector));
  let open = null;

  // Unbiased: numbers in the incomplete last part of the range are drawn again.
  const below = (limit) => {
    const end = 0x100000000 - (0x100000000 % limit);
    const drawn = new Uint32Array(1);
    do crypto.getRandomValues(drawn); while (drawn[0] >= end);
    return drawn[0] % limit;
  };

  const shuffle = (group) => {
    const keys = Array.from(group.children);
    for (let last = keys.length - 1; last > 0; last -= 1) {
      const other = below(last + 1);
      [keys[last], keys[other]] = [keys[other], keys[last]];
    }
    group.append(...keys);
  };

  // The key of another row whose centre is nearest, for the arrows up and down.
  const beyond = (keys, from, down) => {
    const middle = (key) => {
      const box = key.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    };
    const [x, y] = middle(from);
    const far = (key) => {
      const [a, b] = middle(key);
      const rows = down ? b - y : y - b;
      return rows < 5 ? Infinity : rows * 1000 + Math.abs(a - x);
    };
    const best = keys.reduce((one, two) => (far(two) < far(one) ? two : one));
    return far(best) === Infinity ? from : best;
  };

  class Keyboard {
    constructor(field, button) {
      this.field = field;
      this.button = button;
      this.panel = template.content.firstElementChild.cloneNode(true);
      all(".keys", this.panel).forEach(shuffle);
      this.keys = all("[data-key]", this.panel);
      this.keys.forEach((key, index) => { key.tabIndex = index ? -1 : 0; });
      this.panel.addEventListener("click", (event) => this.pressed(event));
      this.panel.addEventListener("keydown", (event) => this.moved(event));
      button.parentElement.after(this.panel);
      button.setAttribute("aria-expanded", "true");
      this.tell();
      this.keys[0].focus({ preventScroll: true });
      this.panel.scrollIntoView({ block: "nearest" });
    }

    close(back) {
      this.panel.remove();
      this.button.setAttribute("aria-expanded", "false");
      open = null;
      if (back) this.button.focus();
    }

    set(value) {
      this.field.value = value;
      this.field.dispatchEvent(new Event("input", { bubbles: true }));
      this.tell();
    }

    // The number of characters, never the characters.
    tell() {
      const status = this.panel.querySelector("[role=status]");
      const count = this.field.value.length;
      const full = this.field.maxLength > 0 && count >= this.field.maxLength;
      const words = count === 0 ? status.dataset.none : full ? status.dataset.full : status.dataset.count;
      status.textContent = words.replace("{n}", String(count));
    }

    pressed(event) {
      const key = event.target.closest("button");
      if (!key) return;
      const { value, maxLength } = this.field;
      if (key.dataset.key) {
        this.rove(key);
        if (maxLength < 0 || value.length < maxLength) this.set(value + key.dataset.key);
      } else if (key.dataset.do === "delete") {
        this.set(value.slice(0, -1));
      } else if (key.dataset.do === "clear") {
        this.set("");
      } else if (key.dataset.do === "case") {
        const capitals = key.getAttribute("aria-pressed") !== "true";
        key.setAttribute("aria-pressed", String(capitals));
        this.keys.filter((one) => /^[a-z]$/i.test(one.dataset.key)).forEach((one) => {
          one.dataset.key = capitals ? one.dataset.key.toUpperCase() : one.dataset.key.toLowerCase();
          one.textContent = one.dataset.key;
        });
      } else {
        this.close(true);
      }
    }

    // Tab reaches one key of them all; arrows move from key to key.
    rove(key) {
      this.keys.forEach((one) => { one.tabIndex = one === key ? 0 : -1; });
    }

    moved(event) {
      if (event.key === "Escape") {
        event.preventDefault();
        this.close(true);
        return;
      }
      const shown = all("[data-key]", this.panel);
      const at = shown.indexOf(event.target);
      if (at < 0) return;
      const next = {
        ArrowRight: () => shown[(at + 1) % shown.length],
        ArrowLeft: () => shown[(at + shown.length - 1) % shown.length],
        ArrowDown: () => beyond(shown, event.target, true),
        ArrowUp: () => beyond(shown, event.target, false),
        Home: () => shown[0],
        End: () => shown[shown.length - 1],
      }[event.key];
      if (!next) return;
      event.preventDefault();
      const key = next();
      this.rove(key);
      key.focus();
    }
  }

  all("[data-keyboard]", document).forEach((controls) => {
    const field = document.getElementById(controls.dataset.keyboard);
    const button = controls.querySelector("button");
    const box = controls.querySelector("input");
    const toggle = () => {
      const mine = open && open.field === field;
      if (open) open.close(mine);
      if (!mine) open = new Keyboard(field, button);
    };
    const follow = () => {
      field.readOnly = box.checked;
      button.disabled = !box.checked;
      if (!box.checked && open && open.field === field) open.close(false);
    };
    controls.hidden = false;
    // A browser that remembers forms must not remember this.
    box.checked = true;
    follow();
    button.addEventListener("click", toggle);
    field.addEventListener("click", () => {
      if (field.readOnly && !(open && open.field === field)) toggle();
    });
    field.addEventListener("keydown", (event) => {
      const types = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!field.readOnly || !types || (open && open.field === field)) return;
      event.preventDefault();
      toggle();
    });
    box.addEventListener("change", () => {
      all("[data-keyboard] input", field.form).forEach((other) => {
        if (other.checked === box.checked) return;
        other.checked = box.checked;
        other.dispatchEvent(new Event("follow"));
      });
      follow();
    });
    box.addEventListener("follow", follow);
  });
})();
