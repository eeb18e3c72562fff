-- A person's work list: every entry they had a hand in, also those a colleague answers for by now.
CREATE INDEX proposal_hands_by_person ON proposal_hands (person, proposal_id);
