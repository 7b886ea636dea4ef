-- Plan: 1 to add, 1 to change, 0 to expire, 0 to delete.
-- For review, against \x1b[31mred\x1b[0m \u202egpj.exe ```` </details>\n\n# heading | cell \ ' @somebody\r\u2028\x85 as of sha256:0000000000000000000000000000000000000000000000000000000000000000.

BEGIN;

-- config/\x1b[31mred\x1b[0m \u202egpj.exe ```` </details>\n\n# heading | cell \ ' @somebody\r\u2028\x85: wanted \x1b[31mred\x1b[0m \u202egpj.exe ```` </details>\n\n# heading | cell \ ' @somebody\r\u2028\x85
INSERT INTO storage.config (key, value)
VALUES (E'\u001b[31mred\u001b[0m \u202egpj.exe ```` </details>\u000a\u000a# heading | cell \\ '' @somebody\u000d\u2028\u0085', E'"\\u001b[31mred\\u001b[0m \u202egpj.exe ```` </details>\\n\\n# heading | cell \\\\ '' @somebody\\r\u2028\u0085"');

-- index/x:
UPDATE storage.index SET tablespc = E'\u001b[31mred\u001b[0m \u202egpj.exe ```` </details>\u000a\u000a# heading | cell \\ '' @somebody\u000d\u2028\u0085' WHERE id = 3;

COMMIT;
