"""The Python of the guide about providers runs as it stands there."""

import re
import textwrap
from pathlib import Path

HOWTO = Path(__file__).parents[3] / "docs" / "howto"


def test_the_python_of_the_guide_runs() -> None:
    text = (HOWTO / "become-a-csaf-provider.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```python\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    assert blocks
    known: dict[str, object] = {}
    for _, block in blocks:
        exec(textwrap.dedent(block), known)  # noqa: S102 - the project's own guide
    assert "csaf_trusted_provider" in str(known["files"])
