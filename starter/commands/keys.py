"""`closeline keys`: the ring of keys that encrypt and decrypt what Temporal keeps."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from typer import Argument, Option, Typer

from starter.commands.common import Shown
from starter.commands.spreading import command

if TYPE_CHECKING:
    from encryption.ring import Ring
    from encryption.ring_file import RingFile

app = Typer(no_args_is_help=True, help="The key ring: make one, list it, rotate it.")

COLUMNS: Final = ("key", "created", "encrypts")


@dataclass(frozen=True)
class Place:
    """Where the ring is."""

    keys_file: Annotated[Path | None, Option(help="The ring's file (also CLOSELINE_KEYS_FILE)")] = (
        None
    )
    dir: Annotated[
        Path | None, Option(help="Else keys.json in this folder (also CLOSELINE_DIR)")
    ] = None

    @property
    def file(self) -> "RingFile":
        """The file."""
        from encryption.ring_file import RingFile
        from settings import ring_path

        return RingFile(ring_path(keys_file=self.keys_file, dir=self.dir))


@command(app, "new", "closeline keys new --keys-file keys.json")
async def new(*, shown: Shown, place: Place) -> None:
    """Make a ring with one key, which only you can read. Back it up: see docs/security.md."""
    _tell(shown, place.file, place.file.create())


@command(app, "list", "closeline keys list --keys-file keys.json")
async def list_(*, shown: Shown, place: Place) -> None:
    """List the keys, without what is secret in them."""
    ring = place.file.read()
    rows = [
        {"key": name, "created": key.created, "encrypts": name == ring.active}
        for name, key in ring.keys.items()
    ]
    shown.table(rows, COLUMNS)


@command(app, "rotate", "closeline keys rotate --keys-file keys.json")
async def rotate(
    later: Annotated[
        bool, Option("--later", help="The new key only decrypts until `closeline keys use`.")
    ] = False,
    *,
    shown: Shown,
    place: Place,
) -> None:
    """Add a new key, which encrypts from now on; the others go on decrypting."""
    from encryption.ring import Key

    key = Key.new()

    def change(ring: "Ring") -> "Ring":
        return ring.with_key(key) if later else ring.with_key(key).using(key.id)

    _tell(shown, place.file, place.file.change(change), added=key.id)


@command(app, "use", "closeline keys use closeline-0123456789abcdef --keys-file keys.json")
async def use(
    key: Annotated[str, Argument(help="The id of a key in the ring.")],
    *,
    shown: Shown,
    place: Place,
) -> None:
    """Encrypt with this key from now on; the others go on decrypting."""
    _tell(shown, place.file, place.file.change(lambda ring: ring.using(key)))


def _tell(shown: Shown, file: "RingFile", ring: "Ring", **more: str) -> None:
    shown.record({"file": str(file.path), "keys": len(ring.keys), **more, "encrypts": ring.active})
