"""The public site as the desk asks for it; its pages are loaded when something is published."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from midstream.formats.catalogue.document import Catalogue, Entry
    from midstream.formats.csaf.places import Shown
    from midstream.formats.tree import Part


class PublicSite:
    """`desk.ports.SiteMaker`, by the room `site`."""

    def edition(self) -> str:
        """Return the digest of the site's own code."""
        from midstream.site.build import edition  # noqa: PLC0415 - most commands publish nothing

        return edition()

    def page(self, catalogue: "Catalogue", entry: "Entry") -> tuple[str, bytes]:
        """Return place and bytes of one advisory's page."""
        from midstream.site.build import advisory_page_file  # noqa: PLC0415 - as above

        return advisory_page_file(catalogue, entry)

    def page_place(self, name: str) -> str:
        """Return the place of an advisory's page."""
        from midstream.site.places import advisory_page  # noqa: PLC0415 - as above

        return advisory_page(name)

    def place(self, name: str, format_: str, ending: str) -> str:
        """Return the place of a document of an advisory."""
        from midstream.site.places import document_place  # noqa: PLC0415 - as above

        return document_place(name, format_, ending)

    def shared(self, catalogue: "Catalogue", *, now: datetime, csaf: "Shown | None") -> "Iterator[Part]":
        """Yield the parts that say something of all advisories."""
        from midstream.site.build import shared_parts  # noqa: PLC0415 - as above

        return shared_parts(catalogue, now=now, csaf=csaf)
