"""`playbill serve` with a worker and stand-ins for networks, to be killed."""

from playbill.cli import main as command
from playbill.cli import serve
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.settings import AnalysisSettings
from playbill.server import app
from playbill.server.opening import Opened
from tests.support.drawn_people import card_of
from tests.support.workers import open_fakes


def open_for_server(settings: AnalysisSettings) -> Opened:
    """The networks of its workers, for the server itself."""
    return Opened(analyzer(settings), card_of())


def analyzer(settings: AnalysisSettings) -> Analyzer:
    """Networks whose time is in the environment."""
    return open_fakes(settings)


def main() -> None:
    """Run the command."""
    app.create_app.__defaults__ = (open_for_server,)
    vars(serve)["open_for_archive"] = analyzer
    command.main()
