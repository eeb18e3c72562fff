// Every screen in one language (the second argument: ja or en): no finding of axe-core, no horizontal scrolling; with
// pictures if they are requested.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { Gallery } = require('./lib/gallery');
const { expectScreen, fillForm, keyboardControls, press } = require('./lib/screens');
const journey = require('./lib/journey');
const bank = require('./lib/bank');
const agent = require('./lib/agent');

const LANGUAGE = process.argv[3] || 'ja';
const LOCALE = { ja: 'ja-JP', en: 'en-US' }[LANGUAGE];

play(async (scene, closing) => {
  const gallery = new Gallery(scene, LANGUAGE);
  const { page } = await open(scene, closing, { locale: LOCALE });
  await front(page, scene, gallery);
  await registration(page, scene, gallery);
  await bank.approve(scene);
  await issue(page, scene, gallery);
  await login(page, scene, gallery);
  await agentLogin(page, scene, gallery);
  await strangers(scene, closing, gallery);
  gallery.close();
});

async function front(page, scene, gallery) {
  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await gallery.look(page, 'BLGI001');
  await keyboardControls(page, 'password').locator('button').click();
  await page.locator('.keyboard').waitFor();
  await gallery.look(page, 'BLGI001-keyboard');
  await fillForm(page, { login_id: 'nobody01', password: 'wrong-one' });
  await press(page, '/login');
  await page.locator('[role=alert]').waitFor();
  await gallery.look(page, 'BLGI001-refused');
  await page.goto(`${scene.dev.portal}/help`);
  await gallery.look(page, 'help');
  await page.goto(`${scene.dev.portal}/there-is-no-such-page`);
  await gallery.look(page, 'error');
}

async function registration(page, scene, gallery) {
  await page.goto(`${scene.dev.portal}/register/account`);
  await expectScreen(page, 'BLIS005');
  await gallery.look(page, 'BLIS005');
  await fillForm(page, { ...journey.accountFields(scene), branch: '1a', account: '12-34' });
  await press(page, '/register/account', 'next');
  await page.locator('[aria-invalid=true]').first().waitFor();
  await gallery.look(page, 'BLIS005-mistakes');
  await fillForm(page, journey.accountFields(scene));
  await press(page, '/register/account', 'next');
  await expectScreen(page, 'BLIS006');
  await gallery.look(page, 'BLIS006');
  await fillForm(page, { ...journey.userFields(scene), user_name: '𠮷田', email_again: 'b@c', login_id: 'はなこ', login_password: 'abc' });
  await press(page, '/register/user', 'next');
  await page.locator('[aria-invalid=true]').first().waitFor();
  await gallery.look(page, 'BLIS006-mistakes');
  await fillForm(page, journey.userFields(scene));
  await press(page, '/register/user', 'next');
  await expectScreen(page, 'BLIS003');
  await gallery.look(page, 'BLIS003');
  await press(page, '/register/confirm', 'register');
  await expectScreen(page, 'BLIS004');
  await gallery.look(page, 'BLIS004');
  await gallery.print(page, 'BLIS004');
}

async function issue(page, scene, gallery) {
  await page.goto(`${scene.dev.portal}/certificate/identify`);
  await expectScreen(page, 'BSMS001');
  await gallery.look(page, 'BSMS001');
  await fillForm(page, { login_id: scene.person.login_id, password: 'wrong-one' });
  await press(page, '/certificate/identify');
  await page.locator('[role=alert]').waitFor();
  await gallery.look(page, 'BSMS001-refused');
  await fillForm(page, { login_id: scene.person.login_id, password: scene.person.login_password });
  await press(page, '/certificate/identify');
  await expectScreen(page, 'BSMS002');
  await gallery.look(page, 'BSMS002');
  await failedIssue(page, scene, gallery);
  const link = await journey.ask(page);
  await gallery.look(page, 'BSMS003');
  await agent.follow(scene, link);
  await expectScreen(page, 'BSMS004');
  await gallery.look(page, 'BSMS004');
  await gallery.print(page, 'BSMS004');
  await press(page, '/logout');
  await page.locator('#certificate-facts').waitFor({ state: 'detached' });
  await page.waitForLoadState('load');
  await gallery.look(page, 'closed');
}

// A wrong PIN: the agent reports it, and the page shows it and leads back to BSMS002.
async function failedIssue(page, scene, gallery) {
  const wrong = path.join(scene.home, 'wrong-pin');
  fs.writeFileSync(wrong, '0000\n', { mode: 0o600 });
  const args = scene.agent.args.map((word) => (word === scene.pin_file ? wrong : word));
  const link = await journey.ask(page);
  await assert.rejects(agent.follow({ ...scene, agent: { ...scene.agent, args } }, link));
  await page.locator('[role=alert]').waitFor();
  await page.waitForLoadState('load');
  await gallery.look(page, 'BSMS003-failed');
  await page.locator('#start-again').click();
}

async function login(page, scene, gallery) {
  await page.goto(`${scene.dev.portal}/`);
  await page.locator('#certificate-login').click();
  await expectScreen(page, 'BLGI002');
  await gallery.look(page, 'BLGI002');
  await fillForm(page, { password: 'wrong-one' });
  await press(page, '/login');
  await page.locator('[role=alert]').waitFor();
  await gallery.look(page, 'BLGI002-refused');
  await fillForm(page, { password: scene.person.login_password });
  await press(page, '/login');
  await expectScreen(page, 'BTOP001');
  await gallery.look(page, 'BTOP001');
  await press(page, '/logout');
  await page.locator('#logout').waitFor({ state: 'detached' });
  await page.waitForLoadState('load');
  await gallery.look(page, 'logged-out');
}

// Login with the agent: waiting, cancelled, in another browser, and completed.
async function agentLogin(page, scene, gallery) {
  let link = await journey.askForAgentLogin(page, scene);
  await gallery.look(page, 'BLGI003');
  const wrong = path.join(scene.home, 'wrong-pin');
  const args = scene.agent.args.map((word) => (word === scene.pin_file ? wrong : word));
  await assert.rejects(agent.follow({ ...scene, agent: { ...scene.agent, args } }, link));
  await page.locator('[role=alert]').waitFor();
  await page.waitForLoadState('load');
  await gallery.look(page, 'BLGI003-failed');
  await page.locator('#start-again').click();
  await expectScreen(page, 'BLGI003');
  await page.locator('#open-agent').waitFor();
  link = await journey.agentLink(page);
  const code = await journey.proveByAgent(scene, link);
  await page.locator('ol.progress li:nth-child(4).done').waitFor();
  await gallery.look(page, 'BLGI003-proved');
  // In a separate tab, as the agent opens it: the waiting page navigates automatically.
  const tab = await page.context().newPage();
  scene.page = tab;
  await page.close();
  await tab.goto(code);
  await expectScreen(tab, 'BLGI002');
  assert.ok(!tab.url().includes('code'), tab.url());
  await gallery.look(tab, 'BLGI002-after-agent');
  await fillForm(tab, { password: scene.person.login_password });
  await press(tab, '/login/agent/password');
  await expectScreen(tab, 'BTOP001');
  await gallery.look(tab, 'BTOP001-after-agent');
  await press(tab, '/logout');
  await tab.locator('#logout').waitFor({ state: 'detached' });
  await tab.waitForLoadState('load');
  await tab.goto(`${scene.dev.portal}/login/agent/refused?why=login-other-browser`);
  await tab.locator('#other-browser').waitFor();
  await gallery.look(tab, 'BLGI003-other-browser');
}

// A browser without a certificate, and a certificate user who tries ID and password.
async function strangers(scene, closing, gallery) {
  const other = { ...scene, home: `${scene.home}/stranger`, profile: `${scene.home}/stranger/profile`, module: null };
  const { page } = await open(other, closing, { locale: LOCALE });
  await page.goto(`${scene.dev.certificate}/login`);
  await page.locator('main h1').waitFor();
  await gallery.look(page, 'not-acceptable');
  await page.goto(`${scene.dev.portal}/`);
  await fillForm(page, { login_id: scene.person.login_id, password: scene.person.login_password });
  await press(page, '/login');
  await page.locator('[role=alert]').waitFor();
  await gallery.look(page, 'BLGI001-certificate-required');
  await page.goto(`${scene.dev.portal}/register/user`);
  await page.locator('[role=alert]').waitFor();
  await gallery.look(page, 'out-of-order');

  const phone = { ...scene, home: `${scene.home}/phone`, profile: `${scene.home}/phone/profile`, module: null };
  const userAgent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';
  const { page: small } = await open(phone, closing, { locale: LOCALE, userAgent });
  await small.goto(`${scene.dev.portal}/`);
  await expectScreen(small, 'BLGI001');
  await gallery.look(small, 'BLGI001-browser-that-cannot');
}
