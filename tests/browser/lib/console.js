// The staff console: a browser with a token of staff, and its pages.
'use strict';
const { open } = require('./browser');

// The first page of the console, for the member of staff with this name.
async function deskOf(scene, closing, name, locale) {
  const { home, module } = scene.desks.find((one) => one.name === name);
  const place = { ...scene, home, module, profile: `${home}/profile` };
  const { page } = await open(place, closing, { locale, select: scene.dev.staff });
  await page.goto(`${scene.dev.staff}/`);
  return page;
}

async function see(page, path) {
  await page.goto(new URL(path, page.url()).href);
  await page.waitForLoadState('load');
}

// Sends the form to `action`.
async function send(page, action) {
  const press = async () => {
    await page.locator(`form[action="${action}"] button[type=submit]`).first().click();
    await page.waitForLoadState('load');
  };
  await press();
  // On a connection that is some minutes old, a confirmation with the token is required.
  if (await page.getByText('fresh-handshake-required').count()) await press();
}

const pathOf = (page) => new URL(page.url()).pathname;

module.exports = { deskOf, see, send, pathOf };
