// The agent's window, driven by the keyboard and read through the accessibility tree, as a screen reader reads it.
'use strict';
const { execFile } = require('node:child_process');
const path = require('node:path');
const { until, TIMEOUT } = require('./poll');

const LISTENER = path.join(__dirname, '..', '..', 'desktop', 'listener.py');
const PROGRAM = 'inkan-agent-window';

// Title and texts change in separate steps, and the window announces itself on the accessibility bus only after it is on
// the screen: what is read once may be too early. So each reader below polls until the tree holds what it looks for.
async function waitForNode(scene, what, fits) {
  let nodes = [];
  const find = async () => {
    nodes = flatten(JSON.parse(await listener(scene, 'tree', PROGRAM)));
    return nodes.find(fits);
  };
  try {
    return await until(what, find);
  } catch (error) {
    throw new Error(`${error.message}; last read: ${JSON.stringify(nodes.flatMap(textsOf).filter(Boolean))}`);
  }
}

const flatten = (node) => [node, ...node.children.flatMap(flatten)];
const textsOf = (node) => [node.name, node.description, ...node.other];

function listener(scene, ...args) {
  return new Promise((resolve, reject) => {
    execFile('/usr/bin/python3', [LISTENER, ...args], { env: scene.desktop, timeout: TIMEOUT }, (error, out) =>
      error ? reject(error) : resolve(out),
    );
  });
}

// Compares the codes as a customer does, and agrees. The button is disabled for a moment.
async function confirm(screen, scene, title, code) {
  await screen.waitForWindow(title);
  const spelt = `Comparison code: ${[...code].join(' ')}`;
  await waitForNode(scene, `"${spelt}" in the window "${title}"`, (node) => textsOf(node).includes(spelt));
  const confirms = (node) => node.role === 'push button' && node.name.startsWith('They match') && node.enabled;
  await waitForNode(scene, `the enabled button of the window "${title}"`, confirms);
  await screen.leave(title);
}

async function enterPin(screen, scene, pin) {
  await screen.waitForWindow('Enter the PIN');
  await waitForNode(scene, 'the PIN field with the keyboard', (node) => node.role === 'entry' && node.focused);
  await screen.typeInto('Enter the PIN', pin);
  await screen.leave('Enter the PIN');
}

// Reads the result, and closes the window.
async function close(screen, title) {
  await screen.waitForWindow(title);
  await screen.leave(title);
}

module.exports = { confirm, enterPin, close };
