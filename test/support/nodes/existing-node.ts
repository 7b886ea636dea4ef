/** The database of a storage node as Bagger's extension makes it, with what it held before. */
import { EXISTING_TABLES } from '../servers/existing-bagger.js';

export const EXISTING_NODE = `${EXISTING_TABLES}
CREATE FUNCTION storage.inbound_from_kvstore(in_relname regclass, in_value json)
  RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    EXECUTE format('INSERT INTO %1$s SELECT * FROM json_populate_record(NULL::%1$s, $1)',
                   in_relname) USING in_value;
  END $$;
INSERT INTO storage.config (id, key, value) VALUES (1, 'left_over', '1');
`;
