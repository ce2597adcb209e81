"""Verification: where it stands, sample, check list, computing again, the opinion, the form."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from django.core.files.uploadedfile import UploadedFile as DjangoFile
from ninja import File, Router, Schema, Status, UploadedFile
from pydantic import Field

from tongjian.problems import Problem, TongjianError
from tongjian.site.access.middleware import ActorRequest
from tongjian.site.access.permissions import endpoint
from tongjian.site.acting import acting
from tongjian.site.api.resources.entering import Plain
from tongjian.site.api.resources.findings import Digests, OpinionShape, Words, shown_opinion
from tongjian.site.api.shapes import Code, Given, JobShape, Text, Told, Year
from tongjian.site.mrv.pages import desk_or_404
from tongjian.site.mrv.services_evidence import brought_by
from tongjian.site.mrv.services_inspection import pages_of
from tongjian.site.mrv.services_jobs import start_job
from tongjian.site.mrv.services_recompute import ask, newest_recomputation
from tongjian.site.mrv.services_verification import Terms, Verification, progress
from tongjian.site.mrv.uploads import take_in
from tongjian.site.mrv.verifying import verification_or_404
from tongjian.verification import (
    Assessment,
    answer,
    check_datum,
    default_settings,
    draw_sample,
    give_opinion,
    plan_view,
)

router = Router()
_AT = "/reports/{code}/{year}/verification"
Names = Annotated[
    list[Annotated[str, Field(max_length=300, pattern=Plain)]],
    Field(min_length=1, max_length=500),
]


class OpinionChoice(Schema):
    """An opinion that can be given, or everything that stands against it."""

    opinion: str
    title: Text
    favourable: bool
    possible: bool
    problems: list[Told]


class VerificationShape(Schema):
    """Where verification stands; `terms` and `progress` are null while no sample was drawn."""

    verifying: bool
    version: int | None
    rulesets: list[dict[str, Any]]
    terms: dict[str, Any] | None
    progress: dict[str, Any] | None
    opinions: list[OpinionChoice]
    recomputed: dict[str, Any] | None


class TermsGiven(Given):
    """What was agreed; an empty `percent` is the level of the rulebook."""

    ruleset: Annotated[str, Field(max_length=120, pattern=Plain)]
    assurance: Annotated[str, Field(max_length=40, pattern=Plain)]
    percent: Annotated[str, Field(max_length=20, pattern=Plain, description="@percent")] = ""
    source: Annotated[str, Field(max_length=300, pattern=Plain)] = ""


class Sampled(Schema):
    """A datum of the sample, and what was found of it."""

    datum: dict[str, Any]
    checked: dict[str, Any] | None


class SampleShape(Schema):
    """The sample; `seed` and `digest` say how it was drawn."""

    entry: int | None
    seed: str
    covered: float | None
    data: list[Sampled]
    left: int


class CheckGiven(Given):
    """What was found of data of the sample."""

    data: Names
    outcome: Annotated[str, Field(max_length=40, pattern=Plain)]
    note: Words = ""
    files: Digests


class Question(Schema):
    """A question of the check list, and its answer."""

    item: dict[str, Any]
    answered: dict[str, Any] | None


class AnswerGiven(Given):
    """An answer to questions of the check list."""

    items: Names
    answer: Annotated[str, Field(max_length=40, pattern=Plain)]
    note: Words = ""
    files: Digests


class OpinionGiven(Given):
    """The opinion."""

    opinion: Annotated[str, Field(max_length=60, pattern=Plain)]
    reasons: Words = ""
    limitation: Words = ""
    files: Digests


class StatementGiven(Given):
    """The statement as a document."""

    form: Literal["pdf", "docx", "xlsx"] = "pdf"
    lang: Literal["zh", "en"] = "zh"


class Brought(Schema):
    """Files as they were taken in, by their SHA-256, for the act to come."""

    files: list[str]


@router.post("/reports/{code}/{year}/attachments", response={201: Brought})
@endpoint("api.attach")
def post_attachments(
    request: ActorRequest, code: Code, year: Year, files: File[list[UploadedFile]]
) -> Status[Brought]:
    """Bring files; an act upon the report then names them by their digests."""
    desk = desk_or_404(request, code, year)
    given = cast("list[DjangoFile[bytes]]", list(files))
    with acting(request.actor, desk.plant.enterprise) as workspace:
        kept = take_in(workspace, given, request.actor.signature, desk.subject)
    return Status(201, Brought(files=kept))


@router.get(_AT, response=VerificationShape)
@endpoint("mrv.verification")
def get_verification(request: ActorRequest, code: Code, year: Year) -> VerificationShape:
    """Terms, how far it is, and what each opinion still needs."""
    made = verification_or_404(request, code, year)
    found, again = made.assessment, newest_recomputation(made)
    return VerificationShape(
        verifying=made.is_verifying,
        version=made.version.number if made.version else None,
        rulesets=[{"id": name, "zh": w.zh, "en": w.en} for name, w in made.rulesets],
        terms=None if made.sample is None else _terms(made),
        progress=None if found is None else progress(found),
        opinions=[] if found is None else _opinions(found),
        recomputed=None
        if again is None
        else {"entry": again["entry"].number, "engines": again["engines"],
              "current": again["current"]},
    )  # fmt: skip


def _opinions(found: Assessment) -> list[OpinionChoice]:
    return [
        OpinionChoice(
            opinion=name,
            title=Text.of(rule.title),
            favourable=rule.favourable,
            possible=name in found.possible,
            problems=[Told(**one.as_dict()) for one in found.against(name)],
        )
        for name, rule in default_settings().opinions.items()
    ]


def _terms(made: Verification) -> dict[str, Any]:
    assert made.sample is not None
    hidden = ("sampled", "seed", "covered")
    return {k: v for k, v in made.sample.entry.content.items() if k not in hidden}


@router.get(_AT + "/sample", response=SampleShape)
@endpoint("mrv.sample")
def get_sample(
    request: ActorRequest, code: Code, year: Year, only_left: bool = False
) -> SampleShape:
    """The data that have to be looked at: why, and what was found of each."""
    return _sample(verification_or_404(request, code, year), only_left)


def _sample(made: Verification, only_left: bool = False) -> SampleShape:
    drawn = made.sample
    if drawn is None:
        return SampleShape(entry=None, seed="", covered=None, data=[], left=0)
    said = drawn.entry.content
    rows = [
        Sampled(datum=dict(one), checked=_plain(drawn.checked.get(str(one["id"]))))
        for one in said["sampled"]
    ]
    return SampleShape(
        entry=drawn.entry.number,
        seed=str(said["seed"]),
        covered=said["covered"],
        data=[one for one in rows if not (only_left and one.checked)],
        left=len(drawn.left),
    )


def _plain(said: Any) -> dict[str, Any] | None:
    return None if said is None else dict(said)


@router.post(_AT + "/sample", response={201: SampleShape})
@endpoint("mrv.draw")
def draw_terms(
    request: ActorRequest, code: Code, year: Year, given: TermsGiven
) -> Status[SampleShape]:
    """Agree the terms and draw the sample."""
    made = Verification(desk_or_404(request, code, year), fresh=True)
    if not made.runs:
        raise TongjianError(Problem("site.api_no_version"))
    engagement = made.on(Terms(**given.model_dump()))
    with acting(request.actor, made.desk.plant.enterprise) as workspace:
        links = plan_view(workspace.log, engagement).links.links
        draw_sample(workspace.log, engagement, request.actor.signature, links=links)
    return Status(201, _sample(verification_or_404(request, code, year)))


@router.post(_AT + "/checks", response=SampleShape)
@endpoint("mrv.check")
def check_data(request: ActorRequest, code: Code, year: Year, given: CheckGiven) -> SampleShape:
    """Enter what was found of data of the sample."""
    made, by = verification_or_404(request, code, year), request.actor.signature
    unknown = sorted(set(given.data) - set(made.sample.ids if made.sample else ()))
    if unknown:
        raise TongjianError([Problem("site.api_not_sampled", values={"id": o}) for o in unknown])
    files = brought_by(made.desk, given.files)
    with acting(request.actor, made.desk.plant.enterprise) as workspace:
        for one in given.data:
            check_datum(workspace.log, made.subject, one, given.outcome, by, given.note, files)
    return _sample(verification_or_404(request, code, year))


@router.get(_AT + "/checklist", response=list[Question])
@endpoint("mrv.checklist")
def get_checklist(
    request: ActorRequest, code: Code, year: Year, only_left: bool = False
) -> list[Question]:
    """The questions with basis and answer; none before a sample was drawn."""
    return _questions(verification_or_404(request, code, year), only_left)


def _questions(made: Verification, only_left: bool = False) -> list[Question]:
    found = made.assessment
    known: Any = {} if found is None else found.checklist.answers
    rows = [Question(item=o.as_dict(), answered=_plain(known.get(o.id))) for o in made.items]
    return [one for one in rows if not (only_left and one.answered)]


@router.post(_AT + "/answers", response=list[Question])
@endpoint("mrv.answer")
def answer_checklist(
    request: ActorRequest, code: Code, year: Year, given: AnswerGiven
) -> list[Question]:
    """Answer questions of the check list."""
    made, by = verification_or_404(request, code, year), request.actor.signature
    files = brought_by(made.desk, given.files)
    with acting(request.actor, made.desk.plant.enterprise) as workspace:
        log = workspace.log
        answer(log, made.subject, made.items, given.items, given.answer, by, given.note, files)
    return _questions(verification_or_404(request, code, year))


@router.post(_AT + "/recomputations", response={202: JobShape})
@endpoint("mrv.recompute")
def start_recomputation(request: ActorRequest, code: Code, year: Year) -> Status[JobShape]:
    """Have the result computed again on the other engines (a job)."""
    made = _sampled(verification_or_404(request, code, year))
    return Status(202, JobShape.of(ask(made.desk), True))


def _sampled(made: Verification) -> Verification:
    if made.engagement is None:
        raise TongjianError(Problem("site.api_no_sample"))
    return made


@router.post(_AT + "/opinion", response={201: OpinionShape})
@endpoint("mrv.opinion")
def post_opinion(
    request: ActorRequest, code: Code, year: Year, given: OpinionGiven
) -> Status[OpinionShape]:
    """Give the opinion; refused with everything that stands against it."""
    made = _sampled(Verification(desk_or_404(request, code, year), fresh=True))
    assert made.engagement is not None
    files = brought_by(made.desk, given.files)
    with acting(request.actor, made.desk.plant.enterprise) as workspace:
        give_opinion(
            workspace.log,
            made.engagement,
            made.items,
            given.opinion,
            request.actor.signature,
            reasons=given.reasons,
            limitation=given.limitation,
            files=files,
        )
    return Status(201, shown_opinion(desk_or_404(request, code, year)))


@router.get(_AT + "/inspection", response=list[dict[str, Any]])
@endpoint("mrv.inspection")
def get_inspection(request: ActorRequest, code: Code, year: Year) -> list[dict[str, Any]]:
    """The form of a joint inspection: a part to each outlet or process unit."""
    made = verification_or_404(request, code, year)
    return [_page(one) for one in pages_of(made)]


def _page(one: dict[str, Any]) -> dict[str, Any]:
    plain = ("source", "name", "kind", "records")
    return {
        **{name: one[name] for name in plain},
        "figures": [_fields(each) for each in one["figures"]],
        "fired": [_fields(each) for each in one["fired"]],
        "meters": [{"meter": name, "state": state} for name, state in one["meters"]],
        "findings": [each.id for each in one["findings"]],
    }


def _fields(one: Any) -> dict[str, Any]:
    """What a line of the form says, as texts and numbers."""
    names = getattr(one, "__dataclass_fields__", {})
    return {name: _value(getattr(one, name)) for name in names}


def _value(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    zh, en = getattr(value, "zh", None), getattr(value, "en", None)
    return {"zh": zh, "en": en} if zh is not None else str(value)


@router.post(_AT + "/statement", response={202: JobShape})
@endpoint("mrv.statement")
def start_statement(
    request: ActorRequest, code: Code, year: Year, given: StatementGiven
) -> Status[JobShape]:
    """Have the verification statement made as a document (a job)."""
    made = verification_or_404(request, code, year)
    if made.opinion is None:
        raise TongjianError(Problem("site.api_no_opinion"))
    number = int(made.opinion.version.rpartition("/")[2] or 0)
    said = {"version": number, "paper": "verification", "form": given.form, "lang": given.lang}
    made_job = start_job("mrv.document", request.actor, made.desk.plant, year, **said)
    return Status(202, JobShape.of(made_job, True))


__all__ = ["router"]
