"""How much of a mail is read, each limit with its reason. `docs/reference/mail.md` shows the same table."""

from datetime import UTC, datetime, timedelta
from typing import Final

MAIL_BYTES: Final = 50 * 1024 * 1024
"""A larger mail is refused: common servers stop at 25 to 50 MiB, and a mail is held in memory whole."""

HEADER_BLOCK_BYTES: Final = 256 * 1024
"""Of the header of the mail: long Received and DKIM chains stay under 64 KiB, so four times that is generous."""

PART_HEADER_BYTES: Final = 16 * 1024
"""Of the header of one part: it holds little but a type and a file name, and 200 of them are read."""

SUBJECT_VALUE_CHARS: Final = 8000
"""Of Subject as sent: 998 characters in encoded words need about this much."""

STRUCTURED_VALUE_CHARS: Final = 1000
"""Of From, Content-Type and Content-Disposition: the standard library needs quadratic time for hostile ones."""

DATE_VALUE_CHARS: Final = 200
"""Of Date: a date with a comment needs less than half of it."""

ID_CHARS: Final = 998
"""A longer Message-ID is no id: RFC 5322 section 2.1.1 allows 998 characters in a line."""

REFERENCES: Final = 200
"""Ids kept of References, the newest: what a mail answers stands at the end."""

SUBJECT_CHARS: Final = 998
"""Of the subject shown: RFC 5322 section 2.1.1, the longest line."""

ADDRESS_CHARS: Final = 320
"""A longer sender address is unreadable: 64 + 1 + 255, RFC 5321 section 4.5.3.1."""

NAME_CHARS: Final = 200
"""Of a sender's name or an attachment's name: more is no name, and file systems stop at 255 bytes."""

NESTING: Final = 20
"""Multiparts within one another: real mails stay under 10, and each level scans its bytes again."""

PARTS: Final = 200
"""Parts looked at, containers counted: a report with more attachments than this should be an archive."""

DELIMITERS_COUNTED: Final = 100_000
"""Boundary lines counted in one multipart, so that the number in a notice costs bounded time."""

TEXT_CHARS: Final = 1024 * 1024
"""Of the text kept for reading: about 500 printed pages, more than a person reads in a report."""

HTML_CHARS: Final = 1024 * 1024
"""Of the HTML given to the extractor: mark-up is several times its text, and the text is what is kept."""

NOTICES: Final = 50
"""Notices kept: a mail with more oddities than this is odd as a whole."""

QUOTED_CHARS: Final = 60
"""Of a value quoted from the mail inside a notice."""

OLDEST_DATE: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""An earlier Date is a clock that was not set: no project served here is older."""

FUTURE_DATE: Final = timedelta(days=2)
"""How far a Date may lie ahead of now: zones differ by at most 26 hours, and clocks drift."""

LINE_BYTES: Final = 64 * 1024
"""Read from an mbox at once, so that a line without an end costs no memory."""
