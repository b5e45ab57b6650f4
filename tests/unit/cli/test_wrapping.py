"""How prose is wrapped on a terminal of 80 columns."""

import pytest

from midstream.cli import output


def test_a_tag_is_not_broken_after_its_hyphen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "width", lambda: 80)
    output.paragraph("x" * 66 + " " + "TF-Mv1.4.1 and more", indent="fix       ")
    assert any("TF-Mv1.4.1" in line for line in capsys.readouterr().out.splitlines())
