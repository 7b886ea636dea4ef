-- Plan: 0 to add, 0 to change, 0 to expire, 0 to delete.
-- For review, against lenkwerk as of sha256:0000000000000000000000000000000000000000000000000000000000000000.

BEGIN;

COMMIT;
