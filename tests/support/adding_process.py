"""Adding files to an archive as `playbill archive add` does, with networks that are fakes."""

import sys
from pathlib import Path

from playbill.archive.archive import Archive
from playbill.cli.archive.add import How, add_and_analyse, local_engine
from tests.jobs.conftest import SEGMENT_S, SETTINGS
from tests.support.workers import open_fakes


def main() -> None:
    folder, *media = map(Path, sys.argv[1:])
    archive = Archive.create(folder)
    try:
        engine = local_engine(folder, 1, open_fakes)
        how = How(open_fakes, segment_s=SEGMENT_S)
        report = add_and_analyse(archive, media, SETTINGS, how, engine)
    finally:
        archive.close()
    sys.exit(2 if report.bad else 0)
