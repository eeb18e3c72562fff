// The bank's side with the tokens of staff, and the customer between them: contract → approval → letter → application →
// registration → approval → the customer's issue → 事故登録 → review → re-issue. Every screen of the console is checked on
// the way. The second argument is the language.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { Gallery } = require('./lib/gallery');
const { expectScreen, fillForm, press } = require('./lib/screens');
const journey = require('./lib/journey');
const { deskOf, see: goTo, send, pathOf } = require('./lib/console');

const LANGUAGE = process.argv[3] || 'ja';
const LOCALE = { ja: 'ja-JP', en: 'en-US' }[LANGUAGE];
const CONTRACT = { branch: '101', account_type: 'ordinary', account: '0007007', company_name: '有限会社小海工業', company_kana: 'ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ' };

play(async (scene, closing) => {
  const gallery = new Gallery(scene, LANGUAGE);
  const desk = (name) => deskOf(scene, closing, name, LOCALE);
  const see = async (page, path, name) => {
    await goTo(page, path);
    if (name) await gallery.look(page, name);
  };

  const teller = await desk('teller');
  await gallery.look(teller, 'staff-home');

  // 契約: entered by one person, approved by another.
  await see(teller, '/contracts/new', 'staff-contract-new');
  await fillForm(teller, CONTRACT);
  await send(teller, '/contracts/new');
  const entry = pathOf(teller);
  await gallery.look(teller, 'staff-contract-entered');
  const approver = await desk('approver');
  await gallery.look(approver, 'staff-home-approver');
  await see(approver, entry, 'staff-contract-proposal');
  await send(approver, `${entry}/approve`);
  await gallery.look(approver, 'staff-contract-approved');
  const contract = await approver.locator('a[href^="/contracts/"]').last().getAttribute('href');

  // The letter: requested by the person who entered the contract, shown to a third one.
  await see(teller, contract);
  await send(teller, `${contract}/letter`);
  await teller.locator('#requested').waitFor();
  await gallery.look(teller, 'staff-letter-asked');
  const colleague = await desk('teller-2');
  await see(colleague, contract);
  await send(colleague, `${contract}/letter`);
  const facts = await colleague.locator('#handover dd').allInnerTexts();
  await gallery.look(colleague, 'staff-letter');
  await gallery.print(colleague, 'staff-letter');

  // The application, by one person, who cannot decide; nor can anybody before the customer has registered.
  await see(teller, `/contracts?q=${CONTRACT.account}`, 'staff-contracts');
  await see(teller, `${contract}/application`, 'staff-application');
  await fillForm(teller, { reference: 'IB-1' });
  await send(teller, `${contract}/application`);
  const application = pathOf(teller);
  assert.equal(await teller.locator(`form[action="${application}/approve"]`).count(), 0);
  await see(approver, application, 'staff-application-early');
  assert.equal(await approver.locator(`form[action="${application}/approve"]`).count(), 0);

  // The customer registers with the letter.
  const dev = { ...scene.dev, demo: { ...CONTRACT, temporary_login_password: facts[2], temporary_confirmation_password: facts[3] } };
  const customer = { ...scene, dev };
  const { page } = await open(customer, closing, { locale: LOCALE });
  await journey.register(page, customer);

  // The approval by another person, who sees the user; then the customer gets a certificate.
  await see(approver, '/proposals', 'staff-proposals');
  await see(approver, application, 'staff-proposal');
  const grantee = await approver.locator('#grantee').innerText();
  for (const words of [scene.person.login_id, scene.person.name, scene.person.email, '127.0.0.1']) {
    assert.ok(grantee.includes(words), `${words} in:\n${grantee}`);
  }
  await send(approver, `${application}/approve`);
  assert.equal(await approver.locator('#decision').count(), 0, 'it is decided');
  await page.locator('#to-issue').click();
  await journey.issue(page, customer);

  // The customer's certificate does not open the console, and the page shows what to do.
  const lost = await page.context().newPage();
  await lost.goto(`${scene.dev.staff}/`);
  assert.match(await lost.locator('#message .code').innerText(), /staff-certificate-missing/);
  await gallery.look(lost, 'staff-not-for-customers');
  await lost.close();
  await see(teller, contract, 'staff-contract');
  const user = await teller.locator('a[href^="/users/"]').first().getAttribute('href');

  // 事故登録: at once by one person, reviewed by another.
  await see(teller, user, 'staff-user');
  await teller.locator('a[href$="/incident"]').click();
  await teller.waitForLoadState('load');
  await gallery.look(teller, 'staff-incident');
  const incident = pathOf(teller);
  await fillForm(teller, { note: '紛失' });
  await send(teller, incident);
  const review = pathOf(teller);
  await gallery.look(teller, 'staff-incident-own');
  await page.goto(`${scene.dev.portal}/`);
  await page.locator('#certificate-login').click();
  await page.locator('main h1').waitFor();
  assert.equal(await page.locator('#password').count(), 0, 'a suspended certificate opens nothing');
  await see(approver, review, 'staff-review');
  await send(approver, `${review}/approve`);

  // The re-issue, again by two people.
  await see(teller, `${user}/reissue`, 'staff-reissue');
  await fillForm(teller, { reference: 'IB-2' });
  await send(teller, `${user}/reissue`);
  const reissue = pathOf(teller);
  await see(approver, reissue);
  await send(approver, `${reissue}/approve`);
  await journey.identify(page, customer);
  await journey.issue(page, customer);
  await expectScreen(page, 'BSMS004');

  // A forgotten password: entered by one person, approved by another, its letter for a third; then the user starts again.
  await see(teller, user);
  await teller.locator('a[href$="/password-reset"]').click();
  await teller.waitForLoadState('load');
  await gallery.look(teller, 'staff-password-reset');
  await fillForm(teller, { note: '運転免許証で本人確認' });
  await send(teller, `${user}/password-reset`);
  const reset = pathOf(teller);
  assert.equal(await teller.locator(`form[action="${reset}/approve"]`).count(), 0);
  await see(approver, reset, 'staff-password-reset-proposal');
  await send(approver, `${reset}/approve`);
  await see(teller, reset, 'staff-password-reset-approved');
  await send(teller, `${reset}/letter`);
  await teller.locator('#requested').waitFor();
  await see(approver, reset);
  await send(approver, `${reset}/letter`);
  assert.match(await approver.locator('#message .code').innerText(), /letter-for-another/);
  await see(colleague, reset);
  await send(colleague, `${reset}/letter`);
  const given = await colleague.locator('#handover dd').allInnerTexts();
  await gallery.look(colleague, 'staff-password-reset-letter');
  assert.equal(given[3], scene.person.login_id);
  await page.goto(`${scene.dev.portal}/`);
  await page.locator('#start').click();
  await expectScreen(page, 'BLIS007');
  await fillForm(page, {
    login_id: given[3],
    temporary_login_password: given[4],
    temporary_confirmation_password: given[5],
    login_password: scene.person.login_password,
    login_password_again: scene.person.login_password,
    confirmation_password: scene.person.confirmation_password,
    confirmation_password_again: scene.person.confirmation_password,
  });
  await press(page, '/register/colleague');
  await expectScreen(page, 'BLIS004');
  assert.equal(await page.locator('#message').count(), 0);

  await see(teller, '/contracts/import', 'staff-import');
  await fillForm(teller, {});
  await teller.locator('#list').fill('100,1,9,大空商事,オオゾラ\n100,1,9,大空商事,オオゾラ\n');
  await send(teller, '/contracts/import');
  await gallery.look(teller, 'staff-import-report');
  await teller.locator('a[href$="/entry"]').click();
  await teller.waitForLoadState('load');
  await gallery.look(teller, 'staff-import-entry');
  const list = pathOf(teller);
  await fillForm(teller, { note: '移行分' });
  await send(teller, list);
  const imported = pathOf(teller);
  await see(approver, imported, 'staff-import-proposal');
  await send(approver, `${imported}/approve`);
  await see(teller, imported, 'staff-import-approved');
  await send(teller, list.replace('/entry', '/run'));
  await teller.locator('#report').waitFor();
  await see(teller, '/reports', 'staff-reports');
  await see(teller, '/audit', 'staff-forbidden');

  const officer = await desk('security-officer');
  await see(officer, '/staff', 'staff-members');
  await see(officer, '/staff/new', 'staff-member-new');
  await see(officer, '/security', 'staff-security');
  await see(officer, '/audit', 'staff-audit');
  await send(officer, '/audit/verify');
  await officer.locator('#verdict').waitFor();
  await gallery.look(officer, 'staff-audit-verified');
  gallery.close();
});
