# SPDX-License-Identifier: MIT
"""What a benchmark found: a titled table, printed as Markdown and put into the reference page on request."""

import dataclasses
import pathlib
import re

PAGE = pathlib.Path("docs/reference/benchmarks.md")
_MEASURED = re.compile(r"(<!-- measured -->\n).*?(<!-- end of measured -->)", re.DOTALL)


@dataclasses.dataclass
class Table:
    """A table of strings under a title, with remarks below it."""

    title: str
    head: list[str]
    rows: list[list[str]] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)

    def as_markdown(self) -> str:
        """Return the table as Markdown."""
        lines = [f"### {self.title}", "", _line(self.head), _line(["---"] * len(self.head)), *map(_line, self.rows)]
        for remark in self.remarks:
            lines += ["", remark]
        return "\n".join(lines) + "\n"


def write_page(tables: list[Table]) -> None:
    """Put the tables between the marks of the reference page, whatever stood there."""
    measured = "\n".join(table.as_markdown() for table in tables)
    text = PAGE.read_text("utf-8")
    PAGE.write_text(_MEASURED.sub(lambda found: f"{found[1]}{measured}{found[2]}", text), "utf-8")


def milliseconds(seconds: float) -> str:
    """Return a time as people compare it."""
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
