ALTER TABLE raw.events MODIFY SETTING merge_selector_base = 20;
