"""Why the numbers may be believed: a company, its raw tables, and the true value of every KPI.

Three floors, each of which reads only those before it: `company` ← `connectors` ← `answers`. None
of them reads a model, a macro or the command; proof/README.md says what is independent of what.
"""
