// Users press Back, reload, click twice, keep two tabs open and return too late.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { expectScreen, fillForm, button, press } = require('./lib/screens');
const journey = require('./lib/journey');
const bank = require('./lib/bank');
const agent = require('./lib/agent');

play(async (scene, closing) => {
  const { context, page } = await open(scene, closing);
  await backAndReload(page, scene);
  await registerTwice(page);
  await bank.approve(scene);
  await twoTabs(context, page, scene);
  await doubleIssue(page, scene);
  await afterTheEnd(context, page, scene);
});

// What was typed is still there after Back, passwords are not; a reload shows the same screen and sends nothing.
async function backAndReload(page, scene) {
  await page.goto(`${scene.dev.portal}/register/account`);
  await fillForm(page, journey.accountFields(scene));
  await button(page, '/register/account', 'next').dblclick();
  await expectScreen(page, 'BLIS006');
  await page.reload();
  await expectScreen(page, 'BLIS006');
  await page.goBack();
  await expectScreen(page, 'BLIS005');
  assert.equal(await page.locator('#temporary_login_password').inputValue(), '', 'no password comes back');
  await page.goForward();
  await expectScreen(page, 'BLIS006');
  await fillForm(page, journey.userFields(scene));
  await press(page, '/register/user', 'next');
  await expectScreen(page, 'BLIS003');
  await page.reload();
  await expectScreen(page, 'BLIS003');
  await press(page, '/register/confirm', 'back');
  await expectScreen(page, 'BLIS006');
  assert.equal(await page.locator('#email').inputValue(), scene.person.email, 'what was typed is kept');
  assert.equal(await page.locator('#login_password').inputValue(), '', 'except passwords');
  await fillForm(page, journey.userFields(scene));
  await press(page, '/register/user', 'next');
  await expectScreen(page, 'BLIS003');
}

// A double click registers once; Back to the confirmation registers nothing again.
async function registerTwice(page) {
  await button(page, '/register/confirm', 'register').dblclick();
  await expectScreen(page, 'BLIS004');
  await page.goBack();
  await page.goForward();
  await expectScreen(page, 'BLIS004');
}

// Two tabs of one browser: the second one that requests a certificate takes over, and the first one shows this or follows.
async function twoTabs(context, page, scene) {
  await page.locator('#to-issue').click();
  await expectScreen(page, 'BSMS002');
  const other = await context.newPage();
  await other.goto(`${scene.dev.portal}/certificate/confirm`);
  await expectScreen(other, 'BSMS002');
  const first = await journey.ask(page);
  const second = await journey.ask(other);
  assert.notEqual(first, second);
  await assert.rejects(agent.follow(scene, first), 'the link of the first tab is no longer good');
  await other.close();
}

// 「発行」 clicked twice makes one request, whose link works; the certificate is issued once.
async function doubleIssue(page, scene) {
  await page.goto(`${scene.dev.portal}/certificate/confirm`);
  await expectScreen(page, 'BSMS002');
  await button(page, '/certificate/confirm').dblclick();
  await expectScreen(page, 'BSMS003');
  await page.reload();
  await expectScreen(page, 'BSMS003');
  await agent.follow(scene, await journey.agentLink(page));
  await expectScreen(page, 'BSMS004');
  const shown = await page.locator('#certificate-facts').innerText();
  await page.reload();
  await expectScreen(page, 'BSMS004');
  assert.equal(await page.locator('#certificate-facts').innerText(), shown);
  await page.goto(`${scene.dev.portal}/certificate/confirm`);
  await page.waitForLoadState('load');
  if ((await button(page, '/certificate/confirm').count()) > 0) await press(page, '/certificate/confirm');
  await page.locator('[role=alert]').waitFor();
  assert.equal(await page.locator('a[href^="inkan:"]').count(), 0, 'there is no second certificate');
}

// After logout, Back shows nothing of the user; a page that another tab still shows can only be left.
async function afterTheEnd(context, page, scene) {
  await journey.logIn(page, scene);
  const other = await context.newPage();
  await other.goto(`${scene.dev.certificate}/top`);
  await expectScreen(other, 'BTOP001');
  await press(page, '/logout');
  await page.locator('#logout').waitFor({ state: 'detached' });
  await page.goBack();
  await page.waitForLoadState();
  const text = await page.locator('body').innerText();
  assert.ok(!text.includes(scene.person.name), `nothing of the person after logging out:\n${text}`);
  await press(other, '/logout');
  await other.locator('#logout').waitFor({ state: 'detached' });
  await other.goto(`${scene.dev.certificate}/top`);
  await other.locator('[role=alert]').waitFor();
  assert.equal(await other.locator('#logout').count(), 0, 'the other tab is logged out, too');
}
