"""`python -m saisine.web`: the pages and the job worker on this computer."""

import sys

from saisine.web.serve import main

sys.exit(main())
