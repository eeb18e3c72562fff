-- How often a user's password was stopped: a stop after a release is another one than the stop before it.
ALTER TABLE users ADD COLUMN login_stops BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN confirmation_stops BIGINT NOT NULL DEFAULT 0;
