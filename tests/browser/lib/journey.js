// The customer's journey, screen by screen, with the names of the screens.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { expectScreen, fillForm, fillPassword, press } = require('./screens');
const agent = require('./agent');
const { until } = require('./poll');

// BLGI001 → BLIS005 → BLIS006 → BLIS003 → BLIS004.
async function register(page, scene) {
  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await page.locator('#get-login-id').click();
  await expectScreen(page, 'BLIS005');
  await fillForm(page, accountFields(scene));
  await press(page, '/register/account', 'next');
  await expectScreen(page, 'BLIS006');
  await fillForm(page, userFields(scene));
  await press(page, '/register/user', 'next');
  await expectScreen(page, 'BLIS003');
  await press(page, '/register/confirm', 'register');
  await expectScreen(page, 'BLIS004');
}

function accountFields({ dev }) {
  const { branch, account_type, account, temporary_login_password, temporary_confirmation_password } = dev.demo;
  return { branch, account_type, account, temporary_login_password, temporary_confirmation_password };
}

function userFields({ person }) {
  return {
    user_name: person.name,
    email: person.email,
    email_again: person.email,
    login_id: person.login_id,
    login_id_again: person.login_id,
    login_password: person.login_password,
    login_password_again: person.login_password,
    confirmation_password: person.confirmation_password,
    confirmation_password_again: person.confirmation_password,
  };
}

// BLGI001 → BSMS001 → BSMS002, for a user who has a login ID.
async function identify(page, scene) {
  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await page.locator('#certificate-issue').click();
  await expectScreen(page, 'BSMS001');
  await fillForm(page, { login_id: scene.person.login_id, password: scene.person.login_password });
  await press(page, '/certificate/identify');
  await expectScreen(page, 'BSMS002');
}

// BSMS002 → BSMS003; returns the link for the agent.
async function ask(page) {
  await expectScreen(page, 'BSMS002');
  await press(page, '/certificate/confirm');
  await expectScreen(page, 'BSMS003');
  return agentLink(page);
}

const agentLink = (page) => page.locator('a[href^="inkan:"]').first().getAttribute('href');

// BSMS002 → BSMS003 → BSMS004, with the agent at work beside the browser.
async function issue(page, scene) {
  const result = await agent.follow(scene, await ask(page));
  await expectScreen(page, 'BSMS004');
  return result;
}

// BLGI001 → the certificate on the token → BLGI002 → BTOP001.
async function logIn(page, scene) {
  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await page.locator('#certificate-login').click();
  await expectScreen(page, 'BLGI002');
  await fillPassword(page, 'password', scene.person.login_password);
  await press(page, '/login');
  await expectScreen(page, 'BTOP001');
}

// BLGI001 → BLGI003; returns the link for the agent.
async function askForAgentLogin(page, scene) {
  await page.goto(`${scene.dev.portal}/`);
  await expectScreen(page, 'BLGI001');
  await page.locator('#agent-login').click();
  await expectScreen(page, 'BLGI003');
  return agentLink(page);
}

// The agent runs beside the browser; returns the address that it opened, which the test opens here.
async function proveByAgent(scene, link) {
  const { program, args, env } = scene.agent;
  const opened = path.join(scene.home, 'opened');
  fs.rmSync(opened, { force: true });
  await agent.follow({ ...scene, agent: { program, args, env } }, link);
  return until('the address that the agent opens', () => {
    const text = fs.readFileSync(opened, 'utf8');
    return text.endsWith('\n') && text.trim();
  });
}

module.exports = { register, accountFields, userFields, identify, ask, agentLink, issue, logIn, askForAgentLogin, proveByAgent };
