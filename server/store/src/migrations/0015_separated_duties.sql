-- Contracts that two people put on record, letters with passwords that two people hand over, and who may not do what
-- because of what they did before.

-- Who entered a contract, and the proposal that was approved; both empty for contracts of earlier releases, where the
-- audit log does not tell.
ALTER TABLE contracts ADD COLUMN entered_person TEXT NOT NULL DEFAULT '';
ALTER TABLE contracts ADD COLUMN proposal_id TEXT REFERENCES proposals (id);
UPDATE contracts SET entered_person = COALESCE(
  (SELECT s.person FROM audit_log a JOIN staff s ON s.id = a.actor_id
   WHERE a.subject_kind = 'contract' AND a.subject_id = contracts.id AND a.action = 'contract.created'
     AND a.outcome = 'done' AND a.actor_kind = 'staff' ORDER BY a.seq LIMIT 1), '');
-- What letters refer to, so that nobody can write down another enterer.
CREATE UNIQUE INDEX contracts_entered ON contracts (id, entered_person);

-- One person, one side of a contract: whoever was shown a letter with its temporary passwords decides on no application
-- for it and is shown no certificate password, and the other way round.
CREATE TABLE contract_duties (
  contract_id TEXT NOT NULL REFERENCES contracts (id),
  person TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('letter', 'grant')),
  staff_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (contract_id, person),
  FOREIGN KEY (staff_id, person) REFERENCES staff (id, person)
);
CREATE UNIQUE INDEX contract_duties_side ON contract_duties (contract_id, person, side);
INSERT INTO contract_duties (contract_id, person, side, staff_id, at)
  SELECT c.id, s.person, 'letter', MIN(s.id), MIN(a.at)
  FROM audit_log a JOIN staff s ON s.id = a.actor_id JOIN contracts c ON c.id = a.subject_id
  WHERE a.subject_kind = 'contract' AND a.action IN ('contract.created', 'contract.letter-issued')
    AND a.outcome = 'done' AND a.actor_kind = 'staff'
  GROUP BY c.id, s.person;
INSERT INTO contract_duties (contract_id, person, side, staff_id, at)
  SELECT p.contract_id, p.decided_person, 'grant', MIN(p.decided_by), MIN(p.decided_at)
  FROM proposals p
  WHERE p.kind IN ('application', 'reissue') AND p.state IN ('approved', 'rejected') AND p.contract_id IS NOT NULL
  GROUP BY p.contract_id, p.decided_person
  ON CONFLICT DO NOTHING;

-- Letters with passwords: one person asks, another one is shown it, who did not enter the contract. A login letter has
-- the temporary passwords of a contract, an acquisition letter the certificate password of a grant.
DROP TABLE letter_asks;
CREATE TABLE password_letters (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('login', 'acquisition')),
  contract_id TEXT NOT NULL,
  grant_id TEXT REFERENCES grants (id),
  entered_person TEXT NOT NULL,
  side TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_person TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  shown_by TEXT,
  shown_person TEXT,
  shown_at BIGINT,
  FOREIGN KEY (asked_by, asked_person) REFERENCES staff (id, person),
  FOREIGN KEY (shown_by, shown_person) REFERENCES staff (id, person),
  FOREIGN KEY (contract_id, entered_person) REFERENCES contracts (id, entered_person),
  FOREIGN KEY (contract_id, shown_person, side) REFERENCES contract_duties (contract_id, person, side),
  CHECK ((kind = 'acquisition') = (grant_id IS NOT NULL)),
  CHECK (side = CASE kind WHEN 'login' THEN 'letter' ELSE 'grant' END),
  CHECK ((shown_by IS NULL) = (shown_at IS NULL)),
  CHECK ((shown_by IS NULL) = (shown_person IS NULL)),
  CONSTRAINT password_letters_two_people CHECK (shown_person IS NULL OR shown_person <> asked_person),
  CONSTRAINT password_letters_not_entered CHECK (kind <> 'login' OR shown_person IS NULL OR shown_person <> entered_person)
);
CREATE UNIQUE INDEX password_letters_one_open ON password_letters ((COALESCE(grant_id, contract_id))) WHERE shown_by IS NULL;
CREATE INDEX password_letters_by_contract ON password_letters (contract_id, asked_at);

-- Where a user was registered from: an approver sees it before the user gets a grant.
ALTER TABLE users ADD COLUMN registered_from TEXT;
UPDATE users SET registered_from =
  (SELECT a.address FROM audit_log a
   WHERE a.subject_kind = 'user' AND a.subject_id = users.id AND a.action IN ('user.registered', 'user.added')
     AND a.outcome = 'done' ORDER BY a.seq LIMIT 1);

-- A grant is one user's, whom the approver has seen. No approval of before showed a user: what is still open is over, and
-- applied for again.
UPDATE grants SET state = 'lapsed' WHERE state = 'open';

-- A list of contracts is imported once another person has approved it.
ALTER TABLE imports ADD COLUMN proposal_id TEXT REFERENCES proposals (id);
ALTER TABLE imports ADD COLUMN approved_at BIGINT;
