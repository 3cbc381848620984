"""`python -m saisine.cli` is `saisine`."""

from saisine.cli import main

main()
