"""Mailchimp's raw tables, as two connectors spell them."""
