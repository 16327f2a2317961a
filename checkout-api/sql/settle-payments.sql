-- These attempts of these reservations were captured by these charges: held becomes sold, one order each.
select checkout.settle_payments($1, $2, $3) as settled;
