-- Restored databases, and how they continue after what was published since their backup.

-- What was done about a database that is older than what the bank has published: once each time, in order.
CREATE TABLE reconciliations (
  number BIGINT NOT NULL PRIMARY KEY CHECK (number >= 1),
  at BIGINT NOT NULL,
  -- The last audit row before it. Rows that others saw after this one were lost.
  audit_seq BIGINT NOT NULL
);

-- Restored from a backup: nothing is served before it is reconciled.
CREATE TABLE restores (
  id TEXT NOT NULL PRIMARY KEY,
  restored_at BIGINT NOT NULL,
  backup_at BIGINT NOT NULL,
  audit_seq BIGINT NOT NULL,
  status_seq BIGINT NOT NULL,
  reconciliation BIGINT REFERENCES reconciliations (number)
);

-- Numbers up to this value were used, although the database does not have them any more: of the status changes
-- (status), of CRLs (crl/ and their scope), and of those of a CA's other scopes (other-crls/ and the CA). `at`: the last time that a lost CRL has.
CREATE TABLE sequence_floors (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL,
  at BIGINT NOT NULL
);

-- Serial numbers of certificates that the database has lost: they stay revoked.
CREATE TABLE unknown_serials (
  issuer TEXT NOT NULL CHECK (issuer IN ('customer', 'staff')),
  generation BIGINT NOT NULL CHECK (generation >= 1),
  serial TEXT NOT NULL,
  reason TEXT NOT NULL,
  revoked_at BIGINT NOT NULL,
  reconciliation BIGINT NOT NULL REFERENCES reconciliations (number),
  PRIMARY KEY (issuer, generation, serial)
);

-- The newest CRL of each scope, which every server reads each second, without the table and its CRLs.
CREATE INDEX crl_publications_positions ON crl_publications (scope, number, status_seq);
