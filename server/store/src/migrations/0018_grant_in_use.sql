-- A grant brings one certificate into use. One that was given up before it was ever in use does not count: the grant may then
-- be good for another key.
DROP INDEX certificates_grant;
CREATE UNIQUE INDEX certificates_grant ON certificates (grant_id)
  WHERE activated_at IS NOT NULL OR state IN ('intent', 'issued');
CREATE INDEX certificates_by_grant ON certificates (grant_id);
