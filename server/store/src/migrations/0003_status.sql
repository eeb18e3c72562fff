-- The life of certificates after their issue: every change of state in one sequence, revocation lists by part, OCSP.

-- Every change of a certificate's state, in the order of their commits and without gaps (writers are serial). It is the
-- certificate's history, and what instances follow to know at once what is not good any more.
CREATE TABLE status_changes (
  seq BIGINT NOT NULL PRIMARY KEY,
  certificate_id TEXT NOT NULL REFERENCES certificates (id),
  serial TEXT NOT NULL,
  issuer TEXT NOT NULL,
  shard TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  reason TEXT,
  actor_kind TEXT NOT NULL,
  actor_id TEXT,
  at BIGINT NOT NULL
);
CREATE INDEX status_changes_by_certificate ON status_changes (certificate_id, seq);

-- The part of the CRL that a certificate points to; empty for one issued before there were parts.
ALTER TABLE certificates ADD COLUMN shard TEXT NOT NULL DEFAULT '';

-- What lists and memory are filled from: few of many.
CREATE INDEX certificates_ended ON certificates (issuer, shard, serial)
  WHERE state IN ('superseded', 'suspended', 'revoked');

-- The parts there are, and when the last certificate of each is over.
CREATE TABLE crl_parts (
  issuer TEXT NOT NULL CHECK (issuer IN ('customer', 'staff')),
  shard TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (issuer, shard)
);
INSERT INTO crl_parts (issuer, shard, until) SELECT issuer, '', MAX(not_after) FROM certificates GROUP BY issuer;

-- Published lists. A scope is a CA, or a CA and a part. Full and delta lists of a scope share one sequence of numbers.
-- The bytes of lists that are not the newest are forgotten; number and place in the sequence stay, for the deltas.
CREATE TABLE crl_publications (
  scope TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('full', 'delta')),
  number BIGINT NOT NULL,
  base BIGINT,
  der BLOB,
  sha256 TEXT NOT NULL,
  entries BIGINT NOT NULL,
  status_seq BIGINT NOT NULL,
  this_update BIGINT NOT NULL,
  next_update BIGINT NOT NULL,
  PRIMARY KEY (scope, kind, number),
  CHECK ((kind = 'delta') = (base IS NOT NULL))
);
CREATE INDEX crl_publications_by_end ON crl_publications (next_update);
INSERT INTO crl_publications
  (scope, kind, number, base, der, sha256, entries, status_seq, this_update, next_update)
  SELECT issuer, 'full', number, NULL, der, '', 0, 0, this_update, next_update FROM crls
  WHERE number = (SELECT MAX(number) FROM crls AS newest WHERE newest.issuer = crls.issuer);
DROP TABLE crls;

-- Certificates of the server's own signers: on record before they are signed, like any other.
CREATE TABLE signer_certificates (
  id TEXT NOT NULL PRIMARY KEY,
  serial TEXT NOT NULL,
  issuer TEXT NOT NULL CHECK (issuer IN ('customer', 'staff')),
  key_id TEXT NOT NULL,
  spki_sha256 TEXT NOT NULL,
  tbs BLOB NOT NULL,
  der BLOB,
  sha256 TEXT,
  state TEXT NOT NULL CHECK (state IN ('intent', 'issued', 'abandoned')),
  not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  issued_at BIGINT,
  CHECK ((state = 'issued') = (der IS NOT NULL)),
  CHECK ((der IS NULL) = (sha256 IS NULL))
);
CREATE UNIQUE INDEX signer_certificates_serial ON signer_certificates (serial);
CREATE INDEX signer_certificates_by_issuer ON signer_certificates (issuer, state, not_after);

-- OCSP answers signed ahead: one per certificate and digest with which its CA is named. A cache; what it says stands in
-- certificates.
CREATE TABLE ocsp_answers (
  serial TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (digest IN ('sha1', 'sha256')),
  issuer TEXT NOT NULL,
  state TEXT NOT NULL,
  der BLOB NOT NULL,
  this_update BIGINT NOT NULL,
  next_update BIGINT NOT NULL,
  certificate_end BIGINT NOT NULL,
  PRIMARY KEY (serial, digest)
);
CREATE INDEX ocsp_answers_by_age ON ocsp_answers (this_update);
CREATE INDEX ocsp_answers_by_end ON ocsp_answers (certificate_end);
