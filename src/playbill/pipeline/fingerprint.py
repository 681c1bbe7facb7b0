"""What the findings of a medium depend on, in one number."""

import json
from hashlib import sha256

from playbill.pipeline.networks import Networks
from playbill.pipeline.settings import AnalysisSettings

FORMAT = 2
"""Goes up when the pipeline finds something else with the same networks and settings."""


def fingerprint(networks: Networks, settings: AnalysisSettings) -> str:
    """A SHA-256 that is the same where the same findings are to be expected.

    It covers the networks, their precision, from which scores on they show something, and the
    settings that bear on the result. Runtime and device are not in it: they change no more than
    the last digits. The gallery is not either: names are given anew at any time.
    """
    text = json.dumps(
        {
            "format": FORMAT,
            "networks": [[use.task, use.name, use.sha256, use.precision] for use in networks.uses],
            "limits": networks.objects.limits.shown,
            "sampleEvery": settings.sample_every,
            "settings": settings.bearing(),
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    return sha256(text.encode()).hexdigest()
