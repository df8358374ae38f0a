#!/usr/bin/python3
"""Verifies what a hub's log gives to others, with no code of the hub's.

  verify_evidence.py tiles PLACE KEY [--no-bundles] [--since FILE] [--party-key PARTY=BASE64]...
      PLACE is a folder that `jobbro-audit tiles` made, or the address of a hub's HTTP, which has no
      entry bundles (--no-bundles). With --since, the tree must have grown from that of the
      checkpoint in FILE.
  verify_evidence.py proof FILE KEY
      A proof that `jobbro prove` or `jobbro-audit prove` made, with the entry in it.
  verify_evidence.py archive FILE KEY
      An archive. Needs the classes made from proto/jobbro/v1 on PYTHONPATH.

  KEY is --verifier-key VKEY or --hub-public FILE. Ends with 0 and one line that says what was
  verified; with 1 and one line that says what is wrong; with 2 when it could not be read.
"""

import argparse
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Optional

from log_entries import Fault
from log_sources import Unreadable, add_key_options, party_keys_of, vkey_of
from tlog_files import TlogProof, TreeCheck, check_growth
from transparency import Checkpoint, Verifier

ANSWER_SECONDS_MAX = 60
BYTES_MAX = 256 * 65537  # of a bundle, the longest there is


# --- What is read ---------------------------------------------------------------------------------


def read_file(path: Path) -> Optional[bytes]:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def read_http(address: str) -> Optional[bytes]:
    """Errors: Unreadable."""
    try:
        with urllib.request.urlopen(address, timeout=ANSWER_SECONDS_MAX) as answer:
            return answer.read(BYTES_MAX + 1)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise Unreadable(f"{address}: {error}") from None
    except OSError as error:
        raise Unreadable(f"{address}: {error}") from None


def reader_of(place: str):
    if place.startswith("http://"):
        return lambda path: read_http(f"{place.rstrip('/')}/{path}")
    return lambda path: read_file(Path(place) / path)


# --- Commands; each returns what was verified -----------------------------------------------------


def verify_tiles(options, vkey: str) -> str:
    verifier = Verifier.parse(vkey)
    tree = TreeCheck(reader_of(options.what), verifier, options.bundles,
                     party_keys_of(options)).run()
    told = (f"tree of {tree.checkpoint.size} entries, root {tree.checkpoint.root.hex()}, "
            f"{tree.tiles} tiles, {tree.entries} entries read, "
            f"{tree.verified} of {tree.submitted} signatures verified")
    if options.since:
        old = Checkpoint.open(options.since.read_bytes(), verifier)
        check_growth(old, tree)
        told += f", grown from {old.size} entries"
    return told


def verify_proof(options, vkey: str) -> str:
    verifier = Verifier.parse(vkey)
    proof = TlogProof.parse(Path(options.what).read_bytes())
    entry = proof.check_entry(verifier)
    size = Checkpoint.open(proof.checkpoint, verifier).size
    return f"entry {entry.sequence} by {entry.sender} is in the tree of {size} entries"


def verify_archive(options, vkey: str) -> str:
    from read_archive import ArchiveCheck, Malformed  # needs classes that the others do not
    try:
        with open(options.what, "rb") as archive:
            found = ArchiveCheck(vkey).run(archive)
    except Malformed as error:
        raise Fault(str(error)) from None
    return (f"archive of {found.entries} entries, {found.erased} erased, {found.opened} opened, "
            f"{found.verified} of {found.submitted} signatures verified, {found.statements} "
            f"statements, in the tree of {found.checkpoint.size} entries")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, run in (("tiles", verify_tiles), ("proof", verify_proof),
                      ("archive", verify_archive)):
        command = commands.add_parser(name)
        command.add_argument("what")
        add_key_options(command)
        command.set_defaults(run=run)
        if name == "tiles":
            command.add_argument("--no-bundles", dest="bundles", action="store_false")
            command.add_argument("--since", type=Path)
    options = parser.parse_args()
    if bool(options.verifier_key) == bool(options.hub_public):
        parser.error("one of --verifier-key and --hub-public is needed")
    return options


def main() -> int:
    options = parse_arguments()
    try:
        print(options.run(options, vkey_of(options)))
    except (Fault, ValueError) as fault:
        print(f"fault: {fault}", file=sys.stderr)
        return 1
    except (Unreadable, OSError) as error:
        print(f"verify_evidence: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
