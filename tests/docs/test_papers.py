# SPDX-License-Identifier: MIT
"""The papers hold to the code: links resolve, commands, symbols, settings, codes, files and variables exist on both sides."""

import pathlib
import re
import subprocess
import typing

import msgspec
import pytest

from humeops.api import schemas
from humeops.central import config as central_config
from humeops.cli import verbs
from humeops.daemon import config
from humeops.errors import Exit
from humeops.event import KINDS, LEVELS, OUTCOMES
from humeops.layout import Layout

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAPERS = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for folder in ("docs", "deploy", "examples", "native") for path in (ROOT / folder).rglob("*.md")),
    ]
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")


def _text(path):
    return path.read_text("utf-8")


def _name(path):
    return path.relative_to(ROOT).as_posix()


def _fences(path):
    return [(language, body) for language, body in FENCE.findall(_text(path))]


def _code(path):
    prose = FENCE.sub("", _text(path))
    return [body for _, body in _fences(path)] + SPAN.findall(prose)


def _first_column(path):
    """The first cell of every row of a paper's tables, heads and rules left out."""
    rows = [line.split("|")[1].strip() for line in _text(path).splitlines() if line.startswith("|")]
    return [cell for cell in rows if cell and not cell.startswith("-")]


@pytest.mark.parametrize("paper", PAPERS, ids=_name)
def test_every_link_leads_somewhere(paper):
    targets = re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", _text(paper)))
    local = [target for target in targets if not target.startswith(("http://", "https://", "#", "mailto:"))]

    assert [target for target in local if not (paper.parent / target.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=_name)
def test_every_verb_that_is_named_exists(paper):
    named = {
        verb for code in _code(paper) for verb in re.findall(r"(?<![\w./-])(?<!-o )hume ([a-z][a-z-]*)\b(?!:)", code)
    }

    assert named - {*verbs.PEOPLE, *verbs.NATIVE} == set()


@pytest.mark.parametrize("paper", PAPERS, ids=_name)
def test_every_make_target_that_is_named_exists(paper):
    targets = set(re.findall(r"^([a-z]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    named = {target for code in _code(paper) for target in re.findall(r"(?:^|\s)make ([a-z]+)\b", code)}

    assert named - targets == set()


@pytest.mark.parametrize("paper", PAPERS, ids=_name)
def test_shell_in_the_papers_parses(paper):
    for language, body in _fences(paper):
        if language in {"sh", "bash"}:
            answer = subprocess.run(["bash", "-n"], input=body, capture_output=True, text=True, check=False)

            assert answer.returncode == 0, f"{body}\n{answer.stderr}"


def test_every_verb_is_told_in_the_readme():
    told = _text(ROOT / "README.md")
    explained_by_itself = {"help", "version", "completion", "up"}

    untold = [verb for verb in (*verbs.PEOPLE, *verbs.NATIVE) if not re.search(rf"[`, ]{verb}\b", told)]

    assert set(untold) - explained_by_itself == set()


def test_the_exit_codes_are_those_of_the_code():
    rows = re.findall(r"^\| (\d+) \| (\w+) \|", _text(ROOT / "docs/reference/exit-codes.md"), re.MULTILINE)

    assert {name: int(number) for number, name in rows} == {code.name: code.value for code in Exit}


@pytest.mark.parametrize(
    ("settings", "paper"),
    [(config.Settings, "humed-config.md"), (central_config.Settings, "central-config.md")],
    ids=["humed", "central"],
)
def test_every_setting_is_documented_and_no_other(settings, paper):
    tables = re.findall(
        r"^\| setting \|.*\n\|[-| ]+\n((?:\|.*\n)+)", _text(ROOT / "docs/reference" / paper), re.MULTILINE
    )
    # A table may give the section before the name, or stand under its section's heading.
    documented = [name for table in tables for name in re.findall(r"^\| `(?:\w+\.)?(\w+)`", table, re.MULTILINE)]

    assert sorted(documented) == sorted(_settings(settings))


def _settings(kind):
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _settings(field.type)
        else:
            yield field.encode_name


def test_the_shipped_configuration_is_right():
    shipped = ROOT / "deploy/hume/humed.toml"

    chosen = config.load(pathlib.Path("/var/lib/hume"), shipped)

    assert chosen.socket == pathlib.Path("/run/hume/humed.sock")
    assert chosen.drop == pathlib.Path("/var/spool/hume")
    assert chosen.spool == pathlib.Path("/var/lib/hume/spool.db")
    assert chosen.credential_file == pathlib.Path("/etc/hume/agent-token")


def test_every_metric_is_documented_and_no_other():
    sources = "\n".join(_text(path) for path in (ROOT / "src/humeops/central").rglob("*.py"))
    named = {cell.strip("`").removesuffix("_total") for cell in _first_column(ROOT / "docs/reference/metrics.md")}

    assert named - {"metric", "process_*"} == set(
        re.findall(r'(?:Counter|Gauge|Histogram|Family)\(\s*"(hume_[a-z_]+)"', sources)
    )


def test_every_file_of_a_hume_folder_is_documented():
    paper = _text(ROOT / "docs/reference/files.md")
    layout = Layout(pathlib.Path("/hume"))
    names = [getattr(layout, name).name for name, value in vars(Layout).items() if isinstance(value, property)]

    assert [name for name in names if not re.search(rf"`{re.escape(name)}/?`", paper)] == []


def test_every_variable_is_documented():
    sources = [*(ROOT / "native/src").glob("*.c"), *(ROOT / "src").rglob("*.py")]
    used = {name for path in sources for name in re.findall(r"[\"'](HUME_(?!TEST)[A-Z_]+)", _text(path))}
    told = set(SPAN.findall(_text(ROOT / "docs/reference/environment.md")))

    assert used - told == set()


def test_every_documented_variable_is_used():
    sources = "\n".join(
        _text(path)
        for path in [*_headers_and_sources(), *(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    )

    assert [name for name in _variables() if name not in sources] == []


def _headers_and_sources():
    return [*(ROOT / "native/src").glob("*.[ch]"), *(ROOT / "native/tests").rglob("*.[ch]")]


def _variables():
    cells = " ".join(_first_column(ROOT / "docs/reference/environment.md"))
    return [span for span in SPAN.findall(cells) if span.isupper()]


def test_the_glossary_has_the_words_of_the_code():
    glossary = _text(ROOT / "docs/glossary.md")
    words = {*KINDS, *LEVELS, *OUTCOMES, *typing.get_args(schemas.RunState), *typing.get_args(schemas.TaskState)}

    assert [word for word in sorted(words) if not re.search(rf"\b{word}\b", glossary)] == []


def test_the_glossary_gives_each_word_once():
    terms = _first_column(ROOT / "docs/glossary.md")

    assert len(terms) == len(set(terms))


def test_the_architecture_paper_is_short_and_names_no_line():
    lines = _text(ROOT / "ARCHITECTURE.md").splitlines()

    assert len(lines) <= 250
    assert [line for line in lines if re.search(r"\.(py|c|h):\d+", line)] == []


def test_the_architecture_paper_names_what_is_there():
    sources = [*_headers_and_sources(), *(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    corpus = "\n".join(_text(path) for path in sources)
    files = {path.name for path in sources} | {path.stem for path in sources} | {path.parent.name for path in sources}
    spans = [
        span for code in SPAN.findall(FENCE.sub("", _text(ROOT / "ARCHITECTURE.md"))) for span in code.split("(")[:1]
    ]
    symbols = [span for span in spans if re.fullmatch(r"[A-Za-z_][\w]*(\.[A-Za-z_]\w*)*", span)]

    missing = [
        symbol
        for symbol in symbols
        if symbol not in files and symbol.split(".")[-1] not in files and symbol.split(".")[-1] not in corpus
    ]

    assert missing == []


def test_every_example_is_listed():
    listed = _text(ROOT / "examples/README.md")

    assert [path.name for path in (ROOT / "examples").glob("*.sh") if f"({path.name})" not in listed] == []


def test_every_paper_is_on_the_list():
    listed = _text(ROOT / "docs/README.md")
    papers = [path for path in (ROOT / "docs").rglob("*.md") if path != ROOT / "docs/README.md"]

    assert [_name(path) for path in papers if f"({path.relative_to(ROOT / 'docs').as_posix()})" not in listed] == []
