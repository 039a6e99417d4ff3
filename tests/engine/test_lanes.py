from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from policygraph.engine.lanes import Lane, Lanes, Ticket


def started(lanes: Lanes) -> list[Ticket]:
    found = []
    while ticket := lanes.next():
        found.append(ticket)
    return found


def test_clients_take_turns() -> None:
    lanes = Lanes(fast=1, slow=1, waiting=64)
    for client in "aaabbc":
        lanes.add(Ticket(client))
    order = ""
    while ticket := lanes.next():
        order += ticket.client
        lanes.leave(ticket)
    assert order == "abcaba"


def test_clients_with_slow_queries_leave_the_last_fast_place() -> None:
    lanes = Lanes(fast=2, slow=2, waiting=64)
    first = Ticket("heavy")
    lanes.add(first)
    started(lanes)
    assert lanes.slowed(first) is None
    for client in ("heavy", "heavy", "light"):
        lanes.add(Ticket(client))
    assert [ticket.client for ticket in started(lanes)] == ["heavy", "light"]
    assert lanes.waiting == 1


def test_a_full_slow_lane_stops_the_newcomer_or_one_of_who_holds_more() -> None:
    lanes = Lanes(fast=2, slow=2, waiting=64)
    greedy = [Ticket("greedy"), Ticket("greedy"), Ticket("greedy")]
    for ticket in greedy:
        lanes.add(ticket)
        lanes.next()
        stopped = lanes.slowed(ticket)
    assert stopped is greedy[2]
    assert greedy[2].lane is Lane.WAITING
    other = Ticket("other")
    lanes.add(other)
    lanes.next()
    assert lanes.slowed(other) is greedy[1]
    assert other.lane is Lane.SLOW
    lanes.leave(greedy[0])
    assert started(lanes) == [greedy[2]]


def test_an_answer_that_has_begun_is_not_started_again() -> None:
    lanes = Lanes(fast=1, slow=1, waiting=64)
    streams = [Ticket(str(number), begun=True) for number in range(3)]
    for ticket in streams:
        lanes.add(ticket)
        lanes.next()
        assert lanes.slowed(ticket) is None
    assert [ticket.lane for ticket in streams] == [Lane.SLOW, Lane.SLOW, Lane.FAST]


ACTIONS = st.lists(st.tuples(st.sampled_from(["add", "slow", "end", "begin"]), st.integers(0, 9)))


@given(ACTIONS, st.integers(1, 3), st.integers(0, 4))
def test_whatever_happens_every_ticket_is_in_one_place(
    actions: list[tuple[str, int]], places: int, waiting: int
) -> None:
    lanes = Lanes(places, places, waiting)
    tickets: list[Ticket] = []
    for action, number in actions:
        running = lanes.running[Lane.FAST] + lanes.running[Lane.SLOW]
        ticket = running[number % len(running)] if running else None
        if action == "add":
            ticket = Ticket("abc"[number % 3])
            tickets.append(ticket)
            lanes.add(ticket)
        elif ticket and action == "slow" and ticket.lane is Lane.FAST:
            lanes.slowed(ticket)
        elif ticket and action == "begin":
            ticket.begun = True
        elif ticket and action == "end":
            lanes.leave(ticket)
        started(lanes)
        while ticket and lanes.surplus(ticket):
            pass
        counts = Counter(ticket.lane for ticket in tickets)
        assert counts[Lane.FAST] == len(lanes.running[Lane.FAST]) <= places
        assert counts[Lane.SLOW] == len(lanes.running[Lane.SLOW]) <= 2 * places
        assert counts[Lane.WAITING] == lanes.waiting <= 2 * waiting
    while lanes.waiting or lanes.running[Lane.FAST] or lanes.running[Lane.SLOW]:
        started(lanes)
        for ticket in lanes.running[Lane.FAST] + lanes.running[Lane.SLOW]:
            lanes.leave(ticket)
