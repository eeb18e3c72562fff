-- CAs follow one another: the one that was there first is generation 1 of its kind. Each has certificates, parts of its
-- list and signers of its own.
ALTER TABLE certificates ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;
ALTER TABLE status_changes ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;
ALTER TABLE signer_certificates ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;

CREATE TABLE ca_parts (
  issuer TEXT NOT NULL CHECK (issuer IN ('customer', 'staff')),
  generation BIGINT NOT NULL CHECK (generation >= 1),
  shard TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (issuer, generation, shard)
);
INSERT INTO ca_parts (issuer, generation, shard, until) SELECT issuer, 1, shard, until FROM crl_parts;
DROP TABLE crl_parts;

-- What lists and memory are filled from.
DROP INDEX certificates_ended;
CREATE INDEX certificates_ended ON certificates (issuer, generation, shard, serial)
  WHERE state IN ('superseded', 'suspended', 'revoked');
