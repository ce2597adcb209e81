"""The status gate: what is recalled is refused until a person with the right confirms it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tongjian.engine import run
from tongjian.evidence import EvidenceLog, FileStore
from tongjian.problems import LANGUAGES, Problem, TongjianError
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import load_rulebook
from tongjian.statutory import Authority, doubts, require_statutory, statement

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "steel-works"
WHERE = "发改办气候〔2013〕2526号 附录二 第8页"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workspace = tmp_path_factory.mktemp("plant")
    store = Store.create(workspace)
    files = [EXAMPLE / "facilities.csv", EXAMPLE / "activity.csv"]
    import_files(store, files, Catalogue.load())
    return run(load_rulebook(), store)


@pytest.fixture
def authority(tmp_path):
    found = Authority(EvidenceLog(FileStore(tmp_path / "log.jsonl")))
    found.grant("founder", ["confirm", "grant"], by="founder")
    return found


def codes(error):
    return {problem.code for problem in error.value.problems}


def test_recalled_values_methods_and_rule_sets_are_doubts(finished):
    found = {one.id: one for one in doubts(finished)}

    # Coke has a measured NCV, so that the default is not read; its oxidation rate is.
    assert found["fuel.ndrc-steel-2013/oxidation/coke/2013-10-15"].content == "0.93"
    assert "fuel.ndrc-steel-2013/ncv_mass/coke/2013-10-15" not in found
    assert found["method:cn.steel.enterprise/2013-10-15"].kind == "method"
    assert found["ruleset:cn.steel.ndrc-2013/2013-10-15"].kind == "ruleset"
    # No record of this plant is about hydrogen or nitric acid, and nobody has to confirm those.
    assert not any("nitric" in name or "refining" in name for name in found)
    # The rule set of air pollutants was applied and found nothing: it stands behind no figure.
    assert "cn.pollution.air" in {result.ruleset.id for result in finished.results}
    assert not any("pollution" in name for name in found)


def test_a_return_is_refused_with_everything_at_once(finished):
    said = statement(finished, None)

    with pytest.raises(TongjianError) as error:
        require_statutory(finished, said)

    assert len(error.value.problems) == len(said.doubts) > 5
    assert codes(error) == {
        "statutory.unconfirmed_value",
        "statutory.unconfirmed_method",
        "statutory.unconfirmed_ruleset",
    }
    for lang in LANGUAGES:
        assert "0.93" in "".join(one.text(lang) for one in error.value.problems)


def test_confirmed_by_a_person_with_the_right_it_passes(finished, authority):
    authority.grant("checker", ["confirm"], by="founder")
    authority.confirm(doubts(finished), by="checker", reference=WHERE)

    said = statement(finished, authority)

    require_statutory(finished, said)
    assert not said.open
    assert {one.by for one in said.confirmed.values()} == {"checker"}
    assert {one.reference for one in said.confirmed.values()} == {WHERE}


def test_without_the_right_nothing_is_recorded(finished, authority):
    with pytest.raises(TongjianError) as error:
        authority.confirm(doubts(finished), by="stranger", reference=WHERE)
    assert codes(error) == {"statutory.no_right"}
    with pytest.raises(TongjianError) as error:
        authority.grant("stranger", ["confirm"], by="stranger")
    assert codes(error) == {"statutory.no_right"}
    assert len(authority.entries()) == 1


def test_rights_can_be_taken_away(finished, authority):
    authority.grant("checker", ["confirm"], by="founder")
    authority.grant("checker", [], by="founder")

    with pytest.raises(TongjianError):
        authority.confirm(doubts(finished), by="checker", reference=WHERE)


def test_a_reference_names_a_place(finished, authority):
    with pytest.raises(TongjianError) as error:
        authority.confirm(doubts(finished), by="founder", reference=" ok ")
    assert codes(error) == {"statutory.reference"}


@pytest.mark.parametrize(("person", "rights"), [("x", ["sign"]), (" ", ["confirm"])])
def test_rights_have_names_and_owners(authority, person, rights):
    with pytest.raises(TongjianError) as error:
        authority.grant(person, rights, by="founder")
    assert codes(error) == {"statutory.right"}


def test_an_edited_value_has_to_be_confirmed_again(finished, authority):
    found = doubts(finished)
    edited = [replace(one, digest="0" * 64) for one in found]
    authority.confirm(edited, by="founder", reference=WHERE)

    assert len(statement(finished, authority).open) == len(found)


def test_a_confirmation_can_be_withdrawn(finished, authority):
    found = doubts(finished)
    authority.confirm(found, by="founder", reference=WHERE)
    authority.withdraw(found[:1], by="founder", reason="wrong page")

    assert [one.id for one in statement(finished, authority).open] == [found[0].id]
    assert authority.entries()[-1].content["reference"] == "wrong page"


def test_a_what_if_and_rows_left_out_are_no_return(finished, authority):
    authority.confirm(doubts(finished), by="founder", reference=WHERE)
    said = statement(finished, authority)
    fault = Problem("engine.no_records")
    changed = replace(finished, binds={"gwp": "gwp.ar6"}, problems=[fault])

    with pytest.raises(TongjianError) as error:
        require_statutory(changed, said)

    assert codes(error) == {"statutory.what_if", "statutory.incomplete"}


@pytest.mark.parametrize(
    ("damage", "broken"),
    [
        ("edit", ["evidence.changed"]),
        ("drop", ["evidence.number"]),
        ("garbage", ["evidence.unreadable"]),
    ],
)
def test_a_changed_log_is_no_ground_for_a_return(finished, authority, damage, broken):
    authority.confirm(doubts(finished), by="founder", reference=WHERE)
    path = Path(authority.log.store.place)
    lines = path.read_text(encoding="utf-8").splitlines()
    if damage == "edit":
        lines[1] = lines[1].replace("founder", "somebody")
    elif damage == "drop":
        del lines[1]
    else:
        lines[1] = "{"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    with pytest.raises(TongjianError) as error:
        authority.entries()
    assert error.value.problems[0].code in broken
    assert error.value.problems[0].place.line == 2
