-- Persons behind staff accounts, proposals that two persons decide, imports, checkpoints of the audit chain.

-- The person (employee number) behind an account: two accounts of one person are one pair of eyes.
ALTER TABLE staff ADD COLUMN person TEXT NOT NULL DEFAULT '';
UPDATE staff SET person = id;
-- What proposals refer to: an account together with its person, so that nobody can write down another person's.
CREATE UNIQUE INDEX staff_account_person ON staff (id, person);
CREATE INDEX staff_by_person ON staff (person);

-- What one person entered and another one decides. `seen` is the subject's state as it was at the entry.
CREATE TABLE proposals (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  contract_id TEXT REFERENCES contracts (id),
  content TEXT NOT NULL,
  seen TEXT NOT NULL,
  version BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('entered', 'approved', 'rejected', 'withdrawn')),
  entered_by TEXT NOT NULL,
  entered_person TEXT NOT NULL,
  entered_at BIGINT NOT NULL,
  decided_by TEXT,
  decided_person TEXT,
  decided_at BIGINT,
  reason TEXT,
  FOREIGN KEY (entered_by, entered_person) REFERENCES staff (id, person),
  FOREIGN KEY (decided_by, decided_person) REFERENCES staff (id, person),
  CONSTRAINT proposals_four_eyes CHECK (state NOT IN ('approved', 'rejected') OR decided_person <> entered_person),
  CHECK ((state = 'entered') = (decided_by IS NULL)),
  CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
  CHECK ((decided_by IS NULL) = (decided_person IS NULL))
);
CREATE UNIQUE INDEX proposals_one_open ON proposals (kind, subject) WHERE state = 'entered';
CREATE INDEX proposals_by_state ON proposals (state, entered_at);
CREATE INDEX proposals_by_contract ON proposals (contract_id, entered_at);
CREATE INDEX proposals_by_person ON proposals (entered_person, entered_at);
CREATE INDEX proposals_by_decider ON proposals (decided_person, decided_at);

-- Every hand that was on a proposal: none of them decides it.
CREATE TABLE proposal_hands (
  proposal_id TEXT NOT NULL REFERENCES proposals (id),
  version BIGINT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('entered', 'amended', 'taken-over')),
  content TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  person TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (proposal_id, version),
  FOREIGN KEY (staff_id, person) REFERENCES staff (id, person)
);

-- Applications of the first release become proposals (what they say is the number of the form). Those that were
-- approved stay as well: grants hang on them.
INSERT INTO proposals (id, kind, subject, contract_id, content, seen, version, state, entered_by, entered_person,
    entered_at, decided_by, decided_person, decided_at, reason)
  SELECT id, 'application', contract_id, contract_id, reference, 'contract ' || contract_version, version, state,
    entered_by, entered_by, entered_at, decided_by, decided_by, decided_at, reason FROM applications;
INSERT INTO proposal_hands (proposal_id, version, how, content, staff_id, person, at)
  SELECT id, version, 'entered', reference, entered_by, entered_by, entered_at FROM applications;
DELETE FROM applications WHERE state <> 'approved';

-- Uploaded lists of contracts between the dry run and the import.
CREATE TABLE imports (
  id TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  content TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT
);
CREATE INDEX imports_by_age ON imports (created_at);

-- Heads of the audit chain, signed by a key that this database does not have.
CREATE TABLE audit_checkpoints (
  seq BIGINT NOT NULL PRIMARY KEY,
  hash TEXT NOT NULL,
  at BIGINT NOT NULL,
  spki BLOB NOT NULL,
  statement TEXT NOT NULL,
  signature BLOB NOT NULL
);

-- What staff get their certificates with, once: two halves, from two officers, so that no single one can take it.
CREATE TABLE staff_credentials (
  staff_id TEXT NOT NULL PRIMARY KEY REFERENCES staff (id),
  first_sha256 TEXT NOT NULL,
  first_by TEXT NOT NULL,
  second_sha256 TEXT,
  second_by TEXT,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  CHECK ((second_sha256 IS NULL) = (second_by IS NULL)),
  CONSTRAINT staff_credentials_two_officers CHECK (second_by IS NULL OR second_by <> first_by)
);

-- Searching contracts by what is typed at the counter.
CREATE INDEX contracts_by_kana ON contracts (company_kana);
CREATE INDEX contracts_by_number ON contracts (account);
CREATE INDEX audit_log_by_actor ON audit_log (actor_kind, actor_id, seq);
