-- Which agent published last, by slot. A checkpoint in a store names the same activation, so that an
-- agent distinguishes the database whose history was published from one that branched off it: a volume put
-- back to an image, another standby promoted, a clone. Not published.

CREATE TABLE IF NOT EXISTS lenkwerk.agent_slot (
    slot name PRIMARY KEY,
    activation uuid NOT NULL,
    former jsonb NOT NULL DEFAULT '[]',
    seen_address text
);
COMMENT ON TABLE lenkwerk.agent_slot IS 'What the active agent of each slot wrote when it became active.';
COMMENT ON COLUMN lenkwerk.agent_slot.former IS
    'The last 64 activations before, oldest first, each with the position (upTo) where the slot was confirmed.';
COMMENT ON COLUMN lenkwerk.agent_slot.seen_address IS 'The address of the server at that time.';

-- The only write of an agent. With in_expected it takes place where that activation still stands, and
-- returns whether it did; without, it inserts or replaces whatever stands, for a resync. in_up_to null:
-- the activation that is replaced proves nothing, and is not remembered.
CREATE OR REPLACE FUNCTION lenkwerk.activate_slot(
    in_slot name, in_expected uuid, in_activation uuid, in_up_to pg_lsn
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    address text := pg_catalog.concat_ws(':', pg_catalog.host(pg_catalog.inet_server_addr()),
                                         pg_catalog.inet_server_port());
BEGIN
    IF in_slot IS NULL OR in_activation IS NULL THEN
        RAISE EXCEPTION 'a slot and an activation are needed' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE lenkwerk.agent_slot AS s
       SET activation = in_activation,
           seen_address = address,
           former = CASE WHEN in_up_to IS NULL OR s.activation = in_activation THEN s.former ELSE (
               SELECT pg_catalog.jsonb_agg(kept.entry ORDER BY kept.place)
                 FROM (SELECT e.entry, e.place
                         FROM pg_catalog.jsonb_array_elements(
                                s.former || pg_catalog.jsonb_build_object(
                                  'activation', s.activation, 'upTo', in_up_to))
                              WITH ORDINALITY AS e (entry, place)
                        ORDER BY e.place DESC LIMIT 64) AS kept) END
     WHERE s.slot = in_slot AND (in_expected IS NULL OR s.activation = in_expected);
    IF FOUND OR in_expected IS NOT NULL THEN
        RETURN FOUND;
    END IF;
    INSERT INTO lenkwerk.agent_slot (slot, activation, seen_address)
    VALUES (in_slot, in_activation, address)
        ON CONFLICT (slot) DO UPDATE SET activation = excluded.activation,
                                         seen_address = excluded.seen_address;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION lenkwerk.activate_slot(name, uuid, uuid, pg_lsn) FROM PUBLIC;
