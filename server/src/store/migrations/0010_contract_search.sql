-- Searching contracts: a number in one step; a part of a name over rows that hold nothing else, in the order of the answer.
CREATE INDEX contracts_by_number ON contracts (account);
CREATE INDEX contracts_by_name ON contracts (branch, account_type, account, company_kana, company_name, id);
