// The bank's side beside a customer's browser: its approver, by the API, with the key in software of the development
// server.
'use strict';
const fs = require('node:fs');
const https = require('node:https');
const { randomUUID } = require('node:crypto');
const { TIMEOUT } = require('./poll');

function ask({ dev }, method, path, body) {
  const { certificate, key } = dev.staff_identities.find((one) => one.role === 'approver');
  const options = {
    method,
    cert: fs.readFileSync(certificate),
    key: fs.readFileSync(key),
    ca: fs.readFileSync(dev.server_ca),
    headers: body ? { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() } : {},
    timeout: TIMEOUT,
  };
  return new Promise((resolve, reject) => {
    const request = https.request(`${dev.staff}/api/v1/${path}`, options, (answer) => {
      let text = '';
      answer.on('data', (data) => (text += data));
      answer.on('end', () =>
        answer.statusCode < 300 ? resolve(JSON.parse(text)) : reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`)),
      );
    });
    request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)));
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

// Approves the application of the customer, who has registered.
async function approve(scene) {
  const { branch, account } = scene.dev.demo;
  const contracts = await ask(scene, 'GET', `contracts?branch=${branch}&account=${account}`);
  const contract = contracts.items[0].id;
  const waiting = await ask(scene, 'GET', `proposals?kind=application&state=entered&contract_id=${contract}`);
  const { id } = waiting.items[0];
  const seen = await ask(scene, 'GET', `proposals/${id}`);
  if (seen.grantee?.login_id !== scene.person.login_id) throw new Error(`another one has registered: ${JSON.stringify(seen)}`);
  await ask(scene, 'POST', `proposals/${id}/approve`, { version: seen.proposal.version });
}

module.exports = { approve };
