"""Tasks as a drawing: a column per step, in the order of what waits for what. Pure geometry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local_workspace.jobs.graph import latest
from local_workspace.jobs.records import TaskRun

WIDTH, HEIGHT = 196, 50
_BETWEEN_COLUMNS, _BETWEEN_ROWS, _MARGIN = 40, 16, 4


@dataclass(frozen=True)
class Node:
    """A task's box; `x` and `y` are its upper left corner, in pixels."""

    attempt: TaskRun
    x: int
    y: int


@dataclass(frozen=True)
class Edge:
    """From the right side of one box to the left side of another."""

    start: tuple[int, int]
    end: tuple[int, int]

    @property
    def path(self) -> str:
        """The curve, as SVG writes it."""
        (x1, y1), (x2, y2) = self.start, self.end
        middle = (x1 + x2) // 2
        return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"


@dataclass(frozen=True)
class Drawing:
    """Boxes, curves and the size of the whole."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    width: int
    height: int


def draw(attempts: Sequence[TaskRun]) -> Drawing:
    """Place the newest attempt at each task."""
    newest = latest(attempts)
    columns: dict[int, list[TaskRun]] = {}
    for key, attempt in newest.items():
        columns.setdefault(_column(key, newest), []).append(attempt)
    nodes = {
        attempt.key: Node(attempt, _MARGIN + column * (WIDTH + _BETWEEN_COLUMNS), _MARGIN + row * _step())
        for column, members in columns.items()
        for row, attempt in enumerate(members)
    }
    return Drawing(
        nodes=list(nodes.values()),
        edges=_edges(nodes),
        width=max((node.x for node in nodes.values()), default=0) + WIDTH + _MARGIN,
        height=max((node.y for node in nodes.values()), default=0) + HEIGHT + _MARGIN,
    )


def _step() -> int:
    return HEIGHT + _BETWEEN_ROWS


def _column(key: str, tasks: Mapping[str, TaskRun]) -> int:
    """The length of the longest chain of tasks before this one; a submit with a circle has been refused."""
    return max((_column(before.task_key, tasks) + 1 for before in tasks[key].task.depends_on), default=0)


def _edges(nodes: Mapping[str, Node]) -> list[Edge]:
    half = HEIGHT // 2
    return [
        Edge((nodes[before.task_key].x + WIDTH, nodes[before.task_key].y + half), (node.x, node.y + half))
        for node in nodes.values()
        for before in node.attempt.task.depends_on
    ]
