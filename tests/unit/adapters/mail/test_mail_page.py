"""The reference page states the limits the code has."""

from pathlib import Path

import pytest

from midstream.adapters.mail import limits

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "mail.md"


@pytest.mark.parametrize(
    ("what", "stated"),
    [
        ("a mail", f"{limits.MAIL_BYTES // 1024**2} MiB"),
        ("header of the mail", f"{limits.HEADER_BLOCK_BYTES // 1024} KiB"),
        ("header of one part", f"{limits.PART_HEADER_BYTES // 1024} KiB"),
        (
            "Subject as sent, and as shown",
            f"{limits.SUBJECT_VALUE_CHARS:,} and {limits.SUBJECT_CHARS} characters",
        ),
        ("From, Content-Type, Content-Disposition as sent", f"{limits.STRUCTURED_VALUE_CHARS:,} characters"),
        ("Date as sent", f"{limits.DATE_VALUE_CHARS} characters"),
        ("Message-ID", f"{limits.ID_CHARS} characters"),
        ("ids of In-Reply-To; ids of References", f"{limits.REFERENCES} each"),
        ("address of the sender", f"{limits.ADDRESS_CHARS} characters"),
        ("name of the sender", f"{limits.NAME_CHARS} characters"),
        ("name of an attachment", f"{limits.NAME_CHARS} characters"),
        ("multiparts within one another", f"{limits.NESTING}"),
        ("parts looked at, multiparts included", f"{limits.PARTS}"),
        ("boundary lines counted in one multipart", f"{limits.DELIMITERS_COUNTED:,}"),
        ("text, and HTML it is taken from", f"{limits.TEXT_CHARS:,} characters each"),
        ("text, and HTML it is taken from", f"{limits.HTML_CHARS:,} characters each"),
        ("Date that is believed", f"from {limits.OLDEST_DATE:%Y-%m-%d} to two days from now"),
        ("notices", f"{limits.NOTICES}"),
    ],
)
def test_page_states_the_limit(what: str, stated: str) -> None:
    assert f"\n| {what} | {stated} |" in PAGE.read_text(encoding="utf-8")


def test_two_days_are_two_days() -> None:
    assert limits.FUTURE_DATE.days == 2
