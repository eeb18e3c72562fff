// Members of staff at the console, each in a separate browser with their own token.
'use strict';
const { open } = require('./browser');

const place = (scene, name) => {
  const { home, module, agent } = scene.desks.find((one) => one.name === name);
  return { ...scene, home, module, agent: agent || scene.agent, profile: `${home}/profile` };
};

// A member of staff's browser, at the console; `leave` closes it before the script ends.
async function sitDown(scene, closing, name, locale) {
  let open_ = true;
  const at = place(scene, name);
  const { context, page } = await open(at, () => {}, { locale, select: scene.dev.staff });
  const leave = async () => {
    if (open_) await context.close();
    open_ = false;
  };
  closing(leave);
  scene.page = page;
  return { page, leave, scene: at };
}

// The button of the form that posts there.
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

module.exports = { sitDown, send, pathOf };
