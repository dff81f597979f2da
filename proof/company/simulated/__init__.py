"""The ordinary records of each kind, drawn by chance."""
