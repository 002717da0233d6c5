"""What is told of a step besides its figures. Steps are counted from 1."""

from semantic_layer.queries import Funnel


def step_name(funnel: Funnel, k: int) -> str:
    if funnel.order == "any":
        return f"{k} of {len(funnel.steps)} steps"
    step = funnel.steps[k - 1]
    return step.name or step.event


def compared_step(funnel: Funnel, k: int) -> int:
    """The last step before that cannot be left out, whose takers are those who may take step k."""
    required = [n for n in range(1, k) if not funnel.steps[n - 1].optional]
    return required[-1] if required else k
