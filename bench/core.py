"""Figures of the pure core."""

import statistics

from bench.figure import Figure, Places, seconds
from bench.world import NOW, PROJECT, case_facts, project_facts
from midstream.cases.case import replay
from midstream.cases.team import replay_team
from midstream.desk.derive import Shelf
from midstream.policy.duties import duties, standing

CASES, FACTS = 2_000, 60


def replay_and_tasks(places: Places) -> float:
    """Return the seconds to replay 2,000 cases of 60 facts and derive the 60,000 tasks of 30 obligations, in memory."""
    del places
    team = replay_team(project_facts(), project=PROJECT)
    if team is None:
        raise ValueError(PROJECT)
    streams = [case_facts(f"{PROJECT}-{seed}", count=FACTS, seed=seed) for seed in range(1, CASES + 1)]
    policy = Shelf().policy_of(replay(streams[0], case=""), team)
    if policy is None:
        raise ValueError(PROJECT)

    def derive() -> None:
        for facts in streams:
            for duty in duties(replay(facts, case=""), policy, team):
                standing(duty, NOW)

    return statistics.median(seconds(derive) for _ in range(5))


FIGURES = (
    Figure(
        name="replay and tasks: 2,000 cases, 60 facts, 30 obligations",
        limit=0.5,
        unit="s",
        measure=replay_and_tasks,
    ),
)
