-- Users who leave, and the time from which a grant can be used.

-- Empty: at once, as every grant until now.
ALTER TABLE grants ADD COLUMN usable_at BIGINT;

-- The use of this user has ended; the row stays, with the login ID, which nobody gets again.
ALTER TABLE users ADD COLUMN left_at BIGINT;
