"""The networks of workers."""

from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.settings import AnalysisSettings


def open_for_archive(settings: AnalysisSettings) -> Analyzer:
    """Networks that describe every face, so that it can be named at any later time.

    Raises:
        ModelError: a network is not there, altered, or for another task.
    """
    return open_analyzer(settings, describe=True)
