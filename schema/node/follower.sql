-- What a storage node keeps beside the tables of Bagger: up to where its tables follow the published
-- records. Run by `lenkwerk init --node` with an empty search_path.

CREATE SCHEMA IF NOT EXISTS lenkwerk;

CREATE TABLE IF NOT EXISTS lenkwerk.follower (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    follower_id uuid NOT NULL DEFAULT gen_random_uuid(),
    target text,
    cluster text,
    write_id text,
    revision numeric(20),
    lsn pg_lsn,
    applied_at timestamptz
);
COMMENT ON TABLE lenkwerk.follower IS
    'One row: which checkpoint the tables of schema storage show. Written in the transaction that changes them.';

INSERT INTO lenkwerk.follower DEFAULT VALUES ON CONFLICT DO NOTHING;
