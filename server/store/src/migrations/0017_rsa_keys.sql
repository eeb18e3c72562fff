-- Every RSA key on record, in the order in which it came: to be compared with all that come after it. `compared_from`: the
-- first place from which on it was compared with all between; 1 when it was compared with everything before it.
CREATE TABLE rsa_keys (
  seq BIGINT NOT NULL PRIMARY KEY,
  certificate_id TEXT NOT NULL REFERENCES certificates (id),
  compared_from BIGINT NOT NULL CHECK (compared_from >= 1 AND compared_from <= seq)
);
CREATE UNIQUE INDEX rsa_keys_certificate ON rsa_keys (certificate_id);
CREATE INDEX rsa_keys_uncompared ON rsa_keys (seq) WHERE compared_from > 1;

-- The encoding of an RSA key is longer than that of any EC key by far. None of those on record was compared yet.
INSERT INTO rsa_keys (seq, certificate_id, compared_from)
  SELECT ROW_NUMBER() OVER (ORDER BY created_at, id), id, ROW_NUMBER() OVER (ORDER BY created_at, id)
  FROM certificates WHERE length(spki) > 200;

-- Keys whose prime is that of another key, too: whoever has seen both public keys has the private ones.
CREATE TABLE broken_keys (
  certificate_id TEXT NOT NULL PRIMARY KEY REFERENCES certificates (id),
  other_spki_sha256 TEXT NOT NULL,
  found_at BIGINT NOT NULL
);
