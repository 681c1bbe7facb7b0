"""Figures for Prometheus: requests, pictures, and the state of the queue of jobs."""

from collections.abc import Iterable, Mapping
from threading import Lock

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import Scope

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The figures of one application; a registry of its own, so that several can live."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "playbill_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "playbill_request_seconds",
            "From the first byte in to the last byte out.",
            ["method", "route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self.pictures = Histogram(
            "playbill_picture_seconds",
            "Analysis of one picture, without waiting.",
            buckets=SECONDS,
            registry=self._registry,
        )
        self.waiting = Gauge(
            "playbill_pictures_waiting", "Pictures that wait or run.", registry=self._registry
        )
        self.segments = Gauge(
            "playbill_segments", "Segments of videos, by state.", ["state"], registry=self._registry
        )
        self.jobs = Gauge("playbill_jobs", "Jobs, by state.", ["state"], registry=self._registry)
        self.hooks = Gauge(
            "playbill_hooks", "Web hooks, by state.", ["state"], registry=self._registry
        )
        self._lock = Lock()
        ProcessCollector(registry=self._registry)

    def served(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request; the route stands for all its paths, so that labels stay few."""
        route = scope.get("route")
        path, method = getattr(route, "path", "none"), scope["method"]
        method = method if method in _METHODS else "other"
        self._requests.labels(method, path, str(status or 499)).inc()
        self._seconds.labels(method, path).observe(seconds)

    def queued(self, counted: Mapping[Gauge, Iterable[tuple[str, int]]]) -> None:
        """Take new numbers of rows, by state; states that are not there any more go."""
        with self._lock:
            for gauge, rows in counted.items():
                gauge.clear()
                for state, n in rows:
                    gauge.labels(state).set(n)

    def text(self) -> bytes:
        """All figures in Prometheus's text format."""
        return generate_latest(self._registry)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
