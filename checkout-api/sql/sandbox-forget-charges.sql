-- Charges of these references are gone with their refunds and messages, as if they had never been.
delete from sandbox.charges where reference = any ($1::text[]);
