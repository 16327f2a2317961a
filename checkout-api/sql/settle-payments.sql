-- These reservations are paid by these charges: held becomes sold, one order each.
select checkout.settle_payments($1, $2) as settled;
