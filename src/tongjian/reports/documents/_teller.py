"""Puts a plant's material into blocks (文书撰写): what several documents have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tongjian.reports._page import fictitious_text
from tongjian.reports._words import Words
from tongjian.reports.documents._material import Material
from tongjian.reports.documents._model import (
    Block,
    Contents,
    Cover,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
)
from tongjian.reports.documents._numbering import numbered


@dataclass(frozen=True)
class Teller:
    """A material and the words to tell it in."""

    material: Material
    words: Words

    def text(self, key: str, **values: object) -> str:
        return self.words.text(key, **values)

    def said(self, value: object) -> str:
        """A text that another package hands over in one or two languages."""
        if value is None:
            return ""
        if isinstance(value, Mapping):
            return str(value.get(self.words.lang) or value.get("zh") or "")
        return str(value)

    @property
    def name(self) -> str:
        """The enterprise: as its file says, or as the records do."""
        if self.material.enterprise.has("name"):
            return self.material.enterprise.said("name", self.words)
        return self.words.facility(self.material.row)

    def field(self, name: str) -> str:
        """A field of the enterprise's file, or the blank."""
        return self.material.enterprise.said(name, self.words)

    def unit_name(self, code: str) -> str:
        """The name of a process unit; the whole plant where a record names none."""
        if not code:
            return self.text("whole_plant")
        for one in self.material.process_units:
            if one["process_unit"] == code:
                name = self.words.pick(one["name_zh"] or "", one["name_en"] or "")
                return f"{name} {code}" if name else code
        return code

    def inline(self, key: str, code: str) -> str:
        """The name of a coded term within a sentence."""
        name = self.words.term(key, code)
        return name[:1].lower() + name[1:]

    def ruleset_title(self, ruleset: str) -> str:
        for one in self.material.run.results:
            if one.ruleset.id == ruleset:
                title = one.ruleset.doc.title
                return self.words.pick(title.zh, title.en)
        return ruleset

    def potentials(self) -> str:
        """Which set of warming potentials was used; nothing where none was."""
        material = self.material
        gwp = next(
            (
                one.tables.tables.get("gwp")
                for one in material.run.results
                if one.ruleset.id == material.ruleset and material.year in one.years
            ),
            None,
        )
        if gwp is None:
            return ""
        return self.text("gwp_note", title=self.words.pick(gwp.title.zh, gwp.title.en))

    # -- the frame of a document -----------------------------------------------------------------

    def document(
        self,
        kind: str,
        blocks: Iterable[Block],
        *fields: tuple[str, str],
        entity: str = "reporting_entity",
    ) -> Document:
        """A document with cover and running header around `blocks`."""
        broken = self.text(f"kind_{kind}")
        # On the cover a long title is broken where it makes sense, elsewhere not.
        title = broken.replace("\n", "" if self.words.lang == "zh" else " ")
        label = self.said(self.material.papers.version.get("label"))
        version = label or self.text("version_draft")
        day = self.material.papers.made
        made = self.text("day", year=day.year, month=day.month, day=day.day) if day else ""
        blank = self.text("blank_day")
        year = self.text("year_column", year=self.material.year)
        cover = Cover(
            (self.name, f"{self.material.year}{self.text('year_of_report')}{broken}")
            if self.words.lang == "zh"
            else (self.name, f"{broken} {self.material.year}"),
            (
                (self.text(entity), self.name),
                (self.text("credit_code"), self.field("credit_code")),
                (self.text("report_year"), year),
                *fields,
                (self.text("version"), version),
                (self.text("made_on"), made or blank if self.words.lang == "zh" else made),
            ),
            tuple(self.remarks()),
        )
        left = f"{self.name} · {year} · {title}"
        right = self.text("run_of", version=version, digest=self.material.digest)
        return Document(
            kind=kind,
            lang=self.words.lang,
            title=f"{self.name} {year} {title}",
            header=(left, right),
            cover=cover,
            blocks=numbered((PageBreak(), *blocks), self.words),
            made=day,
            page=self.text("page_numbers", page="{page}", pages="{pages}"),
            sign_date=blank,
            keywords=(kind, self.material.facility, str(self.material.year), self.material.ruleset),
        )

    def remarks(self) -> Iterator[str]:
        """What a reader has to know before the first figure."""
        run, papers = self.material.run, self.material.papers
        if self.material.row.get("fictitious"):
            said = fictitious_text(run, self.words)
            if len(run.facilities) > 1 or said is None:
                said = self.text("fictitious_plant")
            yield said
        if run.binds:
            binds = ", ".join(f"{alias} → {table}" for alias, table in sorted(run.binds.items()))
            yield self.text("what_if", binds=binds)
        yield self.text("statutory_banner" if papers.statutory else "not_statutory")

    def declaration(self, key: str = "declaration") -> list[Block]:
        """The statement that what follows is true, to be signed; then the contents."""
        blocks: list[Block] = [
            Heading(1, self.text("declaration_title"), plain=True),
            Paragraph(self.text(key, name=self.name, year=self.material.year)),
            Signatures(
                (
                    self.text("sign_legal"),
                    self.text("sign_prepared"),
                    self.text("sign_checked"),
                    self.text("sign_seal"),
                )
            ),
            PageBreak(),
            Contents(self.text("contents")),
            PageBreak(),
        ]
        return blocks


def share(part: float, whole: float) -> float | None:
    """Per cent of a whole."""
    return None if whole == 0 else 100.0 * part / whole


def value_of(row: Mapping[str, Any], name: str) -> float | None:
    """A number of a row, or none."""
    found = row.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


__all__ = ["Teller", "share", "value_of"]
