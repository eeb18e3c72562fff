-- The whole store of the first release. One text for SQLite and PostgreSQL (where BLOB is a domain over bytea).
-- Times are unix seconds unless the column says _ms; booleans are 0 or 1; ids are 128 random bits in hex.

CREATE TABLE contracts (
  id TEXT NOT NULL PRIMARY KEY,
  branch TEXT NOT NULL,
  account_type TEXT NOT NULL CHECK (account_type IN ('ordinary', 'current')),
  account TEXT NOT NULL CHECK (length(account) = 7),
  company_name TEXT NOT NULL,
  company_kana TEXT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('password', 'certificate')),
  status TEXT NOT NULL CHECK (status IN ('active', 'cancelled')),
  version BIGINT NOT NULL,
  temp_login_hash TEXT,
  temp_confirmation_hash TEXT,
  temp_failures BIGINT NOT NULL DEFAULT 0,
  temp_locked_until BIGINT,
  created_at BIGINT NOT NULL,
  CHECK ((temp_login_hash IS NULL) = (temp_confirmation_hash IS NULL))
);
CREATE UNIQUE INDEX contracts_account ON contracts (branch, account_type, account);

CREATE TABLE staff (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('teller', 'approver', 'helpdesk', 'security_officer', 'auditor')),
  certificate_sha256 TEXT,
  status TEXT NOT NULL CHECK (status IN ('active', 'left')),
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX staff_certificate ON staff (certificate_sha256);

-- Four eyes: nobody decides on what the same person entered, whatever the program above does.
CREATE TABLE applications (
  id TEXT NOT NULL PRIMARY KEY,
  contract_id TEXT NOT NULL REFERENCES contracts (id),
  reference TEXT NOT NULL,
  contract_version BIGINT NOT NULL,
  version BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('entered', 'approved', 'rejected')),
  entered_by TEXT NOT NULL REFERENCES staff (id),
  entered_at BIGINT NOT NULL,
  decided_by TEXT REFERENCES staff (id),
  decided_at BIGINT,
  reason TEXT,
  CONSTRAINT applications_four_eyes CHECK (decided_by IS NULL OR decided_by <> entered_by),
  CHECK ((state = 'entered') = (decided_by IS NULL)),
  CHECK ((decided_by IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX applications_one_open ON applications (contract_id) WHERE state = 'entered';
CREATE INDEX applications_by_state ON applications (state, entered_at);

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  contract_id TEXT NOT NULL REFERENCES contracts (id),
  login_id TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('master', 'admin', 'general')),
  login_hash TEXT NOT NULL,
  login_failures BIGINT NOT NULL DEFAULT 0,
  login_locked_until BIGINT,
  login_stopped BIGINT NOT NULL DEFAULT 0 CHECK (login_stopped IN (0, 1)),
  confirmation_hash TEXT NOT NULL,
  confirmation_failures BIGINT NOT NULL DEFAULT 0,
  confirmation_locked_until BIGINT,
  confirmation_stopped BIGINT NOT NULL DEFAULT 0 CHECK (confirmation_stopped IN (0, 1)),
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_login_id ON users (login_id);
CREATE UNIQUE INDEX users_one_master ON users (contract_id) WHERE role = 'master';
CREATE INDEX users_by_contract ON users (contract_id);

CREATE TABLE grants (
  id TEXT NOT NULL PRIMARY KEY,
  contract_id TEXT NOT NULL REFERENCES contracts (id),
  application_id TEXT NOT NULL REFERENCES applications (id),
  user_id TEXT REFERENCES users (id),
  state TEXT NOT NULL CHECK (state IN ('open', 'used', 'lapsed')),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  CHECK ((state = 'used') = (used_at IS NOT NULL)),
  CHECK (state <> 'used' OR user_id IS NOT NULL)
);
CREATE UNIQUE INDEX grants_application ON grants (application_id);
CREATE INDEX grants_by_contract ON grants (contract_id, state);

CREATE TABLE certificates (
  id TEXT NOT NULL PRIMARY KEY,
  serial TEXT NOT NULL,
  issuer TEXT NOT NULL CHECK (issuer IN ('customer', 'staff')),
  user_id TEXT REFERENCES users (id),
  staff_id TEXT REFERENCES staff (id),
  grant_id TEXT REFERENCES grants (id),
  request_id TEXT,
  replaces TEXT REFERENCES certificates (id),
  spki_sha256 TEXT NOT NULL,
  spki BLOB NOT NULL,
  csr BLOB,
  tbs BLOB NOT NULL,
  der BLOB,
  sha256 TEXT,
  state TEXT NOT NULL CHECK (state IN
    ('intent', 'issued', 'active', 'superseded', 'suspended', 'revoked', 'abandoned')),
  not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  issued_at BIGINT,
  activated_at BIGINT,
  ended_at BIGINT,
  reason TEXT,
  CHECK ((issuer = 'customer') = (user_id IS NOT NULL)),
  CHECK ((issuer = 'staff') = (staff_id IS NOT NULL)),
  -- No customer certificate without an approved application (a grant) or a predecessor it renews.
  CHECK (issuer <> 'customer' OR grant_id IS NOT NULL OR replaces IS NOT NULL),
  CHECK (state IN ('intent', 'abandoned') OR der IS NOT NULL),
  CHECK ((der IS NULL) = (sha256 IS NULL)),
  CHECK (not_after > not_before)
);
CREATE UNIQUE INDEX certificates_serial ON certificates (serial);
CREATE UNIQUE INDEX certificates_grant ON certificates (grant_id);
CREATE UNIQUE INDEX certificates_spki ON certificates (spki_sha256);
CREATE UNIQUE INDEX certificates_sha256 ON certificates (sha256);
CREATE UNIQUE INDEX certificates_one_active ON certificates (user_id) WHERE state = 'active';
-- An expression (staff certificates fall back to their own id), so that SQLite names this index in its error.
CREATE UNIQUE INDEX certificates_one_pending ON certificates ((COALESCE(user_id, id)))
  WHERE state IN ('intent', 'issued');
CREATE INDEX certificates_by_user ON certificates (user_id, created_at);
CREATE INDEX certificates_by_state ON certificates (issuer, state);
CREATE INDEX certificates_by_request ON certificates (request_id);

CREATE TABLE enrolment_requests (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  action TEXT NOT NULL CHECK (action IN ('enroll', 'renew')),
  grant_id TEXT REFERENCES grants (id),
  browser_binding_sha256 TEXT NOT NULL,
  credential_sha256 TEXT,
  comparison_code TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('created', 'picked_up', 'done', 'failed')),
  progress TEXT,
  failure_code TEXT,
  created_at BIGINT NOT NULL,
  pickup_expires_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  picked_up_at BIGINT,
  finished_at BIGINT,
  certificate_id TEXT REFERENCES certificates (id),
  CHECK ((credential_sha256 IS NULL) = (picked_up_at IS NULL)),
  CHECK (state <> 'done' OR certificate_id IS NOT NULL)
);
CREATE INDEX enrolment_requests_by_user ON enrolment_requests (user_id, created_at);

-- Lock states of login IDs and accounts that do not exist, so that a lock tells nobody which ones do. The key is a
-- digest of what was typed.
CREATE TABLE shadow_locks (
  kind TEXT NOT NULL CHECK (kind IN ('login', 'account')),
  key_sha256 TEXT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until BIGINT,
  stopped BIGINT NOT NULL CHECK (stopped IN (0, 1)),
  last_at BIGINT NOT NULL,
  PRIMARY KEY (kind, key_sha256)
);
CREATE INDEX shadow_locks_by_age ON shadow_locks (last_at);

-- Browser sessions: anonymous (the registration wizard) and of users. Only the token's digest is kept.
CREATE TABLE sessions (
  token_sha256 TEXT NOT NULL PRIMARY KEY,
  user_id TEXT REFERENCES users (id),
  certificate_id TEXT REFERENCES certificates (id),
  stage TEXT NOT NULL,
  csrf TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE login_history (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  at_ms BIGINT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('password', 'certificate', 'enrolment')),
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
  code TEXT NOT NULL,
  address TEXT
);
CREATE INDEX login_history_by_user ON login_history (user_id, at_ms);

CREATE TABLE crls (
  issuer TEXT NOT NULL,
  number BIGINT NOT NULL,
  der BLOB NOT NULL,
  this_update BIGINT NOT NULL,
  next_update BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, number)
);

-- The audit chain: each row's hash covers its fields and the hash before it; the head says where the chain ends.
CREATE TABLE audit_head (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash)
  VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit_log (
  seq BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT,
  action TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  address TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_log_by_subject ON audit_log (subject_kind, subject_id, seq);
