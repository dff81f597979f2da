"""What was true on a day: customers, people, owners, plans and touches, as of a date."""
