-- A capture that found no hold being paid by its attempt: kept if it still can be, else on its way back.
select checkout.settle_late_payment($1, $2, $3) as verdict;
