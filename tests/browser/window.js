// In a window, as a customer has it: the page calls the agent by its link, and the browser prompts for the PIN.
'use strict';
const fs = require('node:fs');
const { play } = require('./lib/scene');
const browser = require('./lib/browser');
const display = require('./lib/display');
const handler = require('./lib/handler');
const { expectScreen, fillPassword, press } = require('./lib/screens');
const journey = require('./lib/journey');

play(async (scene, closing) => {
  const said = handler.install(scene);
  const screen = await display.open(scene, closing);
  const { page } = await browser.open(scene, closing, { headless: false, env: screen.env });
  await journey.identify(page, scene);
  await press(page, '/certificate/confirm');
  try {
    await expectScreen(page, 'BSMS004');
  } catch (error) {
    const words = fs.existsSync(said) ? fs.readFileSync(said, 'utf8') : 'the agent was not started';
    throw new Error(`${error.message}: ${words}`);
  }

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
