-- Tells of stock that has changed, at most once in $1 seconds a SKU.
select checkout.emit_stock_events($1) as told;
