"""What chronik costs per feed, and what others cost, on the same feeds in the same run, against a server of our own.

    python benchmarks/speed.py --feeds 1000 --repeat 5 --reader PATH/TO/VENV/bin/python --json speed.json

Four scenarios: cold (nothing is known), 304 (nothing has changed and the server says so), same (it sends the same
bytes again), news (every feed has 1 or 2 new entries). CPU and wall are milliseconds per feed, of the process and all
its children, less those of a run that asks nothing.
Peers that are not installed are left out: reader is looked for in the environment of --reader, newsboat and sfeed on
the path.
"""

import sys

from speed.command import main

if __name__ == "__main__":
    sys.exit(main())
