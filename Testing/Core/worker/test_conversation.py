"""The parent's half of the protocol puts the worker's lines together, whatever pieces they arrive in."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OPRadiomicsLib.worker.conversation import Conversation

OUTPUT = (
    b'{"id": 1, "event": "progress", "message": "Reading", "fraction": 0.25}\n'
    b"a library printed this\n"
    b'{"id": null, "event": "refused", "found": "A line", "expected": "JSON", "remedy": "send one"}\n'
    b'{"id": 1, "event": "failed", "kind": "MemoryError", "where": ["a.py:1 f"]}\n'
    b'{"id": 2, "event": "done", "lines": ["x"], "files": ["y"]}\n'
)


def test_requests_are_numbered_and_one_line_each() -> None:
    conversation = Conversation()
    requests = [conversation.request(["segment", "a\nb", "é"]) for _ in range(2)]
    assert [number for number, _ in requests] == [1, 2]
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for _, line in requests)
    assert json.loads(requests[0][1]) == {"id": 1, "arguments": ["segment", "a\nb", "é"]}


@given(st.lists(st.integers(0, len(OUTPUT)), max_size=6))
def test_answers_are_the_same_however_the_output_is_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(OUTPUT)]
    conversation = Conversation()
    pieces = (OUTPUT[start:end] for start, end in itertools.pairwise(edges))
    answers = [answer for piece in pieces for answer in conversation.answers(piece)]
    assert [(answer.id, answer.event) for answer in answers] == [(1, "progress"), (None, "refused"), (1, "failed"), (2, "done")]
    assert answers[0].fraction == 0.25
    assert answers[2].kind == "MemoryError"
    assert (answers[3].lines, answers[3].files) == (("x",), ("y",))


def test_only_progress_leaves_a_request_open() -> None:
    answers = Conversation().answers(OUTPUT)
    assert [answer.ends for answer in answers] == [False, True, True, True]


@pytest.mark.parametrize("line", [b"null", b"[]", b'{"id": 1}', b'{"event": "done"}', b'{"id": "x", "event": "done"}', b"\xff"])
def test_a_line_that_is_no_answer_is_passed_over(line: bytes) -> None:
    assert Conversation().answers(line + b"\n") == ()


def test_half_a_line_of_an_ended_process_is_forgotten() -> None:
    conversation = Conversation()
    assert conversation.answers(b'{"id": 1, "ev') == ()
    conversation.forget()
    assert [answer.id for answer in conversation.answers(b'{"id": 2, "event": "cancelled"}\n')] == [2]
