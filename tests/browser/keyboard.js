// The whole journey without a mouse: Tab, Enter, Space and typed text. The focus is always visible.
'use strict';
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { expectScreen } = require('./lib/screens');
const { reach, fill, press } = require('./lib/keys');
const journey = require('./lib/journey');
const bank = require('./lib/bank');
const agent = require('./lib/agent');

const button = (action, value) =>
  value ? `form[action="${action}"] button[value="${value}"]` : `form[action="${action}"] button[type=submit]`;

play(async (scene, closing) => {
  const { page } = await open(scene, closing);
  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await press(page, '#get-login-id');
  await expectScreen(page, 'BLIS005');
  await fill(page, journey.accountFields(scene));
  await press(page, button('/register/account', 'next'));
  await expectScreen(page, 'BLIS006');
  await fill(page, journey.userFields(scene));
  await press(page, button('/register/user', 'next'), 'Space');
  await expectScreen(page, 'BLIS003');
  await press(page, button('/register/confirm', 'register'), 'Space');
  await expectScreen(page, 'BLIS004');
  await bank.approve(scene);
  await press(page, '#to-login');

  await expectScreen(page, 'BLGI001');
  await press(page, '#certificate-issue');
  await expectScreen(page, 'BSMS001');
  await fill(page, { login_id: scene.person.login_id, password: scene.person.login_password });
  await page.keyboard.press('Enter');
  await expectScreen(page, 'BSMS002');
  await press(page, button('/certificate/confirm'));
  await expectScreen(page, 'BSMS003');
  await reach(page, 'a[href^="inkan:"]');
  await agent.follow(scene, await journey.agentLink(page));
  await expectScreen(page, 'BSMS004');
  await press(page, button('/logout'));

  await expectScreen(page, 'BLGI001');
  await press(page, '#certificate-login');
  await expectScreen(page, 'BLGI002');
  await fill(page, { password: scene.person.login_password });
  await page.keyboard.press('Enter');
  await expectScreen(page, 'BTOP001');
  await press(page, button('/logout'), 'Space');
  await page.locator('#logout').waitFor({ state: 'detached' });
});
