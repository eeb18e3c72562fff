-- Login with the agent: a browser asks, an agent proves a certificate, and the browser that asked, no other, goes on.
-- Only digests of the browser's cookie, the agent's credential and the one-time code are kept. `deadline` is by when the
-- next of these has to happen.
CREATE TABLE agent_logins (
  id TEXT NOT NULL PRIMARY KEY,
  browser_sha256 TEXT NOT NULL,
  comparison_code TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('created', 'picked_up', 'proved', 'done', 'failed')),
  credential_sha256 TEXT,
  certificate_id TEXT REFERENCES certificates (id),
  code_sha256 TEXT,
  progress TEXT,
  failure_code TEXT,
  created_at BIGINT NOT NULL,
  deadline BIGINT NOT NULL,
  finished_at BIGINT,
  CHECK (state NOT IN ('picked_up', 'proved', 'done') OR credential_sha256 IS NOT NULL),
  CHECK (state NOT IN ('proved', 'done') OR code_sha256 IS NOT NULL),
  CHECK ((certificate_id IS NULL) = (code_sha256 IS NULL)),
  CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX agent_logins_browser ON agent_logins (browser_sha256);
CREATE UNIQUE INDEX agent_logins_code ON agent_logins (code_sha256);
CREATE INDEX agent_logins_by_deadline ON agent_logins (deadline);

-- How the certificate was presented, where the method alone does not say it.
ALTER TABLE login_history ADD COLUMN via TEXT CHECK (via IN ('agent'));
