"""Titles of what formulas name (列名与表名): columns of sheets, values of tables, keys."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from tongjian.contract._readable import Case, Readable
from tongjian.contract._subject import methods_of
from tongjian.rules import KEY_TITLES, CompiledRuleSet, Method, Rulebook, SheetDoc, Table

_REMARK = {"zh": re.compile(r"（[^（）]*）$"), "en": re.compile(r" \([^()]*\)$")}


@dataclass(slots=True)
class Names:
    """The titles that one method's formulas can name."""

    sheets: dict[str, SheetDoc]
    tables: dict[str, Table]
    short: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Rulebook, method: Method) -> Names:
        """Sheets of the method and of all rule sets that run it, tables as these bind them."""
        sheets, tables = dict[str, SheetDoc](), dict[str, Table]()
        for use in using(book, method):
            for name, plan in use.program.sheets.items():
                sheets.setdefault(name, plan.doc)
            for alias, bound in use.program.tables.items():
                found = book.table(bound or "")
                if found is not None:
                    tables.setdefault(alias, found)
        return cls({**sheets, **method.sheets}, tables)

    def title(self, sheet: str, owner: str, name: str, lang: str, *, inside: bool) -> str | None:
        """The title of a column of `sheet`, of a table, or (`inside` an aggregate) of a sheet."""
        if inside and not owner and name in self.sheets:
            return self.sheets[name].title[lang]
        if not owner:
            return self.column(self.sheets[sheet], name, lang)
        # Outside of an aggregate the owner is a coarser sheet, unless a table has the name.
        if owner in self.sheets and (inside or owner not in self.tables):
            column = self.column(self.sheets[owner], name, lang)
            return f"{self.sheets[owner].title[lang]}·{column}" if column else None
        columns = self.tables[owner].columns if owner in self.tables else {}
        if name not in columns:
            return None
        words = "［{} 表］" if lang == "zh" else " [table {}]"
        return columns[name].title[lang] + words.format(owner)

    def cases(self, sheet: SheetDoc, text: str, lang: str) -> list[Case]:
        """A formula of `sheet` as people write it: one line for each case."""

        def naming(owner: str, name: str, inside: bool) -> str | None:
            return self.title(sheet.name, owner, name, lang, inside=inside)

        return Readable(lang, naming, labels=self.labels(lang)).cases(text)

    def labels(self, lang: str) -> dict[str, str]:
        """What the labels of all sheets mean; alike ones are taken to mean the same."""
        found: dict[str, str] = {}
        for sheet in self.sheets.values():
            for doc in sheet.formulas.values():
                for code, words in doc.labels.items():
                    found.setdefault(code, words[lang])
        return found

    def column(self, sheet: SheetDoc, name: str, lang: str) -> str | None:
        """The title of a column, without a remark in brackets where it is clear without."""
        if (sheet.name, lang) not in self.short:
            titles = {one: doc.title[lang] for one, doc in sheet.inputs.items()}
            titles |= {one: doc.title[lang] for one, doc in sheet.formulas.items()}
            plain = {one: _REMARK[lang].sub("", title) for one, title in titles.items()}
            often = Counter(plain.values())
            self.short[sheet.name, lang] = {
                one: plain[one] if often[plain[one]] == 1 else title
                for one, title in titles.items()
            }
        found = self.short[sheet.name, lang].get(name)
        return found or (KEY_TITLES[name][lang] if name in KEY_TITLES else None)


def using(book: Rulebook, method: Method) -> list[CompiledRuleSet]:
    """The rule sets that run an edition of a method."""
    editions = [one for group in book.rulesets.values() for one in group]
    return [one for one in editions if any(used == method for used in methods_of(one))]


__all__ = ["Names", "using"]
