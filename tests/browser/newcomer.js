// A new member of staff: entered by one officer, approved by another, given one half of the activation code by each;
// the certificate with the agent onto their own token, and then the console. The second argument is the language, the
// third the bank's date.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { Gallery } = require('./lib/gallery');
const { fillForm } = require('./lib/screens');
const { sitDown, send, pathOf } = require('./lib/desk');
const agent = require('./lib/agent');

const LANGUAGE = process.argv[3] || 'ja';
const LOCALE = { ja: 'ja-JP', en: 'en-US' }[LANGUAGE];
const NOW = process.argv[4];

play(async (scene, closing) => {
  const gallery = new Gallery(scene, LANGUAGE);
  const officer = await sitDown(scene, closing, 'security-officer', LOCALE);
  await officer.page.goto(`${scene.dev.staff}/staff/new`);
  await fillForm(officer.page, { name: '山田太郎', employee_number: 'E-1001', role: 'teller' });
  await send(officer.page, '/staff/new');
  const entry = pathOf(officer.page);
  const second = await sitDown(scene, closing, 'security-officer-2', LOCALE);
  await second.page.goto(`${scene.dev.staff}${entry}`);
  await send(second.page, `${entry}/approve`);

  // One half from each of the two officers.
  const half = async ({ page }) => {
    await page.goto(`${scene.dev.staff}/staff`);
    const row = page.locator('tr', { hasText: 'E-1001' });
    await row.locator('form[action$="/credential"] button').click();
    await page.locator('#handover').waitFor();
    return page.locator('#handover [data-secret]').innerText();
  };
  const first = await half(officer);
  await gallery.look(officer.page, 'staff-credential');
  await gallery.print(officer.page, 'staff-credential');
  const halves = { first, second: await half(second) };

  // Without a certificate the console shows where to get one.
  const newcomer = await sitDown(scene, closing, 'newcomer', LOCALE);
  const { page } = newcomer;
  await page.goto(`${scene.dev.staff}/`);
  assert.match(await page.locator('#message .code').innerText(), /staff-certificate-missing/);
  await page.goto(`${scene.dev.portal}/staff/certificate`);
  await gallery.look(page, 'staff-handover');
  await fillForm(page, { number: 'E-1001', first: halves.second, second: halves.first });
  await send(page, '/staff/certificate');
  assert.match(await page.locator('#message .code').innerText(), /handover-invalid/);
  await fillForm(page, { number: 'e-1001', ...halves });
  await send(page, '/staff/certificate');
  await page.locator('#open-agent').waitFor();
  await gallery.look(page, 'staff-certificate-wait');
  const link = await page.locator('#open-agent').getAttribute('href');
  const { program, args, env } = newcomer.scene.agent;
  const result = await agent.follow({ ...newcomer.scene, agent: { program, args: [...args, '--now', NOW], env } }, link);
  assert.match(JSON.stringify(result), /E-1001/);
  await page.locator('#result').waitFor();
  await gallery.look(page, 'staff-certificate-done');
  await newcomer.leave();

  // The first login.
  const again = await sitDown(scene, closing, 'newcomer', LOCALE);
  await again.page.goto(`${scene.dev.staff}/`);
  assert.match(await again.page.locator('.person').innerText(), /山田太郎/);
  await again.page.goto(`${scene.dev.staff}/certificate`);
  await gallery.look(again.page, 'staff-own');
  gallery.close();
});
