"""What findings depend on, and what not."""

from dataclasses import replace
from typing import Any

import pytest

from playbill.core.run import ModelUse
from playbill.pipeline.fingerprint import fingerprint
from playbill.pipeline.networks import Networks
from playbill.pipeline.settings import AnalysisSettings
from tests.support.fakes import BlueIsADog, BrightnessFaces, ColourEmbedder, use_of

USE = use_of("object-detection")


def networks(use: ModelUse = USE, *, described: bool = True) -> Networks:
    embedder = ColourEmbedder() if described else None
    return Networks(BrightnessFaces(), embedder, BlueIsADog(use=use))


def test_it_is_a_sha256_and_stays_the_same() -> None:
    found = fingerprint(networks(), AnalysisSettings())

    assert found == fingerprint(networks(), AnalysisSettings())
    assert len(bytes.fromhex(found)) == 32


@pytest.mark.parametrize(
    "other",
    [
        {"sample_every": 31},
        {"min_object_score": 0.6},
        {"min_face_px": 40},
        {"max_side_px": 900},
        {"min_face_score": 0.9},
        {"bridge": 2},
    ],
)
def test_settings_that_bear_on_the_result_change_it(other: dict[str, Any]) -> None:
    assert fingerprint(networks(), AnalysisSettings(**other)) != fingerprint(
        networks(), AnalysisSettings()
    )


@pytest.mark.parametrize("other", [{"threads": 3}, {"batch": 8}, {"stranger_rate": 0.1}])
def test_settings_that_do_not_bear_on_findings_do_not(other: dict[str, Any]) -> None:
    assert fingerprint(networks(), AnalysisSettings(**other)) == fingerprint(
        networks(), AnalysisSettings()
    )


@pytest.mark.parametrize("field", ["name", "sha256", "precision"])
def test_another_network_changes_it(field: str) -> None:
    other = replace(USE, **{field: "another"})

    assert fingerprint(networks(other), AnalysisSettings()) != fingerprint(
        networks(), AnalysisSettings()
    )


def test_whether_faces_are_described_changes_it() -> None:
    assert fingerprint(networks(described=False), AnalysisSettings()) != fingerprint(
        networks(), AnalysisSettings()
    )


@pytest.mark.parametrize("field", ["runtime", "device"])
def test_where_a_network_runs_does_not(field: str) -> None:
    other = replace(USE, **{field: "another"})

    assert fingerprint(networks(other), AnalysisSettings()) == fingerprint(
        networks(), AnalysisSettings()
    )
