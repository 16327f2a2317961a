-- Gives back the stock of holds whose payment has been open for $1 seconds.
select checkout.give_up_payments($1, $2) as drops;
