// Chromium with a separate HOME: it trusts the bank's server, has the customer's token and nothing else.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { chromium } = require('playwright-core');
const { TIMEOUT } = require('./poll');

const TOKEN = 'customer token';
const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function environment(scene) {
  return { PATH: process.env.PATH, HOME: scene.home, LANG: 'C.UTF-8', LANGUAGE: 'ja', ...(scene.module ? scene.module.env : {}) };
}

// The browser's certificate database: the trusted CA, and the token's module. A later start may add the module.
function prepareDatabase(scene) {
  const directory = path.join(scene.home, '.pki', 'nssdb');
  const database = `sql:${directory}`;
  const run = (program, ...args) =>
    execFileSync(program, args, { env: environment(scene), stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT });
  if (!fs.existsSync(directory)) {
    fs.mkdirSync(directory, { recursive: true });
    run('certutil', '-N', '-d', database, '--empty-password');
    run('certutil', '-A', '-d', database, '-n', 'bank', '-t', 'C,,', '-i', scene.dev.server_ca);
  }
  if (scene.module && !fs.readFileSync(path.join(directory, 'pkcs11.txt'), 'utf8').includes(TOKEN)) {
    run('modutil', '-force', '-dbdir', database, '-add', TOKEN, '-libfile', scene.module.path);
  }
}

// The certificate that is presented without a dialog: the customer's, to the certificate login alone. An administrator
// sets this by the policy AutoSelectCertificateForUrls; here it is written into the profile, so that no other browser
// of this machine is affected.
function preparePreferences(scene, options) {
  const directory = path.join(scene.profile, 'Default');
  fs.mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'Preferences');
  if (fs.existsSync(file)) return;
  const filter = { SUBJECT: { CN: `YAMANASHIKENMIN SHINKUMI ANSER SERVICE ${scene.person.login_id}` } };
  // `select`: another listener, if a token has only one certificate.
  const rule = JSON.stringify(options.select ? { pattern: options.select, filter: {} } : { pattern: scene.dev.certificate, filter });
  const preferences = {
    profile: options.chooser ? {} : { managed_auto_select_certificate_for_urls: [rule] },
    // Without a window nobody could answer whether the agent may be opened, and the question blocks all input, also
    // that of later pages. It is asked once for each listener whose pages call the agent.
    protocol_handler: { allowed_origin_protocol_pairs: agentOpenedFrom(scene.dev) },
    intl: { accept_languages: options.locale || 'ja' },
  };
  fs.writeFileSync(file, JSON.stringify(preferences));
}

const agentOpenedFrom = ({ portal, certificate, staff }) =>
  Object.fromEntries([portal, certificate, staff].map((origin) => [origin, { inkan: true }]));

// Starts the browser; `closing` receives the function that ends it. Options: headless (default), chooser, select,
// viewport, locale, colorScheme, hasTouch, userAgent.
async function open(scene, closing, options = {}) {
  const program = process.env.INKAN_CHROMIUM || PROGRAMS.find((p) => fs.existsSync(p));
  if (!program) throw new Error('Chromium is missing; run: scripts/install-packages test');
  prepareDatabase(scene);
  preparePreferences(scene, options);
  const context = await chromium.launchPersistentContext(scene.profile, {
    executablePath: program,
    chromiumSandbox: false,
    headless: options.headless !== false,
    env: { ...environment(scene), ...(options.env || {}) },
    args: ['--disable-gpu', '--disable-quic'],
    viewport: options.viewport || { width: 1280, height: 900 },
    locale: options.locale || 'ja-JP',
    userAgent: options.userAgent,
    colorScheme: options.colorScheme || 'light',
    hasTouch: Boolean(options.hasTouch),
    timeout: TIMEOUT,
  });
  closing(() => context.close());
  context.setDefaultTimeout(TIMEOUT);
  context.setDefaultNavigationTimeout(TIMEOUT);
  const page = context.pages()[0] || (await context.newPage());
  scene.page = page;
  return { context, page };
}

module.exports = { open };
