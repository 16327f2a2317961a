-- Gives back part of a charge, once a key; null when the charge has not that much left.
select sandbox.refund($1, $2, $3) as id;
