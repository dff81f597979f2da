"""The truth of a day: customers, people, owners, plans and touches, as of a date."""
