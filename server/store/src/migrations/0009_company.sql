-- What the users of a contract do among themselves, and 証明書取得用パスワード.

-- Both passwords are those that a colleague handed over, and good until then; empty: they are the user's own.
ALTER TABLE users ADD COLUMN temporary_until BIGINT;

-- The second factor before a certificate is issued: its hash stands with the grant that it was printed for; failures
-- with it are counted for the user, so that a lock does not tell whether there is a grant.
ALTER TABLE grants ADD COLUMN acquisition_hash TEXT;
ALTER TABLE users ADD COLUMN acquisition_failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN acquisition_locked_until BIGINT;
ALTER TABLE users ADD COLUMN acquisition_stopped BIGINT NOT NULL DEFAULT 0 CHECK (acquisition_stopped IN (0, 1));
