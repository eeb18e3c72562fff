-- Requests of customers and of staff in one table. A request is for one subject (a user or a staff account) and depends on
-- one authorization: a user's grant, a staff account's activation code (its digest), or the certificate that it renews.
ALTER TABLE enrolment_requests RENAME TO user_requests;
CREATE TABLE enrolment_requests (
  id TEXT NOT NULL,
  user_id TEXT REFERENCES users (id),
  staff_id TEXT REFERENCES staff (id),
  grant_id TEXT REFERENCES grants (id),
  activation_code_sha256 TEXT,
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
  CONSTRAINT enrolment_requests_id PRIMARY KEY (id),
  CONSTRAINT enrolment_requests_one_subject CHECK ((user_id IS NULL) <> (staff_id IS NULL)),
  CONSTRAINT enrolment_requests_one_authorization CHECK (
    CASE WHEN grant_id IS NULL THEN 0 ELSE 1 END + CASE WHEN activation_code_sha256 IS NULL THEN 0 ELSE 1 END
    + CASE WHEN replaces IS NULL THEN 0 ELSE 1 END = 1),
  CHECK (grant_id IS NULL OR user_id IS NOT NULL),
  CHECK (activation_code_sha256 IS NULL OR staff_id IS NOT NULL),
  CHECK ((credential_sha256 IS NULL) = (picked_up_at IS NULL)),
  CHECK (state <> 'done' OR certificate_id IS NOT NULL)
);

-- A customer's renewal did not record which certificate it was for: the one that had come into use last when it was made. A
-- clock that was put back may leave none; then the user's first one. Without a certificate there was nothing to renew.
INSERT INTO enrolment_requests (id, user_id, grant_id, replaces, browser_binding_sha256, credential_sha256, comparison_code,
    state, progress, failure_code, created_at, pickup_expires_at, expires_at, picked_up_at, finished_at, certificate_id)
  SELECT r.id, r.user_id, r.grant_id,
    CASE WHEN r.grant_id IS NULL THEN COALESCE(
      (SELECT c.id FROM certificates c WHERE c.user_id = r.user_id AND c.activated_at <= r.created_at
        ORDER BY c.activated_at DESC, c.id LIMIT 1),
      (SELECT c.id FROM certificates c WHERE c.user_id = r.user_id ORDER BY c.created_at, c.id LIMIT 1)) END,
    r.browser_binding_sha256, r.credential_sha256, r.comparison_code, r.state, r.progress, r.failure_code, r.created_at,
    r.pickup_expires_at, r.expires_at, r.picked_up_at, r.finished_at, r.certificate_id
  FROM user_requests r
  WHERE r.grant_id IS NOT NULL OR EXISTS (SELECT 1 FROM certificates c WHERE c.user_id = r.user_id);
INSERT INTO enrolment_requests (id, staff_id, activation_code_sha256, replaces, browser_binding_sha256, credential_sha256,
    comparison_code, state, progress, failure_code, created_at, pickup_expires_at, expires_at, picked_up_at, finished_at,
    certificate_id)
  SELECT id, staff_id, handover_sha256, replaces, browser_binding_sha256, credential_sha256, comparison_code, state,
    progress, failure_code, created_at, pickup_expires_at, expires_at, picked_up_at, finished_at, certificate_id
  FROM staff_requests;

DROP TABLE user_requests;
DROP TABLE staff_requests;
CREATE INDEX enrolment_requests_by_user ON enrolment_requests (user_id, created_at);
CREATE INDEX enrolment_requests_by_staff ON enrolment_requests (staff_id, created_at);
