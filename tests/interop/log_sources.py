"""What a log is read from besides the log itself: the database through ldb, key files, and the
options that name them. From hub/journal/FORMAT.md."""

import argparse
import re
import subprocess
from pathlib import Path
from typing import Iterator, Optional

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from log_entries import GeneralKey
from transparency import Verifier, strict_base64


class Unreadable(Exception):
    """The log could not be looked at."""


# --- The database ---------------------------------------------------------------------------------


class LdbRows:
    """The tables of a RocksDB database, through ldb, which opens it for reading only."""

    def __init__(self, folder: Path):
        self.folder = folder
        if not (folder / "CURRENT").is_file():
            raise Unreadable(f"{folder} holds no RocksDB database")

    def _start(self, table: str, *command: str) -> subprocess.Popen:
        arguments = ["ldb", f"--db={self.folder}", f"--column_family={table}", *command, "--hex"]
        try:
            return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True)
        except OSError as error:
            raise Unreadable(f"ldb (package rocksdb-tools) cannot be run: {error}") from None

    def scan(self, table: str) -> Iterator[tuple]:
        with self._start(table, "scan") as ldb:
            try:
                for line in ldb.stdout:
                    row = re.fullmatch(r"0x([0-9A-Fa-f]*) (?::|==>) 0x([0-9A-Fa-f]*)\n", line)
                    if row is None:
                        raise Unreadable(f"ldb said of {table}: {line.strip()[:200]}")
                    yield bytes.fromhex(row[1]), bytes.fromhex(row[2])
                problem = ldb.stderr.read().strip()
                if ldb.wait() != 0 or problem:
                    raise Unreadable(f"ldb could not read {table}: {problem[:200]}")
            finally:
                ldb.kill()

    def get(self, table: str, key: bytes) -> Optional[bytes]:
        with self._start(table, "get", "0x" + key.hex().upper()) as ldb:
            answer, _ = ldb.communicate()
        found = re.fullmatch(r"0x([0-9A-Fa-f]*)\n", answer)
        return bytes.fromhex(found[1]) if found else None


def open_vault(vault: Path, master: bytes) -> GeneralKey:
    """Errors: Unreadable."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
    from nacl.exceptions import CryptoError
    rows = LdbRows(vault)

    def open_key(table: str, key: bytes) -> bytes:
        sealed = rows.get(table, key)
        context = b"jobbro vault v1\0" + table.encode("ascii") + b"\0" + key
        try:
            return decrypt((sealed or b"")[24:], context, (sealed or b"")[:24], master)
        except (CryptoError, ValueError):
            raise Unreadable(f"{vault}: a key is missing or is not under the master key") from None

    return GeneralKey(open_key("own", b"slot-key-1"), open_key("keys", bytes(8)))


# --- Keys and options -----------------------------------------------------------------------------


def vkeys_of(options) -> list:
    """The keys the log has had, as the options have them, the present one last. Errors:
    Unreadable."""
    if options.verifier_key:
        return [checked_vkey(options.verifier_key, "--verifier-key")]
    lines = key_file_lines(options.hub_public, "jobbro hub public key v1")
    present, former, origins = ([value for name, value in lines if name == wanted]
                                for wanted in ("verifier", "former", "origin"))
    vkeys = former + present  # the latest of the former ones stands last
    if len(present) != 1 or any(
            [Verifier.parse(checked_vkey(each, options.hub_public)).name] != origins
            for each in vkeys):
        raise Unreadable(f"{options.hub_public}: origin and verifier do not fit")
    return vkeys


def vkey_of(options) -> str:
    """The key the log has now. Errors: Unreadable."""
    return vkeys_of(options)[-1]


def key_file_lines(path: Path, heading: str) -> list:
    """Names and values. Errors: Unreadable."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: {error}") from None
    if lines[:1] != [heading]:
        raise Unreadable(f"{path}: its first line is not \"{heading}\"")
    return [tuple(line.split(" ", 1)) for line in lines[1:] if " " in line]


def checked_vkey(vkey: str, where) -> str:
    """Errors: Unreadable."""
    try:
        Verifier.parse(vkey)
    except ValueError as error:
        raise Unreadable(f"{where}: the verifier key is none: {error}") from None
    return vkey


def master_key_of(path: Path) -> bytes:
    """Of a hub's secret key file. Errors: Unreadable."""
    lines = dict(key_file_lines(path, "jobbro hub key v1"))
    try:
        return strict_base64(lines.get("master", ""))
    except ValueError as error:
        raise Unreadable(f"{path}: {error}") from None


def add_key_options(parser: argparse.ArgumentParser):
    parser.add_argument("--verifier-key", help="the log's key, as name+id+key")
    parser.add_argument("--hub-public", type=Path, help="the hub's public key file")
    parser.add_argument("--party-key", type=party_key, action="append", default=[],
                        metavar="PARTY=BASE64",
                        help="a key of this party, of which one must have signed each submit")


def party_key(text: str) -> tuple:
    party, separator, encoded = text.partition("=")
    try:
        key = Ed25519PublicKey.from_public_bytes(strict_base64(encoded))
    except ValueError:
        separator = ""
    if not separator or not party:
        raise argparse.ArgumentTypeError("expected PARTY=BASE64 of an Ed25519 public key")
    return party, key


def party_keys_of(options) -> dict:
    """Of each party the keys that were given."""
    keys = {}
    for party, key in options.party_key:
        keys.setdefault(party, []).append(key)
    return keys
