"""The pages of the registry: who sees what, in both languages, and what each may change."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.site.world import A, B, World
from tongjian.site.registry.changes import CHANGE
from tongjian.site.registry.models import (
    Contact,
    Enterprise,
    Meter,
    Outlet,
    Plant,
    ProcessUnit,
    Station,
)
from tongjian.site.registry.services import change

LOOKERS = ("preparer", "approver", "verifier", "reviewer", "city", "province", "nation", "analyst")


def fill(world: World, of: str = A) -> None:
    plant, actor = world.plant(of), world.actor("preparer", of)
    change(actor, ProcessUnit(plant=plant, code="BF", name_zh="炼铁工序", kind="boiler"))
    change(actor, Outlet(plant=plant, code="DA001", name_zh="机头排放口"))
    change(actor, Meter(plant=plant, code="W1", name_zh="汽车衡"))
    change(actor, Contact(enterprise=world.enterprise(of), name="张三", phone="025-1"))


def test_the_list_shows_each_their_own(world: World) -> None:
    address = reverse("registry:enterprises")
    for role, seen, unseen in (
        ("province", ("示例钢铁甲", "示例钢铁乙"), ()),
        ("nation", ("示例钢铁甲", "示例钢铁乙"), ()),
        ("city", ("示例钢铁甲", "DEMO-STEEL"), ("示例钢铁乙", "OTHER-STEEL")),
        ("verifier", ("示例钢铁甲",), ("示例钢铁乙",)),
        ("analyst", ("示例钢铁甲", "示例钢铁乙"), ()),
    ):
        page = world.client(role).get(address).content.decode()
        assert all(one in page for one in seen), role
        assert not any(one in page for one in unseen), role
        assert f"（{len([one for one in seen if '示例' in one])} 条）" in page, role
    for query in (
        "text=钢铁乙",
        "text=OTHER-STEEL",
        "division=320500",
        "sector=steel&text=Steel B",
    ):
        page = world.client("city").get(f"{address}?{query}").content.decode()
        assert "没有符合条件的企业" in page, query
    assert world.client("preparer").get(address)["Location"] == reverse(
        "registry:enterprise", args=[world.enterprise().key]
    )
    english = world.client("province", language="en").get(address).content.decode()
    assert "Sample Steel A" in english and "Iron and steel" in english
    assert world.client("public").get(address).status_code == 302
    assert world.client("admin").get(address).status_code == 403


def test_the_list_is_filtered(world: World) -> None:
    def found(query: str) -> list[str]:
        page = world.client("province").get(f"{reverse('registry:enterprises')}?{query}")
        return [one.enterprise.name_zh[-1] for one in page.context["lines"]]

    assert found("") == ["甲", "乙"]
    assert found("division=320100") == ["甲"] and found("division=320000") == ["甲", "乙"]
    assert found("sector=cement") == [] and found("sector=steel") == ["甲", "乙"]
    assert found("text=钢铁乙") == ["乙"] and found("text=steel+b") == ["乙"]
    assert found("text=91320500MA1") == ["乙"] and found("text=other-steel") == ["乙"]
    assert found("state=unopened&year=2024") == ["甲", "乙"] and found("state=accepted") == []
    assert found("division=x&sector=x&state=x&year=x&page=99") == ["甲", "乙"]


def test_an_enterprise_and_a_plant_are_shown_to_those_who_may(world: World) -> None:
    fill(world)
    key, code = world.enterprise().key, world.plant().code
    for role in LOOKERS:
        for language in ("zh-hans", "en"):
            client = world.client(role, language=language)
            page = client.get(reverse("registry:enterprise", args=[key])).content.decode()
            assert "91320100MA1DEM0A0E" in page and ("张三" in page) == (role != "analyst"), role
            assert ("填报人A" in page) == (role in ("preparer", "approver")), role
            page = client.get(reverse("registry:plant", args=[code])).content.decode()
            assert all(one in page for one in ("BF", "DA001", "W1")), role
            assert ("工业锅炉" if language == "zh-hans" else "Industrial boiler") in page
            assert (reverse("registry:new-row", args=[code, "meter"]) in page) == (
                role == "preparer"
            )
    for role in ("preparer", "approver", "verifier", "reviewer"):
        other = world.client(role, B)
        for name, argument in (("enterprise", key), ("plant", code), ("history", key)):
            assert other.get(reverse(f"registry:{name}", args=[argument])).status_code == 404, role
    missing = reverse("registry:plant", args=["NO-SUCH"])
    assert world.client("preparer").get(missing).status_code == 404


def test_a_preparer_enters_changes_and_removes_with_history(world: World) -> None:
    client, code = world.client("preparer"), world.plant().code
    new = reverse("registry:new-row", args=[code, "process_unit"])
    assert "known-kind" in client.get(new).content.decode()
    given = {"code": "BF", "name_zh": "炼铁", "kind": "工业锅炉", "capacity": "2500000"}
    refused = client.post(new, given)
    assert refused.status_code == 422 and "填了产能而没有单位" in refused.content.decode()
    assert not ProcessUnit.every.exists()

    done = client.post(new, given | {"capacity_unit": "t/a", "commissioned": "2004-06-30"})
    assert done["Location"] == reverse("registry:plant", args=[code])
    row = ProcessUnit.every.get()
    assert (row.kind, row.capacity) == ("boiler", 2.5e6)

    edit = reverse("registry:edit-row", args=[code, "process_unit", "BF"])
    seen = client.get(edit).context["form"].fields["seen"].initial
    change_to = {"name_zh": "一号高炉", "seen": seen, "level": "saving"}
    assert client.post(edit, change_to).status_code == 302
    stale = client.post(edit, change_to | {"name_zh": "二号高炉"})
    assert stale.status_code == 422 and "已被他人改动" in stale.content.decode()
    again = client.post(new, {"code": "BF", "name_zh": "x"})
    assert again.status_code == 422 and "已经登记" in again.content.decode()

    page = client.get(reverse("registry:history", args=[world.enterprise().key])).content.decode()
    assert "<del>炼铁</del>" in page and "<ins>一号高炉</ins>" in page
    assert client.post(reverse("registry:remove-row", args=[code, "process_unit", "BF"]))
    assert not ProcessUnit.every.exists() and not world.workspace().store.read_process_units()


@pytest.mark.parametrize("role", ["approver", "verifier", "city", "province", "nation", "admin"])
def test_nobody_else_changes_what_stands_in_a_plant(world: World, role: str) -> None:
    address = reverse("registry:new-row", args=[world.plant().code, "meter"])
    assert world.client(role).post(address, {"code": "W9", "name_zh": "x"}).status_code == 403
    assert not Meter.every.exists()


def test_the_rows_of_another_look_as_if_they_were_not_there(world: World) -> None:
    fill(world)
    client, code = world.client("preparer", B), world.plant().code
    for address in (
        reverse("registry:new-row", args=[code, "meter"]),
        reverse("registry:edit-row", args=[code, "meter", "W1"]),
        reverse("registry:remove-row", args=[code, "meter", "W1"]),
        reverse("registry:new-contact", args=[world.enterprise().key]),
        reverse("registry:edit-contact", args=[world.enterprise().key, "张三"]),
        reverse("registry:remove-contact", args=[world.enterprise().key, "张三"]),
    ):
        assert client.post(address, {"code": "W1", "name_zh": "x"}).status_code == 404, address
    # The same codes in one's own plant are free, whatever others have.
    own = reverse("registry:new-row", args=[world.plant(B).code, "meter"])
    assert client.post(own, {"code": "W1", "name_zh": "乙的衡器"}).status_code == 302
    assert Meter.every.filter(code="W1").count() == 2


def test_a_process_unit_of_another_cannot_be_named(world: World) -> None:
    fill(world), fill(world, B)
    theirs = ProcessUnit.every.get(plant=world.plant(B))
    address = reverse("registry:new-row", args=[world.plant().code, "meter"])
    given = {"code": "W2", "name_zh": "x", "process_unit": theirs.pk}
    assert world.client("preparer").post(address, given).status_code == 422
    page = world.client("preparer").get(address).content.decode()
    assert f'value="{theirs.pk}"' not in page


def test_a_province_registers_within_itself(world: World) -> None:
    client, address = world.client("province"), reverse("registry:register")
    given = {"uscc": "91320200MA1DEM0C0M", "name_zh": "示例水泥丙", "division": "320200"}
    wrong = client.post(address, given | {"uscc": "91320200MA1DEM0C0N"})
    assert wrong.status_code == 422 and "应为“M”" in wrong.content.decode()
    outside = client.post(address, given | {"division": "330000"})
    assert outside.status_code == 422 and "不在您管辖的范围" in outside.content.decode()
    nowhere = client.post(address, given | {"division": "329900"})
    assert nowhere.status_code == 422 and "没有行政区划" in nowhere.content.decode()
    assert client.post(address, given).status_code == 302
    one = Enterprise.every.get(uscc=given["uscc"])
    entry = world.workspace().log  # of A: nothing of C is in it
    assert not entry.entries(CHANGE)

    plant = reverse("registry:new-plant", args=[one.key])
    done = client.post(
        plant, {"name_zh": "丙厂", "sector": "cement", "division": "320281", "longitude": "120.3"}
    )
    made = Plant.every.get(enterprise=one)
    assert done["Location"] == reverse("registry:plant", args=[made.code])
    taken = client.post(
        plant, {"code": "DEMO-STEEL", "name_zh": "x", "sector": "cement", "division": "320281"}
    )
    assert taken.status_code == 422 and "示例钢铁甲" not in taken.content.decode()
    edit = reverse("registry:edit-plant", args=[made.code])
    seen = client.get(edit).context["form"].fields["seen"].initial
    changed = {"name_zh": "丙新厂", "sector": "cement", "division": "320281", "seen": seen}
    assert client.post(edit, changed).status_code == 302
    assert Plant.every.get(pk=made.pk).name_zh == "丙新厂"
    assert world.client("city").get(edit).status_code == 403


def test_an_administrator_registers_and_sees_no_enterprise(world: World) -> None:
    client = world.client("admin")
    given = {"uscc": "91320200MA1DEM0C0M", "name_zh": "示例水泥丙", "division": "320200"}
    done = client.post(reverse("registry:register"), given)
    assert done["Location"] == reverse("registry:register")
    one = Enterprise.every.get(uscc=given["uscc"])
    assert client.get(reverse("registry:enterprise", args=[one.key])).status_code == 403


def test_a_search_finds_within_what_one_sees(world: World) -> None:
    address = reverse("registry:search")

    def found(role: str, text: str, of: str = A) -> str:
        client = world.client(role, of)
        return client.get(address, {"text": text}, headers={"HX-Request": "true"}).content.decode()

    assert "示例钢铁乙" in found("province", "铁乙") and "示例钢铁乙" not in found("city", "铁乙")
    assert "没有找到" in found("preparer", "OTHER-STEEL")
    assert "OTHER-STEEL" in found("preparer", "other", B)
    assert "至少输入两个字符" in found("province", "钢")
    assert "没有找到" in found("province", "%") or "至少" in found("province", "%")
    assert "没有找到" in found("province", "示例%乙") and "没有找到" in found("province", "__")
    whole = world.client("nation", language="en").get(address, {"text": "sample steel a"})
    assert "<h1>" in whole.content.decode() and "Sample Steel A" in whole.content.decode()


def queries(world: World, address: str, role: str = "province") -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = world.client(role)
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World) -> None:
    fill(world)
    plant = world.plant()
    addresses = (
        reverse("registry:enterprises"),
        f"{reverse('registry:enterprises')}?text=示例&sector=steel&state=unopened",
        reverse("registry:search") + "?text=示例",
        reverse("registry:map"),
        reverse("registry:enterprise", args=[world.enterprise().key]),
        reverse("registry:plant", args=[plant.code]),
    )
    before = [queries(world, one) for one in addresses]
    for at in range(30):
        one = Enterprise(uscc=f"TEST{at:014d}", name_zh=f"示例厂{at}", division="320100")
        one.save()
        Plant(
            enterprise=one, code=f"T-{at}", name_zh="厂", sector="steel", division="320100"
        ).save()
    for at in range(10):
        ProcessUnit(plant=plant, code=f"U{at}", name_zh="工序").save()
        Outlet(plant=plant, code=f"DA1{at:02d}", name_zh="口").save()
        Meter(plant=plant, code=f"M{at}", name_zh="表").save()

    after = [queries(world, one) for one in addresses]
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
    assert max(after) <= 16, dict(zip(addresses, after, strict=True))


def test_a_search_goes_by_the_index(world: World) -> None:
    from tongjian.site.registry.models import SearchTerm

    seen = SearchTerm.objects.seen_by(world.actor("nation")).filter(term__begins="钢铁")
    plan = seen.order_by("term", "enterprise_id", "plant_id")[:20].explain()
    assert "USING COVERING INDEX search_term (term>? AND term<?)" in plan
    assert "registry_searchterm" in plan and "SCAN registry_searchterm" not in plan
    assert "TEMP B-TREE" not in plan


def test_the_same_station_at_two_plants_is_told_to_who_sees_both(world: World) -> None:
    for of in (A, B):
        row = Station(plant=world.plant(of), mn="010000A8900016F000169DC0", name_zh="点")
        change(world.actor("preparer", of), row)  # each may enter it, and learns nothing
    address = reverse("registry:plant", args=["DEMO-STEEL"])
    assert "OTHER-STEEL" in world.client("province").get(address).content.decode()
    for role in ("preparer", "verifier", "city"):
        assert "OTHER-STEEL" not in world.client(role).get(address).content.decode(), role


def test_parks_are_entered_by_the_province(world: World) -> None:
    address = reverse("registry:parks")
    for role in ("city", "preparer", "nation"):
        assert world.client(role).get(address).status_code == 403
    client = world.client("province")
    given = {"name_zh": "某某化工园区", "division": "320500"}
    assert client.post(address, given).status_code == 302
    assert "某某化工园区" in client.get(address).content.decode()
    assert client.post(address, given).status_code == 422  # it is there already
    assert client.post(address, given | {"division": "330000"}).status_code == 422
    edit = reverse("registry:edit-enterprise", args=[world.enterprise(B).key])
    form = client.get(edit).context["form"]
    (park,) = form.fields["park"].queryset
    changed = {
        "name_zh": "示例钢铁乙",
        "division": "320500",
        "park": park.pk,
        "seen": form.fields["seen"].initial,
    }
    assert client.post(edit, changed).status_code == 302
    assert world.enterprise(B).park == park
    assert (
        "某某化工园区"
        in world.client("preparer", B)
        .get(reverse("registry:enterprise", args=[world.enterprise(B).key]))
        .content.decode()
    )
