-- What the provider has said about a refund; false when that was known.
select checkout.settle_refund($1, $2, $3, $4, $5) as settled;
