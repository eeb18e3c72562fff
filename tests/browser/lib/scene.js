// The input of a script: one JSON file, written by the harness (tests/src/chromium.rs), named by the first argument.
//   dev       the content of dev.json
//   person    the user of the browser
//   home      HOME of browser and agent: certificates, profile and desktop files of this test alone
//   module    { path, env }: the PKCS#11 module that the browser uses, and the environment it needs
//   agent     { program, args, env }: the agent, to which the link is appended
//   pictures  directory for pictures, or null
'use strict';
const fs = require('node:fs');
const path = require('node:path');

function load() {
  const scene = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
  scene.profile = path.join(scene.home, 'profile');
  return scene;
}

// Runs a script's steps. A failure is reported with the page on which it occurred, and the browser is closed in any case.
async function play(steps) {
  const scene = load();
  const closing = [];
  let code = 0;
  try {
    await steps(scene, (close) => closing.push(close));
  } catch (error) {
    code = 1;
    console.error(error.stack || String(error));
    if (scene.page) console.error(await describe(scene.page));
  }
  for (const close of closing.reverse()) {
    try {
      await close();
    } catch (error) {
      console.error(`while closing: ${error.message}`);
      code = code || 1;
    }
  }
  process.exit(code);
}

async function describe(page) {
  try {
    const text = await page.locator('body').innerText({ timeout: 2000 });
    return `\nThe page was ${page.url()}:\n${text}`;
  } catch (error) {
    return `\nThe page was ${page.url()}; its text cannot be read: ${error.message}`;
  }
}

module.exports = { play };
