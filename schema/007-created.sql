-- What `lenkwerk init` created here or changed, so that `lenkwerk init --remove` takes away exactly that,
-- gives back what was there before, and leaves what an existing Bagger had.

CREATE TABLE IF NOT EXISTS lenkwerk.created (
    fact text PRIMARY KEY
);
COMMENT ON TABLE lenkwerk.created IS
    'Facts such as `function storage.get_config(text)` that did not hold before the init that reported them, and former ones that a removal gives back.';
