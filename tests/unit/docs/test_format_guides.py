"""The Python of the guides about pages and providers runs as it stands there."""

import re
import textwrap
from pathlib import Path

import pytest

HOWTO = Path(__file__).parents[3] / "docs" / "howto"


@pytest.mark.parametrize("name", ["give-pages-their-advisories", "become-a-csaf-provider"])
def test_the_python_of_the_guide_runs(name: str) -> None:
    text = (HOWTO / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```python\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    assert blocks
    known: dict[str, object] = {}
    for _, block in blocks:
        exec(textwrap.dedent(block), known)  # noqa: S102 - the project's own guide
    if "page" in known:
        assert "embargo" not in str(known["page"])
        assert "security-advisory-tfv-18.rst" in str(known["index"])
    else:
        assert "csaf_trusted_provider" in str(known["files"])
