// Checks a screen wide and narrow, light and dark: runs axe-core, measures, takes pictures.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { complaints } = require('./axe');

const VIEWS = [
  { name: 'desktop', width: 1280, height: 900, colorScheme: 'light' },
  { name: 'phone', width: 390, height: 844, colorScheme: 'light' },
  { name: 'desktop-dark', width: 1280, height: 900, colorScheme: 'dark', rules: ['color-contrast'] },
];

class Gallery {
  // `before`: the number of pictures of an earlier scene at the same bank.
  constructor(scene, language, before = 0) {
    this.directory = scene.pictures;
    this.language = language;
    this.before = before;
    this.wrong = [];
    this.seen = [];
    if (this.directory) fs.mkdirSync(this.directory, { recursive: true });
  }

  // `name` starts with the screen's ID.
  async look(page, name) {
    this.seen.push(name);
    for (const view of VIEWS) {
      await page.emulateMedia({ colorScheme: view.colorScheme });
      await page.setViewportSize({ width: view.width, height: view.height });
      for (const line of await complaints(page, view.rules)) this.wrong.push(`${name}, ${view.name}: ${line}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > view.width) this.wrong.push(`${name}, ${view.name}: ${width} pixels wide, must be scrolled sideways`);
      await this.picture(page, name, view.name);
    }
    await page.emulateMedia({ colorScheme: VIEWS[0].colorScheme });
    await page.setViewportSize({ width: VIEWS[0].width, height: VIEWS[0].height });
  }

  // As printed.
  async print(page, name) {
    await page.emulateMedia({ media: 'print' });
    await this.picture(page, name, 'print');
    await page.emulateMedia({ media: null });
  }

  async picture(page, name, view) {
    if (!this.directory) return;
    const number = String(this.before + this.seen.length).padStart(2, '0');
    const file = path.join(this.directory, `${this.language}-${number}-${name}-${view}.png`);
    await page.screenshot({ path: file, fullPage: true });
  }

  // Ends the visit, and reports the findings of all screens.
  close() {
    if (this.wrong.length > 0) throw new Error(`${this.wrong.length} complaints:\n${this.wrong.join('\n')}`);
  }
}

module.exports = { Gallery };
