-- Answers of the API by the key that the caller gave the request: sent again, it is answered and not done again.
CREATE TABLE idempotency (
  staff_id TEXT NOT NULL REFERENCES staff (id),
  idempotency_key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  status BIGINT NOT NULL,
  answer TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (staff_id, idempotency_key)
);
CREATE INDEX idempotency_by_age ON idempotency (at);
