-- A further letter with temporary passwords takes two people: who asked for it, until another one prints it.
CREATE TABLE letter_asks (
  contract_id TEXT NOT NULL PRIMARY KEY REFERENCES contracts (id),
  staff_id TEXT NOT NULL,
  person TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  FOREIGN KEY (staff_id, person) REFERENCES staff (id, person)
);
