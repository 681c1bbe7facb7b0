"""`playbill serve`: the archive over HTTP."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from playbill.archive.access.passwords import hash_password, new_password, require_good
from playbill.archive.access.users import add_first_admin, any_user
from playbill.archive.archive import Archive
from playbill.cli import serve_limits as limits
from playbill.cli.archive.add import local_engine, running
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, who
from playbill.cli.console import out, warn
from playbill.cli.options import DEFAULTS, Device, Every, Models, Precision, model_names
from playbill.errors import ArchiveError
from playbill.jobs.opening import open_for_archive
from playbill.pipeline.settings import AnalysisSettings
from playbill.server.settings import GIB, MIB, ServerSettings

ADMIN = "admin"
PASSWORD_VARIABLE = "PLAYBILL_ADMIN_PASSWORD"  # noqa: S105 - its name, not the password


def serve(
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    host: Annotated[
        str, typer.Option(help="The address to listen at; 127.0.0.1: this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8765,
    workers: Annotated[
        int, typer.Option(min=0, help="Worker processes for videos; 0: others do the work.")
    ] = 1,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder in which videos may be named by path; several times.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    hook_host: Annotated[
        list[str] | None,
        typer.Option(help="A host that may be told of finished jobs; several times."),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(help="TLS: the certificate chain (PEM).", exists=True, dir_okay=False),
    ] = None,
    private_key: Annotated[
        Path | None,
        typer.Option(help="TLS: the certificate's private key (PEM).", exists=True, dir_okay=False),
    ] = None,
    behind_https: Annotated[
        bool,
        typer.Option(
            "--behind-https", help="A proxy in front speaks https: cookies are for it alone."
        ),
    ] = False,
    name: Annotated[
        list[str] | None,
        typer.Option(
            help="A name under which it may be asked for, beside localhost and IP addresses; "
            "several times."
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            help="IP address or network of a proxy in front, which is believed when it says for "
            "whom it asks; several times."
        ),
    ] = None,
    max_picture_mib: limits.PictureMib = limits.PICTURE_MIB,
    max_megapixels: limits.Megapixels = limits.MEGAPIXELS,
    max_batch_mib: limits.BatchMib = limits.BATCH_MIB,
    max_batch_pictures: limits.BatchPictures = limits.BATCH_PICTURES,
    max_video_gib: limits.VideoGib = limits.VIDEO_GIB,
    max_video_hours: limits.VideoHours = limits.VIDEO_HOURS,
    picture_threads: limits.PictureThreads = limits.LIMITS.picture_threads,
    picture_queue: limits.PictureQueue = limits.LIMITS.picture_queue,
    requests_per_minute: limits.RequestsPerMinute = limits.LIMITS.rate_per_minute,
    every: Every = DEFAULTS.sample_every,
    models: Models = "",
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
) -> None:
    """Serve an archive over HTTP, made if it is not there.

    The first start makes a user `admin` and prints the password, once.

    $ playbill serve --archive ~/archive --root ~/Videos

    $ playbill serve --host 0.0.0.0 --name playbill.example.org --proxy 10.0.0.5 --behind-https
    """
    if (certificate is None) != (private_key is None):
        raise typer.BadParameter("expected both --certificate and --private-key, or neither")
    https = certificate is not None or behind_https
    settings = AnalysisSettings(
        sample_every=every, models=model_names(models), precision=precision, device=device
    )
    with _opened(archive) as opened:
        _first_admin(opened)
        if not is_loopback(host) and not https:
            warn(
                f"{host}: passwords and keys cross the network in the clear; use --certificate and "
                "--private-key, or a proxy that speaks https and --behind-https"
            )
        # Late, since these take longer to import than all else.
        from playbill.server.app import create_app  # noqa: PLC0415
        from playbill.server.hosts import to_proxies  # noqa: PLC0415
        from playbill.server.logs import log_as_json  # noqa: PLC0415
        from playbill.server.running import run  # noqa: PLC0415

        log_as_json(sys.stderr)
        served = ServerSettings(
            analysis=settings,
            roots=tuple(path.resolve() for path in root or ()),
            hook_hosts=tuple(hook_host or ()),
            https=https,
            hosts=(host, *(name or ())),
            proxies=to_proxies(proxy or ()),
            max_picture_bytes=max_picture_mib * MIB,
            max_picture_pixels=max_megapixels * limits.MEGA,
            max_batch_bytes=max_batch_mib * MIB,
            max_batch_pictures=max_batch_pictures,
            max_video_bytes=max_video_gib * GIB,
            max_video_s=max_video_hours * limits.HOUR_S,
            picture_threads=picture_threads,
            picture_queue=picture_queue,
            rate_per_minute=requests_per_minute,
        )
        engine = local_engine(archive, workers, open_for_archive) if workers else None
        with running(engine):
            run(
                create_app(opened, served),
                host,
                port,
                tls=(certificate, private_key) if certificate and private_key else None,
                proxies=served.proxies,
                started=lambda url: _say(f"Playbill serves {archive} at {url}"),
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _opened(folder: Path) -> Iterator[Archive]:
    archive = Archive.create(folder)
    try:
        yield archive
    finally:
        archive.close()


def _first_admin(archive: Archive) -> None:
    """Make the first user, where there is none.

    Raises:
        ArchiveError: the password that the environment gives is weak.
    """
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        try:
            require_good(given, ADMIN)
        except ArchiveError as error:
            raise ArchiveError(f"{PASSWORD_VARIABLE}: {error}") from error
    if archive.database.read(any_user):
        return
    password = given or new_password()
    kept = hash_password(password)
    made = archive.database.write(lambda tx: add_first_admin(tx, who(), ADMIN, kept))
    if made and given is None:
        _say(f"user: {ADMIN}\npassword: {password}\n(shown this once)")


def _say(text: str) -> None:
    """At once, also where it is read through a pipe."""
    out().print(text, markup=False, soft_wrap=True)
    sys.stdout.flush()
