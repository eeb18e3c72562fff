-- Searching contracts: a part of a name is looked for over rows that hold nothing else, in the order of the answer. An
-- index of kana alone finds no parts.
DROP INDEX contracts_by_kana;
CREATE INDEX contracts_by_name ON contracts (branch, account_type, account, company_kana, company_name, id);
