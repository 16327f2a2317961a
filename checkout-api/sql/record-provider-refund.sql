-- A refund that was made at the provider itself; false when it was known.
select checkout.record_provider_refund($1, $2, $3, $4, $5) as recorded;
