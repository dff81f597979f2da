-- One row: the version.
select version, as_of_date, reporting_currency, tests_passed, tests_failed, stalest_source, stalest_source_date
from monitoring.publication
