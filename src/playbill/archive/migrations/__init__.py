"""How tables grow: numbered revisions, each from the one before, and what brings them up to date.

`tables/` says what the tables are; a change there comes with a revision of the next number in
`versions/`, and a test holds the two together.
"""
