"""The load profile: how many users there are when. Without any option it is the published one."""

import os
from typing import NamedTuple


class Stage(NamedTuple):
    name: str
    seconds: float
    users: int
    spawn_rate: float
    """Users that are started or stopped a second, until there are as many as the stage has."""


def _number(name: str, default: float) -> float:
    return float(os.environ.get(name, default))


USERS = int(_number("LOAD_USERS", 1_000))
SECONDS_A_QUESTION = _number("LOAD_SECONDS_A_QUESTION", 2)
BURST = _number("LOAD_BURST", 2)
WRITERS = int(_number("LOAD_WRITERS", 1))
SECONDS_A_WRITE = _number("LOAD_SECONDS_A_WRITE", 5)
RAMP_SECONDS = _number("LOAD_RAMP_SECONDS", 20)


def stages() -> list[Stage]:
    """Writers stand beside the users of a stage and are counted among them."""
    users, burst = USERS + WRITERS, round(USERS * BURST) + WRITERS
    return [
        Stage("ramp", RAMP_SECONDS, users, max(1.0, 1.25 * users / RAMP_SECONDS)),
        Stage("steady", _number("LOAD_STEADY_SECONDS", 300), users, users),
        # At once: a burst that came slowly would be none.
        Stage("burst", _number("LOAD_BURST_SECONDS", 60), burst, max(1.0, burst - users)),
    ]
