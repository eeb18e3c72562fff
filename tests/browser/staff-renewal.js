// The last 40 days of a staff certificate: renewed in the console with the agent, and finally revoked by an officer
// while the console is open. The second argument is the language.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { Gallery } = require('./lib/gallery');
const { sitDown, send } = require('./lib/desk');
const agent = require('./lib/agent');

const LANGUAGE = process.argv[3] || 'ja';
const LOCALE = { ja: 'ja-JP', en: 'en-US' }[LANGUAGE];

play(async (scene, closing) => {
  const gallery = new Gallery(scene, LANGUAGE);
  const person = await sitDown(scene, closing, 'newcomer', LOCALE);
  const { page } = person;
  await page.goto(`${scene.dev.staff}/`);
  await page.locator('#own-ends').waitFor();
  await gallery.look(page, 'staff-home-ends');
  await page.goto(`${scene.dev.staff}/certificate`);
  const before = await page.locator('#certificate-facts').innerText();
  await gallery.look(page, 'staff-own-renew');
  await send(page, '/certificate/renewal');
  await page.locator('#open-agent').waitFor();
  const link = await page.locator('#open-agent').getAttribute('href');
  const { program, args, env } = person.scene.agent;
  const renewed = await agent.follow({ ...person.scene, agent: { program, args: [...args, '--delete-old'], env } }, link);
  assert.ok(renewed.deleted, `the old one is cleared away: ${JSON.stringify(renewed)}`);
  await page.locator('#result').waitFor();
  const after = await page.locator('#certificate-facts').innerText();
  assert.notEqual(after, before);
  // The connection still presents the replaced certificate.
  await page.goto(`${scene.dev.staff}/`);
  assert.match(await page.locator('#message .code').innerText(), /staff-certificate-inactive/);
  await gallery.look(page, 'staff-certificate-inactive');
  await person.leave();

  const again = await sitDown(scene, closing, 'newcomer', LOCALE);
  await again.page.goto(`${scene.dev.staff}/certificate`);
  assert.equal(await again.page.locator('#certificate-facts').innerText(), after);

  // The token is lost: one officer revokes its certificate, and the open page is refused at its next click.
  const officer = await sitDown(scene, closing, 'security-officer', LOCALE);
  await officer.page.goto(`${scene.dev.staff}/staff`);
  await officer.page.locator('tr', { hasText: 'E-1001' }).locator('a[href$="/stop"]').click();
  await officer.page.locator('form[action$="/stop"]').waitFor();
  await gallery.look(officer.page, 'staff-stop');
  await officer.page.locator('form[action$="/stop"] button').click();
  await officer.page.locator('table').waitFor();
  await again.page.locator('nav a[href="/contracts"]').click();
  await again.page.locator('#message').waitFor();
  assert.match(await again.page.locator('#message .code').innerText(), /staff-certificate-inactive/);
  gallery.close();
});
