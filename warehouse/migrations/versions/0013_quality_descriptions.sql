-- What a check demands, in words, for those who read its outcomes and not its code.
ALTER TABLE ops.quality_results ADD COLUMN IF NOT EXISTS description LowCardinality(String) AFTER check_name;
