"""Who may do what: people with passwords, keys of programs, sessions of browsers."""
