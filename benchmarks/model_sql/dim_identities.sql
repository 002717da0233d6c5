SELECT * FROM intermediate.int_identities_resolved
