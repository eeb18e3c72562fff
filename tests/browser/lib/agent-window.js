// The agent's window, with the keyboard alone.
'use strict';
const { execFile } = require('node:child_process');
const path = require('node:path');
const { PATIENCE } = require('./browser');

const LISTENER = path.join(__dirname, '..', '..', 'desktop', 'listener.py');

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Everything a screen reader is told of the window.
async function heard(scene) {
  const tree = JSON.parse(await listener(scene, 'tree', 'inkan-agent-window'));
  const texts = (node) => [node.name, node.description, ...node.other, ...node.children.flatMap(texts)];
  return texts(tree);
}

function listener(scene, ...args) {
  return new Promise((resolve, reject) => {
    execFile('/usr/bin/python3', [LISTENER, ...args], { env: scene.desktop, timeout: PATIENCE }, (error, out) =>
      error ? reject(error) : resolve(out),
    );
  });
}

// Compares the codes as a customer does, and agrees. The button sleeps for a moment: Enter, until the page is gone.
async function agree(screen, scene, title, code) {
  await screen.waitForWindow(title);
  const texts = await heard(scene);
  const spelt = `Comparison code: ${[...code].join(' ')}`;
  if (!texts.includes(spelt)) throw new Error(`the window does not say "${spelt}": ${JSON.stringify(texts)}`);
  const late = Date.now() + PATIENCE;
  while (await screen.shows(title)) {
    if (Date.now() > late) throw new Error(`the window still asks: ${title}`);
    await screen.key('Return');
    await pause(300);
  }
}

async function enterPin(screen, pin) {
  await screen.waitForWindow('Enter the PIN');
  await screen.type(pin);
  await screen.key('Return');
}

// Reads how it ended, and closes the window.
async function close(screen, title) {
  await screen.waitForWindow(title);
  await screen.key('Return');
  const late = Date.now() + PATIENCE;
  while (await screen.shows(title)) {
    if (Date.now() > late) throw new Error(`the window does not close: ${title}`);
    await pause(100);
  }
}

module.exports = { agree, enterPin, close, listener };
