// ソフトウェアキーボード: passwords are entered on the screen with the mouse, by touch and by keyboard.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { expectScreen, keyboardControls, press } = require('./lib/screens');
const journey = require('./lib/journey');

const openKeyboard = (page, field) => keyboardControls(page, field).locator('button').click();
const keys = (page) => page.locator('.keyboard [data-key]');
const order = (page) => keys(page).evaluateAll((all) => all.map((key) => key.dataset.key).join(''));
const keyFor = (page, letter) => page.locator(`.keyboard [data-key="${letter.replace(/["\\]/g, '\\$&')}"]`);

// Presses the key for `letter`, in its case, by `press`.
async function enter(page, password, hit) {
  const shift = page.locator('.keyboard [data-do=case]');
  for (const letter of password) {
    if ((await keyFor(page, letter).count()) === 0) await hit(shift);
    await hit(keyFor(page, letter));
  }
}

// From key to key by arrows, as a user without a mouse does.
async function byArrows(page, locator) {
  if (await locator.evaluate((key) => Boolean(key.dataset.do))) {
    await locator.focus();
  } else {
    await page.locator('.keyboard [data-key][tabindex="0"]').focus();
    await page.keyboard.press('Home');
    const all = (await keys(page).elementHandles()).length;
    for (let step = 0; step < all && !(await locator.evaluate((key) => key === document.activeElement)); step += 1) {
      await page.keyboard.press('ArrowRight');
    }
  }
  await page.keyboard.press('Enter');
}

play(async (scene, closing) => {
  const { page } = await open(scene, closing, { hasTouch: true });
  const { login_id, login_password } = scene.person;

  await page.goto(`${scene.dev.portal}/certificate/identify`);
  await expectScreen(page, 'BSMS001');
  await page.locator('#login_id').fill(login_id);
  const field = page.locator('#password');
  assert.ok(await field.evaluate((e) => e.readOnly), 'typing goes through the keyboard on the screen at first');
  await openKeyboard(page, 'password');
  const first = await order(page);
  await keys(page).first().click();
  await page.locator('.keyboard [data-do=clear]').click();
  await page.locator('.keyboard [data-do=close]').click();
  assert.equal(await page.locator('.keyboard').count(), 0, 'it closes');
  await openKeyboard(page, 'password');
  const second = await order(page);
  assert.notEqual(second, first, 'its keys are shuffled at each opening');
  assert.equal([...second].sort().join(''), [...first].sort().join(''), 'and stay the same keys');
  await enter(page, login_password, (key) => key.click());
  assert.equal(await field.inputValue(), login_password);
  await press(page, '/certificate/identify');
  await expectScreen(page, 'BSMS002');
  await journey.issue(page, scene);

  // A wrong password by touch; then the correct one by keyboard.
  await page.goto(`${scene.dev.portal}/`);
  await page.locator('#certificate-login').click();
  await expectScreen(page, 'BLGI002');
  await openKeyboard(page, 'password');
  await enter(page, 'wrong-1', (key) => key.tap());
  await press(page, '/login');
  await page.locator('[role=alert]').waitFor();
  await page.waitForLoadState('load');
  await openKeyboard(page, 'password');
  await enter(page, login_password, (key) => byArrows(page, key));
  await page.keyboard.press('Escape');
  await press(page, '/login');
  await expectScreen(page, 'BTOP001');
});
