-- Where an address is, besides its country: from the database that GEOIP_DATABASE names, or as the event states.
ALTER TABLE raw.events ADD COLUMN IF NOT EXISTS region LowCardinality(String)
COMMENT 'English name of the state or province' AFTER country;

ALTER TABLE raw.events ADD COLUMN IF NOT EXISTS city LowCardinality(String)
COMMENT 'English name' AFTER region;
