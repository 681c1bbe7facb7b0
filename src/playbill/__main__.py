"""`python -m playbill`."""

from playbill.cli.main import main

main()
