-- Tries with the certificate are counted apart from those without it. Whoever is locked or stopped stays so on both ways.
ALTER TABLE users ADD COLUMN certificate_login_failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN certificate_login_locked_until BIGINT;
ALTER TABLE users ADD COLUMN certificate_login_stopped BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN certificate_login_stops BIGINT NOT NULL DEFAULT 0;
UPDATE users SET certificate_login_failures = login_failures, certificate_login_locked_until = login_locked_until,
  certificate_login_stopped = login_stopped, certificate_login_stops = login_stops;
-- When a try without the certificate last failed, and from which network they all came; empty: from several.
ALTER TABLE users ADD COLUMN login_failed_at BIGINT;
ALTER TABLE users ADD COLUMN login_failed_from TEXT NOT NULL DEFAULT '';
