// Three officers, each at their own PC with their own token, unseal the bank's HSM from the console; the last one seals it again.
'use strict';
const assert = require('node:assert/strict');
const { play } = require('./lib/scene');
const { Gallery } = require('./lib/gallery');
const { sitDown, send } = require('./lib/desk');
const agent = require('./lib/agent');

const LOCALE = { ja: 'ja-JP', en: 'en-US' };

play(async (scene, closing) => {
  const security = `${scene.dev.staff}/security`;
  // Asks for the agent; returns the link and the comparison code that the page shows.
  const ask = async (page) => {
    await send(page, '/security/unseal');
    await page.locator('#open-agent').waitFor();
    const code = await page.locator('.comparison dd').first().innerText();
    return { code, link: await page.locator('#open-agent').getAttribute('href') };
  };
  const last = scene.desks.length - 1;
  for (const [n, { name }] of scene.desks.entries()) {
    const language = n === 1 ? 'en' : 'ja';
    const gallery = new Gallery(scene, language);
    const officer = await sitDown(scene, closing, name, LOCALE[language]);
    const { page } = officer;
    await page.goto(security);
    if (n === 0) await gallery.look(page, 'staff-security-sealed');
    const { link } = await ask(page);
    assert.match(link, /^inkan:unseal\?bank=/);
    if (n < 2) await gallery.look(page, 'staff-unseal');
    const result = await agent.follow(officer.scene, link);
    assert.deepEqual([result.have, result.unsealed], [n + 1, n === last], JSON.stringify(result));
    // The page follows by itself.
    await page.waitForURL(security);
    const shown = await page.locator('#hsm').innerText();
    if (n < last) assert.match(shown, new RegExp(`${n + 1} / 3`), shown);

    if (n === 0) {
      // Once more: refused, and nothing changes. The link works once.
      await assert.rejects(agent.follow(officer.scene, link), /request-used/);
      const again = await ask(page);
      await assert.rejects(agent.follow(officer.scene, again.link), /share-twice/);
      await page.locator('#message .code').waitFor();
      assert.match(await page.locator('#message .code').innerText(), /share-twice/);
    }
    if (n === last) {
      // One more share is not asked for.
      assert.equal(await page.locator('form[action="/security/unseal"]').count(), 0);
      await page.locator('#to-seal').click();
      await page.locator('form[action="/security/seal"]').waitFor();
      await gallery.look(page, 'staff-seal');
      await send(page, '/security/seal');
      await page.locator('form[action="/security/unseal"]').waitFor();
      assert.match(await page.locator('#hsm').innerText(), /0 \/ 3/);
    }
    gallery.close();
    await officer.leave();
  }
});
