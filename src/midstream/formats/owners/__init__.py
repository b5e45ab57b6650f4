"""Who answers for which file: `MAINTAINERS`, `MAINTAINERS.yml`, `maintainers.rst` and `CODEOWNERS`, in one shape.

`read_owners` picks the reader by the file's path, `look_up` asks several files for one path. Nothing here raises for
what a file holds: a line that cannot be read is a fault, kept with its number, and the rest is used.
"""

from midstream.formats.owners.model import Answer, Area, Owner, OwnerFile, look_up
from midstream.formats.owners.places import PLACES, read_owners

__all__ = ["PLACES", "Answer", "Area", "Owner", "OwnerFile", "look_up", "read_owners"]
