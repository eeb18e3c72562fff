// A card in a reader, the agent's window opened by its link, and the browser, on one desktop: a certificate is issued
// and then used to log in, first with the agent and then by the browser itself through OpenSC.
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { play } = require('./lib/scene');
const browser = require('./lib/browser');
const display = require('./lib/display');
const agentWindow = require('./lib/agent-window');
const { until } = require('./lib/poll');
const { expectScreen, fillPassword, press } = require('./lib/screens');
const journey = require('./lib/journey');

const code = (page) => page.locator('.comparison dd').first().innerText();

// The agent opens addresses in the browser that is already running, as on a desktop with one browser.
function installBrowser(scene) {
  const start = path.join(scene.home, 'open-page');
  const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => fs.existsSync(p));
  fs.writeFileSync(start, `#!/bin/sh\nexec ${program} --no-sandbox --user-data-dir='${scene.profile}' "$1"\n`, { mode: 0o700 });
  // If the browser passes links to a desktop portal, the portal starts the agent, with the environment of the session's
  // bus.
  execFileSync('dbus-update-activation-environment', [`BROWSER=${start}`], { env: scene.desktop });
  return start;
}

play(async (scene, closing) => {
  const screen = display.attach(scene.desktop);
  const options = { headless: false, env: { ...scene.desktop, BROWSER: installBrowser(scene), LANGUAGE: 'ja' } };
  const first = await browser.open({ ...scene, module: null }, closing, options);
  const { page, context } = first;
  scene.page = page;

  await journey.identify(page, scene);
  await press(page, '/certificate/confirm');
  await agentWindow.confirm(screen, scene, 'Confirm the certificate issuance', await code(page));
  await agentWindow.enterPin(screen, scene, scene.pin);
  await expectScreen(page, 'BSMS004');
  await agentWindow.close(screen, 'Done');

  const opened = [];
  context.on('page', (next) => opened.push(next));
  await journey.askForAgentLogin(page, scene);
  await page.locator('#open-agent').click();
  await agentWindow.confirm(screen, scene, 'Confirm the login', await code(page));
  await agentWindow.enterPin(screen, scene, scene.pin);
  const second = await until('the page that the agent opens', async () => opened[0]);
  scene.page = second;
  await expectScreen(second, 'BLGI002');
  await fillPassword(second, 'password', scene.person.login_password);
  await press(second, '/login/agent/password');
  await expectScreen(second, 'BTOP001');
  await agentWindow.close(screen, 'Done');
  await context.close();

  // On another day the browser starts again, finds the card by OpenSC, and prompts for the PIN itself.
  for (const day of ['first', 'second']) {
    const again = { ...scene, profile: path.join(scene.home, `profile-${day}`) };
    const morning = await browser.open(again, closing, options);
    let died = false;
    morning.context.on('close', () => {
      died = true;
    });
    try {
      await logIn(scene, screen, morning.page);
      return;
    } catch (error) {
      // Chromium runs OpenSC in its own process and sometimes dies in it on a busy machine. It is started once more.
      if (!died || day === 'second') throw error;
      console.error(`the browser died: ${error.message}`);
    }
  }
});

async function logIn(scene, screen, page) {
  scene.page = page;
  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await page.locator('#certificate-login').click({ noWaitAfter: true });
  await screen.waitForWindow('Unlock Security Device');
  await screen.typeInto('Unlock Security Device', scene.pin);
  await screen.key('Return');
  await screen.waitUntilGone('Unlock Security Device');
  await expectScreen(page, 'BLGI002');
  await fillPassword(page, 'password', scene.person.login_password);
  await press(page, '/login');
  await expectScreen(page, 'BTOP001');
}
