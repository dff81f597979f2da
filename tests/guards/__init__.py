"""The guards: what keeps this project honest and nobody checks by eye.

`python -m guards [yaml|conventions|sql|all]` prints one line for each finding and
exits 1 if there is one.

* `yaml`: dbt itself accepts a typo such as `materialised:` without a word; here it is an error
  (strict_yaml.py).
* `conventions`: layers, keys, contracts, descriptions, test names and the other rules of
  conventions.py.
* `sql`: how the SQL looks, by sqlfluff without a database (sql_style.py, .sqlfluff).

Each rule is a function that lists the offenders, and has in tests/python/test_guards.py a case that
it must catch.
"""
