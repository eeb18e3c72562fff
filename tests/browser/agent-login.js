// Login with the agent, in two browsers: it succeeds automatically in the requesting one, and not in another one with
// the same address.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { expectScreen, fillPassword, press } = require('./lib/screens');
const journey = require('./lib/journey');

play(async (scene, closing) => {
  const { page } = await open(scene, closing);
  await journey.identify(page, scene);
  await journey.issue(page, scene);
  const other = { ...scene, home: `${scene.home}/other`, profile: `${scene.home}/other/profile`, module: null };
  const { page: stranger } = await open(other, closing);

  // Opened elsewhere: nobody is logged in, and both browsers show this.
  scene.page = page;
  const lost = await journey.proveByAgent(scene, await journey.askForAgentLogin(page, scene));
  await stranger.goto(lost);
  await stranger.locator('#other-browser').waitFor();
  assert.ok(!stranger.url().includes('code'), stranger.url());
  await page.locator('[role=alert]').filter({ hasText: 'login-other-browser' }).waitFor();
  await stranger.goto(`${scene.dev.portal}/top`);
  await stranger.locator('[role=alert]').waitFor();

  // Opened here, in a second window: the waiting window continues automatically.
  await page.locator('#start-again').click();
  await page.locator('#open-agent').waitFor();
  const address = await journey.proveByAgent(scene, await journey.agentLink(page));
  const second = await page.context().newPage();
  await second.goto(address);
  await expectScreen(second, 'BLGI002');
  assert.equal(await second.evaluate(() => document.referrer), '');
  await expectScreen(page, 'BLGI002');
  await fillPassword(second, 'password', scene.person.login_password);
  await press(second, '/login/agent/password');
  await expectScreen(second, 'BTOP001');
  await page.reload();
  await expectScreen(page, 'BTOP001');
});
