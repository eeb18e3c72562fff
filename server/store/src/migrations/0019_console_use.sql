-- When the console was last used with a staff certificate.
CREATE TABLE console_use (
  certificate_sha256 TEXT NOT NULL PRIMARY KEY,
  last_at BIGINT NOT NULL
);
