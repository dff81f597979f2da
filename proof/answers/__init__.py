"""The true values, worked out from the company's own objects in plain Python."""
