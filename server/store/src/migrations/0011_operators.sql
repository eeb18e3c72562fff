-- Letters to the bank's operators: they are no user's.
CREATE TABLE letters (
  id TEXT NOT NULL PRIMARY KEY,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  user_id TEXT REFERENCES users (id),
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
INSERT INTO letters
  (id, key, kind, user_id, recipient, lang, facts, state, attempts, created_at, next_at, ended_at, trouble, reply)
  SELECT id, key, kind, user_id, recipient, lang, facts, state, attempts, created_at, next_at, ended_at, trouble, reply
  FROM outbox;
DROP TABLE outbox;
ALTER TABLE letters RENAME TO outbox;
CREATE UNIQUE INDEX outbox_key ON outbox (key);
CREATE INDEX outbox_by_state ON outbox (state, next_at);
CREATE INDEX outbox_by_user ON outbox (user_id, created_at);
