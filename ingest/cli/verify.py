"""`chronik verify`: is the archive whole?"""

import argparse
import json
from dataclasses import asdict

from ingest.cli.frame import DONE, SOME_FAILED, printable
from ingest.cli.progress import bar


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def main(args: argparse.Namespace) -> int:
    """Check everything; 1 if something is wrong."""
    from ingest.cli.opening import opened
    from storage.care import verify

    with opened(args, create=False) as archive, bar("checking", None, quiet=args.json) as shown:
        findings = list(verify(archive, lambda check, done: shown.advance(f"{check}: {done}")))
    grave = [finding for finding in findings if finding.grave]
    if args.json:
        print(json.dumps({"whole": not grave, "findings": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            print(f"{'wrong' if finding.grave else 'note'}: {finding.check}: {printable(finding.text)}")
        print("the archive is whole" if not grave else f"{len(grave)} things are wrong")
    return SOME_FAILED if grave else DONE
