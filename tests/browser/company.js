// The contract's own administrators: 花子 is the master, 次郎 a colleague whom she registers. Each has a browser and a
// token, and two members of staff approve 次郎's certificate. Every screen is checked on the way, in the language of the
// second argument.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { Gallery } = require('./lib/gallery');
const { expectScreen, fillForm, press } = require('./lib/screens');
const journey = require('./lib/journey');
const bank = require('./lib/bank');

const LANGUAGE = process.argv[3] || 'ja';
const LOCALE = { ja: 'ja-JP', en: 'en-US' }[LANGUAGE];
const JIRO = { name: '大空次郎', email: 'jiro@oozora.co.jp', login_id: 'jirodt', login_password: 'Jiro#2026', confirmation_password: 'Kaede-88' };

play(async (scene, closing) => {
  const gallery = new Gallery(scene, LANGUAGE);
  const place = (name, more) => {
    const { home, module, agent } = scene.desks.find((one) => one.name === name);
    return { ...scene, home, module, agent, profile: `${home}/profile`, ...more };
  };
  const { page: hanako } = await open(scene, closing, { locale: LOCALE });
  const company = new URL(scene.dev.certificate).origin;
  const own = scene.person.confirmation_password;

  await journey.register(hanako, scene);
  await bank.approve(scene);
  await hanako.locator('#to-issue').click();
  await journey.issue(hanako, scene);
  await journey.logIn(hanako, scene);
  await gallery.look(hanako, 'BTOP001-master');

  // A colleague is registered, after invalid entries.
  await hanako.locator('#users').click();
  await expectScreen(hanako, 'BUSR001');
  await hanako.locator('#new-user').click();
  await expectScreen(hanako, 'BUSR006');
  await gallery.look(hanako, 'BUSR006');
  const newcomer = { user_name: JIRO.name, email: JIRO.email, email_again: JIRO.email, login_id: JIRO.login_id, login_id_again: JIRO.login_id };
  await fillForm(hanako, { ...newcomer, login_id: 'じろう', confirmation_password: own });
  await press(hanako, '/company/users/new');
  await hanako.locator('[aria-invalid=true]').first().waitFor();
  await gallery.look(hanako, 'BUSR006-mistakes');
  await fillForm(hanako, { ...newcomer, role: 'general', confirmation_password: own });
  await press(hanako, '/company/users/new');
  await expectScreen(hanako, 'BUSR007');
  await gallery.look(hanako, 'BUSR007');
  await gallery.print(hanako, 'BUSR007');
  const facts = await hanako.locator('#handover dd').allInnerTexts();
  const [temporary_login_password, temporary_confirmation_password] = facts.slice(3, 5);
  await hanako.locator('#to-user').click();
  await expectScreen(hanako, 'BUSR002');
  await gallery.look(hanako, 'BUSR002-not-started');
  const path = new URL(hanako.url()).pathname;
  const id = path.split('/').pop();
  await hanako.locator('#passwords').click();
  await expectScreen(hanako, 'BUSR009');
  await gallery.look(hanako, 'BUSR009');

  // He chooses his own passwords.
  const his = place('jiro', { person: JIRO });
  const { page: jiro } = await open(his, closing, { locale: LOCALE });
  await jiro.goto(`${scene.dev.portal}/`);
  await jiro.locator('#start').click();
  await expectScreen(jiro, 'BLIS007');
  await gallery.look(jiro, 'BLIS007');
  await fillForm(jiro, {
    login_id: JIRO.login_id,
    temporary_login_password,
    temporary_confirmation_password,
    login_password: JIRO.login_password,
    login_password_again: JIRO.login_password,
    confirmation_password: JIRO.confirmation_password,
    confirmation_password_again: JIRO.confirmation_password,
  });
  await press(jiro, '/register/colleague');
  await expectScreen(jiro, 'BLIS004');

  // Two members of staff approve his certificate.
  const desk = async (name) => {
    const { page } = await open(place(name), closing, { locale: LOCALE, select: scene.dev.staff });
    return page;
  };
  const send = async (page, action) => {
    const press = async () => {
      await page.locator(`form[action="${action}"] button[type=submit]`).first().click();
      await page.waitForLoadState('load');
    };
    await press();
    // On a connection that is some minutes old, a confirmation with the token is required.
    if (await page.getByText('fresh-handshake-required').count()) await press();
  };
  const teller = await desk('teller');
  await teller.goto(`${scene.dev.staff}/users/${id}/reissue`);
  await fillForm(teller, { reference: 'IB-7' });
  await send(teller, `/users/${id}/reissue`);
  const entry = new URL(teller.url()).pathname;
  const approver = await desk('approver');
  await approver.goto(`${scene.dev.staff}${entry}`);
  await send(approver, `${entry}/approve`);
  await jiro.locator('#to-issue').click();
  await journey.issue(jiro, his);
  await journey.logIn(jiro, his);
  await gallery.look(jiro, 'BTOP001-general');
  assert.equal(await jiro.locator('#users').count(), 0, 'a general user looks after nobody');

  // A role is given and withdrawn while he is logged in: both take effect at his next click.
  const users = async () => {
    const answer = await jiro.goto(`${company}/company/users`);
    return answer.status();
  };
  const give = async (role, name) => {
    await hanako.goto(`${company}${path}/role`);
    await expectScreen(hanako, 'BUSR008');
    if (name) await gallery.look(hanako, name);
    await fillForm(hanako, { role, confirmation_password: own });
    await press(hanako, `${path}/role`);
    await expectScreen(hanako, 'BUSR002');
  };
  assert.equal(await users(), 403);
  await give('admin', 'BUSR008');
  assert.equal(await users(), 200);
  await give('general');
  assert.equal(await users(), 403);

  // Five wrong passwords at his own login; another tab of his browser continues meanwhile.
  await jiro.goto(`${company}/login`);
  for (let tries = 0; tries < 5; tries += 1) {
    await expectScreen(jiro, 'BLGI002');
    await fillForm(jiro, { password: 'wrong-one' });
    await Promise.all([jiro.waitForNavigation(), press(jiro, '/login')]);
  }
  assert.match(await jiro.locator('#message .code').innerText(), /temporarily-locked/);
  await hanako.goto(`${company}/company/users`);
  await expectScreen(hanako, 'BUSR001');
  await gallery.look(hanako, 'BUSR001');
  await hanako.goto(`${company}${path}`);
  await gallery.look(hanako, 'BUSR002-locked');
  await hanako.locator('#unlock').click();
  await expectScreen(hanako, 'BUSR003');
  await gallery.look(hanako, 'BUSR003');
  await fillForm(hanako, { confirmation_password: 'wrong-one' });
  await press(hanako, `${path}/unlock`);
  await hanako.locator('#message').waitFor();
  await gallery.look(hanako, 'BUSR003-refused');
  await fillForm(hanako, { confirmation_password: own });
  await press(hanako, `${path}/unlock`);
  await expectScreen(hanako, 'BUSR002');
  assert.equal(await hanako.locator('#unlock').count(), 0, 'it is open again');
  await journey.logIn(jiro, his);

  // Her own passwords.
  await hanako.goto(`${company}/company/password?which=confirmation`);
  await expectScreen(hanako, 'BPWD001');
  await gallery.look(hanako, 'BPWD001');
  const next = 'Sazanami-5';
  await fillForm(hanako, { present_password: own, confirmation_password: next, confirmation_password_again: next });
  await press(hanako, '/company/password');
  await expectScreen(hanako, 'BPWD002');
  await gallery.look(hanako, 'BPWD002');

  // 失効, and he is refused at his next click.
  await hanako.goto(`${company}${path}/revoke`);
  await expectScreen(hanako, 'BUSR004');
  await gallery.look(hanako, 'BUSR004');
  assert.equal(await hanako.locator('#operation-facts dd').first().innerText(), JIRO.login_id, 'the login ID comes first');
  await fillForm(hanako, { revocation_reason: 'keyCompromise', confirmation_password: next });
  await press(hanako, `${path}/revoke`);
  await expectScreen(hanako, 'BUSR005');
  await gallery.look(hanako, 'BUSR005');
  const refused = await jiro.goto(`${company}/top`);
  assert.equal(refused.status(), 403);
  assert.match(await jiro.locator('#message .code').innerText(), /certificate-revoked/);

  // The history.
  await hanako.goto(`${company}/company/history?user=${id}`);
  await expectScreen(hanako, 'BHIS001');
  await gallery.look(hanako, 'BHIS001');
  const lines = await hanako.locator('#lines').innerText();
  const words = { ja: ['電子証明書の失効', '利用停止の解除', '役割の変更', '利用開始登録'], en: ['Certificate revoked', 'Lock released', 'Role changed', 'Own passwords chosen'] };
  for (const word of words[LANGUAGE]) assert.ok(lines.includes(word), `${word} in:\n${lines}`);

  // Her own certificate: the response is the last page that she sees.
  await hanako.goto(`${company}/top`);
  await hanako.locator('#revoke').click();
  await expectScreen(hanako, 'BUSR004');
  await gallery.look(hanako, 'BUSR004-own');
  await fillForm(hanako, { revocation_reason: 'superseded', confirmation_password: next });
  await hanako.locator('form[action$="/revoke"] button[type=submit]').click();
  await expectScreen(hanako, 'BUSR005');
  await gallery.look(hanako, 'BUSR005-own');
  const out = await hanako.goto(`${company}/top`);
  assert.equal(out.status(), 403);
  gallery.close();
});
