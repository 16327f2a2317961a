-- Gives back what these reservations hold; answers the ones this statement released.
select checkout.release_reservations($1) as released;
