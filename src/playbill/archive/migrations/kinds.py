"""Kinds of columns as the revisions know them; those of `tables/` may change, these may not."""

import sqlalchemy as sa

Moment = sa.DateTime(timezone=True)
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
