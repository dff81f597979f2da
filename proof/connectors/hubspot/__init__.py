"""HubSpot's raw tables, as three connectors spell them."""
