// Screens, fields and buttons, found by ID, name and value, so that a better sentence breaks no test.
'use strict';

// Waits for the screen with this ID, at the top right of the page, and for its scripts.
async function expectScreen(page, id) {
  try {
    await page.locator('.screen-id').filter({ hasText: id }).waitFor();
    await page.waitForLoadState('load');
  } catch {
    throw new Error(`${id} did not come`);
  }
}

const keyboardControls = (page, field) => page.locator(`[data-keyboard="${field}"]`);

// Passwords go through the keyboard on the screen unless its box is unchecked.
async function useOwnKeyboard(page, field) {
  const box = keyboardControls(page, field).locator('input[type=checkbox]');
  if ((await box.count()) > 0 && (await box.isChecked())) await box.uncheck();
}

async function fillPassword(page, name, value) {
  await useOwnKeyboard(page, name);
  await page.locator(`[id="${name}"]`).fill(value);
}

async function fillForm(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`[id="${name}"]`);
    const kind = await field.evaluate((e) => (e.tagName === 'SELECT' ? 'select' : e.type));
    if (kind === 'select') await field.selectOption(value);
    else if (kind === 'password') await fillPassword(page, name, value);
    else await field.fill(value);
  }
}

// The button of the form that posts to `action`, by its value when the form has several.
function button(page, action, value) {
  const form = page.locator(`form[action="${action}"]`);
  return value ? form.locator(`button[name=action][value="${value}"]`) : form.locator('button[type=submit]');
}

const press = (page, action, value) => button(page, action, value).click();

module.exports = { expectScreen, fillForm, fillPassword, button, press, keyboardControls };
