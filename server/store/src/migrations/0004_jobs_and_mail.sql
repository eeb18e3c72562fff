-- Scheduled work: one row per job. A lease keeps a job to one instance; a lease or a next run further ahead than the
-- job allows was set by a clock that has been put back since, and counts for nothing.
CREATE TABLE jobs (
  name TEXT NOT NULL PRIMARY KEY,
  next_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  succeeded_at BIGINT,
  outcome TEXT CHECK (outcome IN ('done', 'failed')),
  failures BIGINT NOT NULL,
  detail TEXT NOT NULL,
  lease_owner TEXT,
  lease_until BIGINT,
  CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);

-- Mail to customers, written in the transaction of the deed it tells of. The key names deed and stage: the same one is
-- never written twice. Secrets are never among the facts.
CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  recipient TEXT NOT NULL,
  lang TEXT NOT NULL CHECK (lang IN ('ja', 'en')),
  facts TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
  attempts BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  ended_at BIGINT,
  trouble TEXT,
  reply TEXT,
  CHECK ((state = 'waiting') = (ended_at IS NULL)),
  CHECK (state <> 'dead' OR trouble IS NOT NULL)
);
CREATE UNIQUE INDEX outbox_key ON outbox (key);
CREATE INDEX outbox_by_state ON outbox (state, next_at);
CREATE INDEX outbox_by_user ON outbox (user_id, created_at);

-- The language a user registered in; who has no row is written to in Japanese.
CREATE TABLE user_languages (
  user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
  lang TEXT NOT NULL CHECK (lang IN ('ja', 'en'))
);

-- What the notices before expiry look for.
CREATE INDEX certificates_by_end ON certificates (issuer, state, not_after);
CREATE INDEX grants_by_end ON grants (state, expires_at);
