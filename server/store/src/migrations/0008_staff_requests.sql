-- Requests for certificates of the bank's staff: made by a page, picked up once by the agent, finished once.
CREATE TABLE staff_requests (
  id TEXT NOT NULL PRIMARY KEY,
  staff_id TEXT NOT NULL REFERENCES staff (id),
  -- A first certificate hangs on what two officers handed over (the digest of its first half), a renewal on the
  -- certificate it replaces.
  handover_sha256 TEXT,
  replaces TEXT REFERENCES certificates (id),
  browser_binding_sha256 TEXT NOT NULL,
  credential_sha256 TEXT,
  comparison_code TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('created', 'picked_up', 'done', 'failed')),
  progress TEXT,
  failure_code TEXT,
  created_at BIGINT NOT NULL,
  pickup_expires_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  picked_up_at BIGINT,
  finished_at BIGINT,
  certificate_id TEXT REFERENCES certificates (id),
  CHECK ((handover_sha256 IS NULL) <> (replaces IS NULL)),
  CHECK ((credential_sha256 IS NULL) = (picked_up_at IS NULL)),
  CHECK (state <> 'done' OR certificate_id IS NOT NULL)
);
CREATE INDEX staff_requests_by_staff ON staff_requests (staff_id, created_at);
CREATE INDEX certificates_by_staff ON certificates (staff_id, created_at);
