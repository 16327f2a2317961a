-- The goods have left; not while money is on its way back. $2 is the table of domain/order-states.ts. Answers the state after it, no row
-- when there is no such order, and whether it changed now.
select state, fulfilled, refunding from checkout.fulfil_order($1, $2) where state is not null;
