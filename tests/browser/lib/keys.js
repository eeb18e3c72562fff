// A user with a keyboard and no mouse.
'use strict';

// More tab stops than any screen has.
const STOPS = 80;

// Presses Tab, or Shift and Tab, until the element that `selector` names has the focus, which must be visible.
async function reach(page, selector) {
  await page.locator(selector).first().waitFor();
  for (let stop = 0; stop <= STOPS; stop += 1) {
    const where = await page.evaluate((wanted) => {
      const target = document.querySelector(wanted);
      const active = document.activeElement;
      if (active === target) return 'there';
      return target.compareDocumentPosition(active) & Node.DOCUMENT_POSITION_FOLLOWING ? 'before' : 'after';
    }, selector);
    if (where === 'there') return mustBeSeen(page, selector);
    await page.keyboard.press(where === 'before' ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`${selector} cannot be reached by Tab`);
}

async function mustBeSeen(page, selector) {
  const seen = await page.evaluate((wanted) => {
    const style = getComputedStyle(document.querySelector(wanted));
    const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return outline || style.boxShadow !== 'none';
  }, selector);
  if (!seen) throw new Error(`nothing shows that ${selector} has the focus`);
}

// Fills in fields by typing; the software keyboard is switched off if there is one.
async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = `[id="${name}"]`;
    await page.locator(field).waitFor();
    const kind = await page.locator(field).evaluate((e) => e.type);
    if (kind === 'select-one') continue;
    const box = `[data-keyboard="${name}"] input[type=checkbox]`;
    if (kind === 'password' && (await page.locator(box).isChecked())) {
      await reach(page, box);
      await page.keyboard.press('Space');
    }
    await reach(page, field);
    await page.keyboard.type(value);
  }
}

async function press(page, selector, key = 'Enter') {
  await reach(page, selector);
  await page.keyboard.press(key);
}

module.exports = { reach, fill, press };
