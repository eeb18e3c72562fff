// A certificate whose time is over: a page that says so, and the way back. The second argument is the language.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { Gallery } = require('./lib/gallery');
const { expectScreen } = require('./lib/screens');

play(async (scene, closing) => {
  const language = process.argv[3] || 'ja';
  const gallery = new Gallery(scene, language);
  const { page } = await open(scene, closing, { locale: { ja: 'ja-JP', en: 'en-US' }[language] });
  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await page.locator('#certificate-login').click();
  await page.locator('main h1').waitFor();
  await page.waitForLoadState('load');
  assert.match(await page.locator('main').innerText(), /certificate-expired/);
  await gallery.look(page, 'not-acceptable-expired');
  // The way back: the front page, from which a new certificate is asked for once the branch has approved it.
  await page.locator(`main a[href^="${scene.dev.portal}"]`).first().click();
  await expectScreen(page, 'BLGI001');
  gallery.close();
});
