"""Networks: cards, the store, sessions, and one file per network."""
