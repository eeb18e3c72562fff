// Less than 40 days before the certificate expires: the top page shows this, and leads through the renewal. Arguments:
// the language, and the bank's time (for the agent, which otherwise uses the computer's clock).
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { Gallery } = require('./lib/gallery');
const { expectScreen, press } = require('./lib/screens');
const journey = require('./lib/journey');
const agent = require('./lib/agent');

play(async (scene, closing) => {
  const [language, now] = process.argv.slice(3);
  const gallery = new Gallery(scene, language);
  const onThatDay = { ...scene, agent: { ...scene.agent, args: ['--now', now, ...scene.agent.args, '--delete-old'] } };
  const { page } = await open(scene, closing, { locale: { ja: 'ja-JP', en: 'en-US' }[language] });
  await journey.logIn(page, scene);
  await page.locator('#renewal-notice').waitFor();
  await gallery.look(page, 'BTOP001-notice');

  await page.locator('a[href="/renew"]').click();
  await expectScreen(page, 'BSMS012');
  await gallery.look(page, 'BSMS012');
  await press(page, '/renew');
  await expectScreen(page, 'BSMS013');
  const link = await journey.agentLink(page);
  await gallery.look(page, 'BSMS013');

  // A wrong PIN: the page shows this; the certificate is still valid, and the renewal starts again from here.
  const wrong = path.join(scene.home, 'wrong-pin');
  fs.writeFileSync(wrong, '0000\n', { mode: 0o600 });
  const args = onThatDay.agent.args.map((word) => (word === scene.pin_file ? wrong : word));
  await assert.rejects(agent.follow({ ...onThatDay, agent: { ...onThatDay.agent, args } }, link));
  await page.locator('[role=alert]').waitFor();
  await page.waitForLoadState('load');
  await gallery.look(page, 'BSMS013-failed');
  await page.locator('#to-top').click();
  await page.locator('#renewal-notice').waitFor();
  await page.locator('a[href="/renew"]').click();
  await expectScreen(page, 'BSMS012');
  await press(page, '/renew');
  await expectScreen(page, 'BSMS013');
  await page.locator('#start-again').click();
  await expectScreen(page, 'BSMS012');
  await press(page, '/renew');
  await expectScreen(page, 'BSMS013');

  // The page continues automatically while the agent works.
  const result = await agent.follow(onThatDay, await journey.agentLink(page));
  await expectScreen(page, 'BSMS014');
  assert.ok((await page.locator('#certificate-facts').innerText()).includes(result.serial));
  await gallery.look(page, 'BSMS014');
  await gallery.print(page, 'BSMS014');
  await press(page, '/logout');
  await page.locator('#certificate-facts').waitFor({ state: 'detached' });
  // This browser's open connection still presents the old certificate: it opens nothing, and the page shows why.
  await page.goto(`${scene.dev.certificate}/top`);
  await page.locator('main h1').waitFor();
  assert.match(await page.locator('main').innerText(), /certificate-superseded/);
  await gallery.look(page, 'not-acceptable-superseded');
  gallery.close();
});
