"""Answer a question: plan it, run the semantic query, and say what came out."""

from dataclasses import dataclass
from uuid import uuid4

from pydantic import ValidationError

from ai_sql.dates import Calendar
from ai_sql.knowledge import KnowledgeCache
from ai_sql.models import AnswerOutcome, AskAnswer, AskRequest
from ai_sql.narration import chart, narrate
from ai_sql.planner import LocalPlanner
from ai_sql.plans import Clarification, Plan, Refusal
from ai_sql.restate import restate
from semantic_layer.errors import InvalidQuery
from semantic_layer.layer import SemanticLayer
from semantic_layer.periods import resolve
from semantic_layer.project import ProjectContext, Role
from semantic_layer.queries import MetricsQuery, parse_query

NO_BEDROCK = "no Bedrock model is configured: the local planner read the question"

_knowledge = KnowledgeCache()


async def answer(
    request: AskRequest, project: ProjectContext, layer: SemanticLayer, role: Role = Role.VIEWER
) -> AskAnswer:
    """The answer to a question, from documented metrics only.

    Raises SemanticError when the warehouse or the catalogue is away.
    """
    known = await _knowledge.of(project, layer)
    today = project.local_now().date()
    calendar = Calendar(today, project.week_start, known.first_day, known.last_day)
    planner = LocalPlanner(layer.catalogue, known.lexicon, calendar)
    exchange = _Exchange(request, project, layer, role)
    outcome = planner.plan(request.question)
    if isinstance(outcome, Plan):
        try:
            return await exchange.run(outcome)
        except InvalidQuery as error:
            outcome = Refusal(error.detail, planner.examples())
        except ValidationError as error:  # more than a semantic query can hold
            outcome = Refusal(_reason(error), planner.examples())
    return exchange.decline(outcome)


def _reason(error: ValidationError) -> str:
    """The first thing that is wrong: "time.last.n: Input should be less than or equal to 3660"."""
    wrong = error.errors()[0]
    where = ".".join(str(part) for part in wrong["loc"] if part != "metrics")
    return f"This cannot be asked for at once: {where}: {wrong['msg']}."


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One question and whom it is answered for."""

    request: AskRequest
    project: ProjectContext
    layer: SemanticLayer
    role: Role

    @property
    def conversation_id(self) -> str:
        return self.request.conversation_id or str(uuid4())

    async def run(self, plan: Plan) -> AskAnswer:
        """The answer that the plan's query gives."""
        query = parse_query(plan.query)
        assert isinstance(query, MetricsQuery)
        catalogue = self.layer.catalogue
        result = await self.layer.run(query, self.project, self.role)
        is_open = resolve(query.time, self.project).is_open
        assumptions = [*plan.assumptions, *self._fallback()]
        return AskAnswer(
            outcome=AnswerOutcome.ANSWERED_WITH_ASSUMPTION
            if assumptions
            else AnswerOutcome.ANSWERED,
            restated=restate(query, plan.period, catalogue),
            query=query,
            sql=result.sql,
            result=result,
            chart=chart(query, result, is_open=is_open),
            narrative=narrate(
                query,
                result,
                plan.period,
                catalogue,
                self.project.currency,
                is_open=is_open,
            ),
            assumptions=assumptions,
            confidence=plan.confidence,
            query_id=result.query_id,
            conversation_id=self.conversation_id,
            data_as_of=result.data_as_of,
        )

    def decline(self, outcome: Clarification | Refusal) -> AskAnswer:
        """The question back, or the refusal with what can be asked."""
        is_open = isinstance(outcome, Clarification)
        return AskAnswer(
            outcome=AnswerOutcome.NEEDS_CLARIFICATION if is_open else AnswerOutcome.REFUSED,
            reason=outcome.reason,
            options=list(outcome.options),
            conversation_id=self.conversation_id,
        )

    def _fallback(self) -> list[str]:
        return [NO_BEDROCK] if self.request.planner == "bedrock" else []
