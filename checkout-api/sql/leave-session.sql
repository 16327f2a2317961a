-- Ends a session and gives back what it holds; false while a payment is under way.
select checkout.leave_session($1, $2) as left;
