// Less than 40 days before the certificate expires: the top page says so. The second argument is the language.
'use strict';
const { play } = require('./lib/scene');
const { open } = require('./lib/browser');
const { Gallery } = require('./lib/gallery');
const journey = require('./lib/journey');

play(async (scene, closing) => {
  const language = process.argv[3] || 'ja';
  const gallery = new Gallery(scene, language);
  const { page } = await open(scene, closing, { locale: { ja: 'ja-JP', en: 'en-US' }[language] });
  await journey.logIn(page, scene);
  await page.locator('#renewal-notice').waitFor();
  await gallery.look(page, 'BTOP001-notice');
  gallery.close();
});
