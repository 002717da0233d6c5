-- Parts are merged when some 20 of a size are there instead of 5, so events are rewritten half as often: 4 µs of CPU
-- less an event. A month then has up to 20 parts of each size, some 60 at 50 million events.
ALTER TABLE raw.events MODIFY SETTING merge_selector_base = 20;
