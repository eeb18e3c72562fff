-- 仮パスワード for a user who has forgotten their passwords: one person enters it, another one approves it, and a letter
-- is handed over like the contract's first one. Whoever approved it is not shown the letter.

CREATE UNIQUE INDEX proposals_decided ON proposals (id, decided_employee_number);

ALTER TABLE password_letters RENAME TO password_letters_before;
DROP INDEX password_letters_one_open;
DROP INDEX password_letters_by_contract;
CREATE TABLE password_letters (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('login', 'acquisition', 'reset')),
  contract_id TEXT NOT NULL,
  grant_id TEXT REFERENCES grants (id),
  reset_id TEXT,
  reset_approved_employee_number TEXT,
  entered_employee_number TEXT NOT NULL,
  side TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_employee_number TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  shown_by TEXT,
  shown_employee_number TEXT,
  shown_at BIGINT,
  FOREIGN KEY (asked_by, asked_employee_number) REFERENCES staff (id, employee_number),
  FOREIGN KEY (shown_by, shown_employee_number) REFERENCES staff (id, employee_number),
  FOREIGN KEY (contract_id, entered_employee_number) REFERENCES contracts (id, entered_employee_number),
  FOREIGN KEY (contract_id, shown_employee_number, side) REFERENCES contract_duties (contract_id, employee_number, side),
  FOREIGN KEY (reset_id, reset_approved_employee_number) REFERENCES proposals (id, decided_employee_number),
  CHECK ((kind = 'acquisition') = (grant_id IS NOT NULL)),
  CHECK ((kind = 'reset') = (reset_id IS NOT NULL)),
  CHECK ((kind = 'reset') = (reset_approved_employee_number IS NOT NULL)),
  CHECK (side = CASE kind WHEN 'acquisition' THEN 'grant' ELSE 'letter' END),
  CHECK ((shown_by IS NULL) = (shown_at IS NULL)),
  CHECK ((shown_by IS NULL) = (shown_employee_number IS NULL)),
  CONSTRAINT password_letters_by_another CHECK (shown_employee_number IS NULL OR shown_employee_number <> asked_employee_number),
  CONSTRAINT password_letters_not_by_entry CHECK (kind <> 'login' OR shown_employee_number IS NULL OR shown_employee_number <> entered_employee_number),
  CONSTRAINT password_letters_not_by_approval CHECK (kind <> 'reset' OR shown_employee_number IS NULL OR shown_employee_number <> reset_approved_employee_number)
);
INSERT INTO password_letters (id, kind, contract_id, grant_id, entered_employee_number, side, asked_by, asked_employee_number,
  asked_at, shown_by, shown_employee_number, shown_at)
  SELECT id, kind, contract_id, grant_id, entered_employee_number, side, asked_by, asked_employee_number, asked_at, shown_by,
    shown_employee_number, shown_at FROM password_letters_before;
DROP TABLE password_letters_before;
CREATE UNIQUE INDEX password_letters_one_open ON password_letters ((COALESCE(grant_id, reset_id, contract_id))) WHERE shown_by IS NULL;
CREATE UNIQUE INDEX password_letters_one_reset ON password_letters (reset_id) WHERE shown_by IS NOT NULL;
CREATE INDEX password_letters_by_contract ON password_letters (contract_id, asked_at);
