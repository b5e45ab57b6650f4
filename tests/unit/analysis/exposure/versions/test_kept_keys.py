"""Keys that are kept in files: an index and a fleet were perhaps made by another version of this program."""

import pytest

from midstream.analysis.exposure.fleets import file
from midstream.analysis.exposure.tables import FORMAT
from midstream.analysis.exposure.versions import Scheme, key_of

KEPT: list[tuple[Scheme, str, str]] = [
    ("deb", "1:2.36-9+deb12u7", '11"12}"236""19{deb"212u"17"'),
    ("deb", "2.0~rc1-1", '0"12}"0!rc"11""11"'),
    ("pep440", "1.2rc1", "01112!c11!~!"),
    ("pep440", "2!1.0.post1.dev2+local.1", "1211!~p11d12alocal!n11!"),
    ("semver", "1.2.3-beta.1", "111213abeta!11!"),
    ("semver", "10.0.0", "21000~"),
    ("bitnami", "7.4.1-0", "1714110!"),
    ("bitnami", "7.4.1", "171411!"),
    ("go", "v0.0.0-20230101000000-0123456789ab", "000a20230101000000-0123456789ab!!"),
    ("go", "v1.2.3", "111213~"),
    ("rpm", "0:5.1.8-6.el9", '0151118"r16$el!19"'),
    ("rpm", "1:2.0~rc1-1", '11120!$rc!11"r11"'),
    ("apk", "1.2.3_rc1-r4", '111213!d%11#14"'),
    ("apk", "3.0.12-r0", '13(0!212#0"'),
    ("maven", "1.0-alpha-1", '11"!a%11#'),
    ("maven", "2.0.0-SNAPSHOT", '12"!e#'),
    ("gem", "1.2.0.pre1", "1112!pre!11#"),
    ("gem", "7.0.8.1", "17$881811#"),
    ("nuget", "1.0.0-beta.2", "11000aBETA!12!"),
    ("nuget", "6.0.0.1", "160011~"),
    ("nuget", "1.0.0--5.rc", "11000-84aRC!!"),
    ("pub", "1.2.3-rc.1+2", "111213arc!11!+12!"),
    ("git-tag", "mbedtls-3.6.2", '131612"'),
    ("git-tag", "v2.11.0-rc0", '12211!e0"'),
]


@pytest.mark.parametrize(("scheme", "version", "key"), KEPT)
def test_a_key_that_changes_takes_new_formats_of_both_files(scheme: Scheme, version: str, key: str) -> None:
    assert (FORMAT, file.FORMAT) == (4, 4), "the formats were raised: write down the keys anew"
    assert key_of(scheme=scheme, version=version) == key, "raise the formats of the index and of the fleet"
