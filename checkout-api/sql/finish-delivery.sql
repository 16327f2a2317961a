-- How a delivery went.
select checkout.finish_delivery($1, $2, $3, $4, $5);
