-- One word for one thing: columns, tables and stored words take the names of docs/glossary.md. No row changes its meaning.

-- The employee number, which had been called the person.
ALTER TABLE staff RENAME COLUMN person TO employee_number;
ALTER TABLE contracts RENAME COLUMN entered_person TO entered_employee_number;
ALTER TABLE contract_duties RENAME COLUMN person TO employee_number;
ALTER TABLE proposals RENAME COLUMN entered_person TO entered_employee_number;
ALTER TABLE proposals RENAME COLUMN decided_person TO decided_employee_number;
ALTER TABLE password_letters RENAME COLUMN entered_person TO entered_employee_number;
ALTER TABLE password_letters RENAME COLUMN asked_person TO asked_employee_number;
ALTER TABLE password_letters RENAME COLUMN shown_person TO shown_employee_number;
ALTER TABLE proposal_hands RENAME COLUMN person TO employee_number;
ALTER TABLE proposal_hands RENAME TO proposal_revisions;
-- staff_account_person keeps its name: foreign keys depend on it, and SQLite renames no index.
DROP INDEX staff_by_person;
CREATE INDEX staff_by_employee_number ON staff (employee_number);
DROP INDEX proposals_by_person;
CREATE INDEX proposals_by_employee_number ON proposals (entered_employee_number, entered_at);
DROP INDEX proposal_hands_by_person;
CREATE INDEX proposal_revisions_by_employee_number ON proposal_revisions (employee_number, proposal_id);

-- What a proposal to add a member of staff says is kept as JSON. A quotation mark inside of a value is escaped there.
UPDATE proposals SET content = REPLACE(content, '"person":', '"employee_number":') WHERE kind = 'staff-add';
UPDATE proposal_revisions SET content = REPLACE(content, '"person":', '"employee_number":')
  WHERE proposal_id IN (SELECT id FROM proposals WHERE kind = 'staff-add');

-- 利用停止: suspended until released, against locked for a time.
ALTER TABLE users RENAME COLUMN login_stopped TO login_suspended;
ALTER TABLE users RENAME COLUMN login_stops TO login_suspensions;
ALTER TABLE users RENAME COLUMN confirmation_stopped TO confirmation_suspended;
ALTER TABLE users RENAME COLUMN confirmation_stops TO confirmation_suspensions;
ALTER TABLE users RENAME COLUMN acquisition_stopped TO acquisition_suspended;
ALTER TABLE users RENAME COLUMN certificate_login_stopped TO certificate_login_suspended;
ALTER TABLE users RENAME COLUMN certificate_login_stops TO certificate_login_suspensions;
ALTER TABLE shadow_locks RENAME COLUMN stopped TO suspended;
UPDATE proposals SET seen = REPLACE(seen, 'stopped ', 'suspended ') WHERE kind = 'unlock';

-- CRL shards and OCSP responses. A stored OCSP response can be signed again, a shard cannot be forgotten.
ALTER TABLE ca_parts RENAME TO crl_shards;
ALTER TABLE ocsp_answers RENAME TO ocsp_responses;
DROP INDEX ocsp_answers_by_age;
DROP INDEX ocsp_answers_by_end;
CREATE INDEX ocsp_responses_by_age ON ocsp_responses (this_update);
CREATE INDEX ocsp_responses_by_end ON ocsp_responses (certificate_end);
ALTER TABLE idempotency RENAME COLUMN answer TO response;
DELETE FROM jobs WHERE name = 'answers';

-- Messages that could not be delivered. SQLite changes a CHECK only by a new table.
CREATE TABLE messages (
  id TEXT NOT NULL PRIMARY KEY,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  user_id TEXT REFERENCES users (id),
  recipient TEXT NOT NULL,
  lang TEXT NOT NULL CHECK (lang IN ('ja', 'en')),
  facts TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  ended_at BIGINT,
  error TEXT,
  reply TEXT,
  CHECK ((state = 'waiting') = (ended_at IS NULL)),
  CHECK (state <> 'failed' OR error IS NOT NULL)
);
INSERT INTO messages
  (id, key, kind, user_id, recipient, lang, facts, state, attempts, created_at, next_at, ended_at, error, reply)
  SELECT id,
    CASE kind WHEN 'password-stopped' THEN REPLACE(key, 'password-stopped:', 'password-suspended:') ELSE key END,
    CASE kind WHEN 'password-stopped' THEN 'password-suspended' ELSE kind END,
    user_id, recipient, lang,
    REPLACE(REPLACE(REPLACE(REPLACE(facts,
      '"letter":{', '"notification":{'), '"kind":"password-stopped"', '"kind":"password-suspended"'),
      '"thing":"', '"item":"'), '"trouble":', '"error":'),
    CASE state WHEN 'dead' THEN 'failed' ELSE state END,
    attempts, created_at, next_at, ended_at,
    CASE trouble WHEN 'mail-server-away' THEN 'mail-server-unavailable' ELSE trouble END,
    reply
  FROM outbox;
DROP TABLE outbox;
ALTER TABLE messages RENAME TO outbox;
CREATE UNIQUE INDEX outbox_key ON outbox (key);
CREATE INDEX outbox_by_state ON outbox (state, next_at);
CREATE INDEX outbox_by_user ON outbox (user_id, created_at);
