// After staff.js, at a bank where a re-issue waits: another address and name, entered by one person and approved by another. Then the approver sees what happened lately and from when the certificate can
// be issued, the customer is told, one call stops it. Then the only user leaves. The second argument is the language.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { Gallery } = require('./lib/gallery');
const { fillForm } = require('./lib/screens');
const journey = require('./lib/journey');
const { deskOf, see, send, pathOf } = require('./lib/console');

const LANGUAGE = process.argv[3] || 'ja';
const LOCALE = { ja: 'ja-JP', en: 'en-US' }[LANGUAGE];

play(async (scene, closing) => {
  const gallery = new Gallery(scene, LANGUAGE, 60);
  const teller = await deskOf(scene, closing, 'teller', LOCALE);
  const approver = await deskOf(scene, closing, 'approver', LOCALE);
  const enter = async (path, fields) => {
    await see(teller, path);
    await fillForm(teller, fields);
    await send(teller, new URL(path, scene.dev.staff).pathname);
    return pathOf(teller);
  };
  const approve = async (proposal) => {
    await see(approver, proposal);
    await send(approver, `${proposal}/approve`);
    assert.equal(await approver.locator('#decision').count(), 0, 'it is decided');
  };

  await see(teller, '/contracts?q=0007007');
  const contract = await teller.locator('main a[href^="/contracts/"]:not([href="/contracts/new"]):not([href^="/contracts/import"])').first().getAttribute('href');
  await see(teller, contract);
  const user = await teller.locator('a[href^="/users/"]').first().getAttribute('href');
  // Another address, and the company's new name and branch: entered by one person, decided by another, who sees old and new.
  await see(teller, user);
  await teller.locator('a[href$="/details"]').click();
  await teller.waitForLoadState('load');
  await gallery.look(teller, 'staff-user-details');
  await fillForm(teller, { identity_check: '運転免許証', note: 'お申し出' });
  await send(teller, `${user}/details`);
  assert.match(await teller.locator('#user_name-error').innerText(), /.+/, 'nothing changes');
  await gallery.look(teller, 'staff-user-details-refused');
  await fillForm(teller, { email: 'new@oozora.co.jp' });
  await send(teller, `${user}/details`);
  const moved = pathOf(teller);
  assert.equal(await teller.locator(`form[action="${moved}/approve"]`).count(), 0, 'one person alone changes nothing');
  await see(approver, moved);
  await gallery.look(approver, 'staff-user-details-proposal');
  const seen = await approver.locator('#changes').innerText();
  for (const words of [scene.person.email, 'new@oozora.co.jp']) assert.ok(seen.includes(words), seen);
  await send(approver, `${moved}/approve`);
  await see(approver, user);
  assert.match(await approver.locator('main').innerText(), /new@oozora\.co\.jp/);
  await see(teller, `${contract}/details`);
  await gallery.look(teller, 'staff-contract-details');
  await fillForm(teller, { company_name: '小海工業株式会社', company_kana: 'ｺｳﾐｺｳｷﾞﾖｳ', branch: '102', identity_check: '登記事項証明書', note: '商号変更' });
  await send(teller, `${contract}/details`);
  const renamed = pathOf(teller);
  await see(approver, renamed);
  await gallery.look(approver, 'staff-contract-details-proposal');
  await send(approver, `${renamed}/approve`);
  await see(teller, contract);
  await gallery.look(teller, 'staff-contract-renamed');
  assert.match(await teller.locator('main').innerText(), /小海工業株式会社/);
  await see(teller, `${contract}/password-method`);
  await gallery.look(teller, 'staff-password-method');

  // The token is lost: its certificate is revoked, and the re-issue waits.
  await see(teller, user);
  const incident = await teller.locator('a[href$="/incident"]').first().getAttribute('href');
  await approve(await enter(incident, { note: '紛失' }));
  const reissue = await enter(`${user}/reissue`, { reference: 'IB-3' });
  await see(approver, reissue);
  const recent = await approver.locator('#recent').innerText();
  for (const words of ['hanakodt@oozora.co.jp → new@oozora.co.jp', '20']) assert.ok(recent.includes(words), recent);
  assert.equal(await approver.locator('#usable strong').count(), 1);
  await gallery.look(approver, 'staff-reissue-waits');
  await approve(reissue);

  // The customer is told from when; nothing can be issued before.
  const { page } = await open(scene, closing, { locale: LOCALE });
  await journey.identify(page, scene);
  assert.match(await page.locator('#message .code').innerText(), /grant-waiting/);
  assert.equal(await page.locator('form[action="/certificate/confirm"]').count(), 0);
  await gallery.look(page, 'BSMS002-waits');

  // One call, one person: it is stopped.
  await see(teller, contract);
  await gallery.look(teller, 'staff-contract-waits');
  await teller.locator('a[href^="/grants/"]').click();
  await teller.waitForLoadState('load');
  await gallery.look(teller, 'staff-grant-stop');
  await fillForm(teller, { note: '申込みの事実なしとのお電話' });
  await send(teller, pathOf(teller));
  assert.equal(pathOf(teller), contract);
  assert.equal(await teller.locator('a[href$="/stop"]').count(), 0);
  await journey.identify(page, scene);
  await page.locator('form[action="/certificate/confirm"] button').click();
  await page.getByText('grant-missing').waitFor();

  // The only user leaves; the contract waits for a letter and a new master.
  await see(teller, `${user}/leave`);
  await gallery.look(teller, 'staff-user-leave');
  const leaving = await enter(`${user}/leave`, { note: '退職' });
  assert.equal(await teller.locator(`form[action="${leaving}/approve"]`).count(), 0);
  await see(approver, leaving);
  await gallery.look(approver, 'staff-user-leave-proposal');
  await approve(leaving);
  await see(teller, contract);
  assert.equal(await teller.locator('#former li').count(), 1);
  assert.equal(await teller.locator(`form[action="${contract}/letter"]`).count(), 1);
  await gallery.look(teller, 'staff-contract-left');
  await see(teller, user);
  await gallery.look(teller, 'staff-user-left');
  gallery.close();
});
