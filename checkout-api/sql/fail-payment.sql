-- An attempt is known to have taken no money.
select checkout.fail_payment($1, $2, $3, $4, $5);
