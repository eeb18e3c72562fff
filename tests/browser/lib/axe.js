// The findings of axe-core about a page.
'use strict';
const axe = require('axe-core');

// Findings, one line each, with their elements. `rules`: only these; if null, all of them, including best practices.
async function complaints(page, rules = null) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
  const violations = await page.evaluate(async (given) => (await window.axe.run(document, given)).violations, options);
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id} (${violation.impact}): ${node.html}\n    ${node.failureSummary}`),
  );
}

module.exports = { complaints };
