// A user who has a login ID already, in another browser on another day: BLGI001 → BSMS001 → 002 → 003 → 004 → BTOP001.
'use strict';
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const journey = require('./lib/journey');

play(async (scene, closing) => {
  const { page } = await open(scene, closing);
  await journey.identify(page, scene);
  await journey.issue(page, scene);
  await journey.logIn(page, scene);
});
