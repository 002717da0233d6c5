-- The suite that a check belongs to, and what it found in each project. A check has one row over all projects and, where
-- it fails and tells projects apart, one for each of those that fail.
ALTER TABLE ops.quality_results
    ADD COLUMN IF NOT EXISTS suite LowCardinality(String) AFTER asset,
    ADD COLUMN IF NOT EXISTS is_by_project Bool COMMENT 'projects without a row of their own pass' AFTER passed;
