-- Split activation codes of staff: one slow hash over both halves, in place of a digest of each. Codes that were handed
-- out before are worthless; officers hand out new ones.
DROP TABLE staff_credentials;
CREATE TABLE activation_codes (
  staff_id TEXT NOT NULL PRIMARY KEY REFERENCES staff (id),
  first_hash TEXT NOT NULL,
  first_by TEXT NOT NULL,
  code_hash TEXT,
  second_by TEXT,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  CHECK ((code_hash IS NULL) = (second_by IS NULL)),
  CHECK (used_at IS NULL OR code_hash IS NOT NULL),
  CONSTRAINT activation_codes_two_officers CHECK (second_by IS NULL OR second_by <> first_by)
);
