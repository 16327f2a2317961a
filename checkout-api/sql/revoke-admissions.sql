-- Takes admissions back; answers the sessions that this ended.
select checkout.revoke_admissions($1, $2, $3, $4) as ended;
