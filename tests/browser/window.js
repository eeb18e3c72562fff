// In a window, as a customer has it: the browser asks which certificate and what PIN, and the PIN is typed.
'use strict';
const fs = require('node:fs');
const { play } = require('./lib/scene');
const browser = require('./lib/browser');
const display = require('./lib/display');
const { expectScreen, fillPassword, press } = require('./lib/screens');
const journey = require('./lib/journey');

play(async (scene, closing) => {
  const screen = await display.open(scene, closing);
  const { page } = await browser.open(scene, closing, { headless: false, env: screen.env });
  await journey.identify(page, scene);
  await journey.issue(page, scene);

  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await page.locator('#certificate-login').click({ noWaitAfter: true });
  await screen.waitForWindow('Unlock Security Device');
  await screen.type(fs.readFileSync(scene.pin_file, 'utf8').trim());
  await screen.key('Return');
  await expectScreen(page, 'BLGI002');
  await fillPassword(page, 'password', scene.person.login_password);
  await press(page, '/login');
  await expectScreen(page, 'BTOP001');
});
