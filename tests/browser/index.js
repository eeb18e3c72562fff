// Creates one page with the pictures in a directory (the argument).
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const directory = process.argv[2];
const NAME = /^(ja|en)-(\d+)-(.+)-(desktop-dark|desktop|phone|print)\.png$/;

const screens = new Map();
for (const file of fs.readdirSync(directory).sort()) {
  const [, language, number, name, view] = NAME.exec(file) || [];
  if (!name) continue;
  const key = `${number} ${name}`;
  if (!screens.has(key)) screens.set(key, []);
  screens.get(key).push({ file, caption: `${language}, ${view}`, narrow: view === 'phone' });
}

const figure = ({ file, caption, narrow }) =>
  `<figure${narrow ? ' class="narrow"' : ''}><a href="${file}"><img src="${file}" alt="${caption}" loading="lazy"></a><figcaption>${caption}</figcaption></figure>`;
const sections = [...screens].map(([key, pictures]) => `<h2>${key}</h2>\n<div>${pictures.map(figure).join('\n')}</div>`);

const target = path.join(directory, 'index.html');
fs.writeFileSync(
  target,
  `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Inkan: screens</title>
<style>
body { font-family: sans-serif; margin: 1rem; background: #ddd; }
div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; width: 26rem; }
figure.narrow { width: 12rem; }
img { width: 100%; border: 1px solid #888; }
</style>
<h1>Screens</h1>
${sections.join('\n')}
</html>
`,
);
console.log(target);
