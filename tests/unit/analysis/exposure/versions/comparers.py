"""The comparers the keys are held against: written from the standard, or the ecosystem's own program."""

import functools
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path

import pytest

Compare = Callable[[str, str], int]


def sign(left: object, right: object) -> int:
    return (left > right) - (left < right)  # type: ignore[operator]


def debian(left: str, right: str) -> int:
    """Debian Policy 5.6.12: epoch as a number, upstream and revision each as text and numbers in turn."""

    def split(version: str) -> tuple[int, str, str]:
        epoch, _, rest = version.partition(":") if ":" in version else ("0", "", version)
        upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
        return int(epoch), upstream, revision

    def weight(char: str) -> int:
        return -1 if char == "~" else 0 if not char else ord(char) if char.isalpha() else ord(char) + 256

    def part(one: str, two: str) -> int:
        while one or two:
            text_one, text_two = re.match(r"[^0-9]*", one)[0], re.match(r"[^0-9]*", two)[0]
            for char_one, char_two in zip_longest(text_one, text_two, fillvalue=""):
                if weight(char_one) != weight(char_two):
                    return sign(weight(char_one), weight(char_two))
            one, two = one[len(text_one) :], two[len(text_two) :]
            number_one, number_two = re.match(r"[0-9]*", one)[0], re.match(r"[0-9]*", two)[0]
            if int(number_one or 0) != int(number_two or 0):
                return sign(int(number_one or 0), int(number_two or 0))
            one, two = one[len(number_one) :], two[len(number_two) :]
        return 0

    (epoch_one, *parts_one), (epoch_two, *parts_two) = split(left), split(right)
    return sign(epoch_one, epoch_two) or part(parts_one[0], parts_two[0]) or part(parts_one[1], parts_two[1])


def _identifiers(left: str, right: str, *, fold: bool = False, number: str = "[0-9]+") -> int:
    """Clause 11.4 of semver.org 2.0.0, with what counts as a number."""
    if not left or not right:
        return sign(not left, not right)
    for one, two in zip_longest(left.split("."), right.split("."), fillvalue=None):
        if one is None or two is None:
            return sign(one is not None, two is not None)
        is_number = [re.fullmatch(number, each) is not None for each in (one, two)]
        if all(is_number):
            found = sign(*(int(each, 16 if "x" in each.lower() else 10) for each in (one, two)))
        elif any(is_number):
            found = sign(is_number[1], is_number[0])
        else:
            found = sign(one.upper(), two.upper()) if fold else sign(one, two)
        if found:
            return found
    return 0


def semantic(left: str, right: str, *, fold: bool = False, number: str = "[0-9]+") -> int:
    """Clause 11 of semver.org 2.0.0, with up to four numbers and missing ones taken as zero."""

    def split(version: str) -> tuple[list[int], str]:
        core, _, pre = version.removeprefix("v").partition("+")[0].partition("-")
        return [*map(int, core.split(".")), 0, 0, 0][:4], pre

    (numbers_one, pre_one), (numbers_two, pre_two) = split(left), split(right)
    return sign(numbers_one, numbers_two) or _identifiers(pre_one, pre_two, fold=fold, number=number)


def bitnami(left: str, right: str) -> int:
    """As semantic versions, but what has a revision comes after what has none."""
    bare = [version.partition("+")[0] for version in (left, right)]
    cores = [version.removeprefix("v").partition("-")[0] for version in bare]
    has_revision = ["-" in version for version in bare]
    return semantic(*cores) or sign(*has_revision) or semantic(*bare)


def nuget(left: str, right: str) -> int:
    """NuGet package version reference: as semantic versions, without regard to case; .NET reads numbers with a sign."""
    return semantic(left, right, fold=True, number="-?[0-9]+")


def dart(left: str, right: str) -> int:
    """The order of pub_semver: as semantic versions, and then the build, of which none is less than any."""
    number = "-?(0[xX][0-9a-fA-F]+|[0-9]+)"
    builds = [version.partition("+")[2] for version in (left, right)]
    has_builds = sign(*map(bool, builds)) or _identifiers(*builds, number=number)
    return semantic(left, right, number=number) or has_builds


def alpine(left: str, right: str) -> int:
    """apk-package(5) and apk-tools 3: tokens in turn; where the kinds differ the earlier kind is higher."""
    kinds = ("first", "number", "letter", "suffix", "suffix number", "commit", "revision", "end")
    suffixes = ("alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p")

    def tokens(version: str) -> list[tuple[str, str]]:
        found = re.fullmatch(r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)((?:_[a-z]+[0-9]*)*)(~[0-9a-f]+)?(-r[0-9]+)?", version)
        assert found
        result = [("first", found[1])] + [("number", part) for part in found[2].split(".")[1:]]
        result += [("letter", found[3])] if found[3] else []
        for word, digits in re.findall(r"_([a-z]+)([0-9]*)", found[4]):
            result += [("suffix", word)] + ([("suffix number", digits)] if digits else [])
        result += [("commit", found[5])] if found[5] else []
        result += [("revision", found[6][2:])] if found[6] else []
        return [*result, ("end", "")]

    for (kind_one, one), (kind_two, two) in zip(tokens(left), tokens(right), strict=False):
        if kind_one != kind_two:
            for kind, word, result in ((kind_one, one, -1), (kind_two, two, 1)):
                if kind == "suffix" and suffixes.index(word) < 4:
                    return result
            return sign(kinds.index(kind_two), kinds.index(kind_one))
        if kind_one == "suffix":
            found = sign(suffixes.index(one), suffixes.index(two))
        elif (kind_one == "number" and (one[0] == "0" or two[0] == "0")) or kind_one in ("letter", "commit", "end"):
            found = sign(one, two)
        else:
            found = sign(int(one), int(two))
        if found:
            return found
    return 0


def in_order(versions: Sequence[str], compare: Compare) -> list[tuple[str, int]]:
    """The versions sorted by a comparer, each with how the one before compares with it: -1, or 0 for equal."""
    ordered = sorted(versions, key=functools.cmp_to_key(compare))
    return [
        (version, compare(before, version)) for before, version in zip([ordered[0], *ordered], ordered, strict=False)
    ]


def needs(program: str, hint: str) -> str:
    """The path of a program; the test is skipped when it is not installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed ({hint})")
    return found


def told(command: Sequence[str], text: str, **more: object) -> object:
    """What a program that reads versions, one a line, answers as JSON: accepted, and ordered with relations."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


NODE = """
const semver = require(process.argv[1]);
const lines = require("fs").readFileSync(0, "utf8").split("\\n").slice(0, -1);
const good = lines.filter(line => semver.valid(line) !== null);
const sorted = [...good].sort((a, b) => semver.compare(a, b));
console.log(JSON.stringify([good, sorted.map((v, i) => [v, i ? semver.compare(sorted[i - 1], v) : 0])]));
"""

RUBY = """
require "json"
lines = $stdin.read.split("\\n", -1)[0...-1]
good = lines.select { |line| Gem::Version.correct?(line) }
sorted = good.map { |line| [Gem::Version.new(line), line] }.sort { |a, b| a[0] <=> b[0] }
rows = sorted.each_with_index.map { |(v, line), i| [line, i > 0 ? sorted[i - 1][0] <=> v : 0] }
puts JSON.generate([good, rows])
"""

JAVA = """
import java.io.*; import java.util.*; import java.util.stream.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Order {
    static String quote(String s) { return "\\"" + s.replace("\\\\", "\\\\\\\\").replace("\\"", "\\\\\\"") + "\\""; }
    public static void main(String[] args) throws IOException {
        List<String> lines = new BufferedReader(new InputStreamReader(System.in)).lines().collect(Collectors.toList());
        List<ComparableVersion> all = new ArrayList<>();
        for (String line : lines) all.add(new ComparableVersion(line));
        Collections.sort(all);
        StringBuilder out = new StringBuilder("[[],[");
        for (int i = 0; i < all.size(); i++) {
            int c = i == 0 ? 0 : Integer.signum(all.get(i - 1).compareTo(all.get(i)));
            out.append(i == 0 ? "[" : ",[").append(quote(all.get(i).toString())).append(",").append(c).append("]");
        }
        System.out.println(out.append("]]"));
    }
}
"""

GO = """
package main
import ("bufio"; "encoding/json"; "os"; "sort"; "order/semver")
func main() {
    lines := bufio.NewScanner(os.Stdin)
    good := []string{}
    for lines.Scan() { if semver.IsValid(lines.Text()) { good = append(good, lines.Text()) } }
    sorted := append([]string{}, good...)
    sort.SliceStable(sorted, func(i, j int) bool { return semver.Compare(sorted[i], sorted[j]) < 0 })
    rows := [][]any{}
    for i, v := range sorted {
        c := 0
        if i > 0 { c = semver.Compare(sorted[i-1], v) }
        rows = append(rows, []any{v, c})
    }
    json.NewEncoder(os.Stdout).Encode([]any{good, rows})
}
"""

RPM = """%{lua:
local all, out = {}, {}
for line in io.lines(arg_path) do all[#all + 1] = line end
table.sort(all, function(a, b) return rpm.vercmp(a, b) < 0 end)
for i, v in ipairs(all) do
  local c = 0
  if i > 1 then c = rpm.vercmp(all[i - 1], v) end
  out[#out + 1] = c .. " " .. v
end
print(table.concat(out, string.char(10)))
}"""


def node_semver() -> str:
    """The folder of the semver module that npm brings."""
    npm = Path(needs("npm", "its semver module is the comparer")).resolve()
    folder = npm.parents[1] / "node_modules" / "semver"
    if not folder.is_dir():
        pytest.skip(f"npm has no semver module in {folder}")
    return str(folder)


def maven_jar() -> str:
    """The newest maven-artifact jar of this machine."""
    own = Path.home() / ".m2/repository/org/apache/maven/maven-artifact"
    found = sorted(own.glob("3.9.*/maven-artifact-3.9.*[0-9].jar")) + sorted(
        Path("/usr/share/java").glob("maven-artifact-3*.jar")
    )
    if not found:
        pytest.skip("no maven-artifact jar (libmaven3-core-java)")
    return str(found[0])
