"""The company of the demo: nothing planted that a sales leader would not believe."""
