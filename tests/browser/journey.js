// The whole journey of a new customer: BLGI001 → BLIS005 → 006 → 003 → 004 → BSMS002 → 003 → 004 → certificate login →
// BTOP001.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const journey = require('./lib/journey');
const bank = require('./lib/bank');

play(async (scene, closing) => {
  const { page } = await open(scene, closing);
  await journey.register(page, scene);
  await bank.approve(scene);
  await page.locator('#to-issue').click();
  const issued = await journey.issue(page, scene);
  const shown = await page.locator('#certificate-facts').innerText();
  assert.ok(shown.includes(issued.common_name), `BSMS004 shows the certificate on the token:\n${shown}`);
  await journey.logIn(page, scene);
  const top = await page.locator('body').innerText();
  for (const words of [scene.person.name, scene.person.login_id, issued.common_name]) {
    assert.ok(top.includes(words), `BTOP001 shows ${words}`);
  }
});
