"""`kpis erase`: a person is taken out of all that a project holds, and kept out."""
