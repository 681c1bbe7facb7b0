"""How the result came about: coverage, networks, gallery, settings."""

from datetime import datetime

from playbill.core.analysis import Analysis
from playbill.core.run import GalleryUse, ModelUse
from playbill.rendering.report.markup import TIMES, counted, facts, percent, text
from playbill.rendering.timecode import length

_NOT_TOLD = "not told"


def coverage_sentences(analysis: Analysis) -> list[str]:
    """What the page's statements rest on, and what "does not appear" means."""
    if analysis.media.kind == "image":
        return [
            "The whole picture was analysed. Who or what is not listed was not recognised in it; "
            "it can still be there: too small, turned away, hidden, or unlike what the networks "
            "and the gallery know."
        ]
    frames, every = analysis.run.frames, analysis.run.sample_every
    rate = analysis.media.frame_rate
    pace = f", one look every {float(every / rate):.2f} s" if rate else ""
    looks = "every frame" if every == 1 else f"one frame in {every:,}"
    sentences = [
        f"{frames.analysed:,} of {frames.expected:,} frames that were to be analysed ({looks}"
        f"{pace}) were analysed."
    ]
    if frames.corrupt:
        sentences.append(
            f"{counted(frames.corrupt, 'frame was', 'frames were')} damaged: this page says "
            "nothing about them."
        )
    sentences.append(
        "Who or what is not listed was not recognised in any of these looks; it can still be in "
        "the video: between two looks, too small, turned away, hidden, or unlike what the "
        "networks and the gallery know."
    )
    return sentences


def record_section(analysis: Analysis) -> str:
    """The run record, complete."""
    run = analysis.run
    about = facts(
        [
            ("Playbill", text(run.version)),
            ("Started", moment(run.started)),
            ("Took", f"{run.seconds:.1f} s" if run.seconds is not None else _NOT_TOLD),
            ("Decoder", text(run.decoder)),
            ("Run", f"<code>{text(run.id)}</code>"),
            ("SHA-256 of the file", f"<code>{text(analysis.media.sha256)}</code>"),
        ]
    )
    coverage = "".join(f"<p>{text(sentence)}</p>" for sentence in coverage_sentences(analysis))
    return (
        f"<section class=record><h2>How this was made</h2><div class=coverage>{coverage}</div>"
        f"{about}{models_table(run.models)}{_gallery(run.gallery)}{_settings(analysis)}</section>"
    )


def moment(started: datetime | None) -> str:
    """A date and time for people, and for machines."""
    if started is None:
        return _NOT_TOLD
    said = f"{started.day} {started:%B %Y, %H:%M:%S %Z}"
    return f'<time datetime="{started.isoformat()}">{text(said)}</time>'


def models_table(models: tuple[ModelUse, ...]) -> str:
    """Networks as they really ran."""
    lines = "".join(
        f"<tr><th scope=row>{text(use.name)}</th><td>{text(use.task.replace('-', ' '))}</td>"
        f"<td>{text(use.precision)}</td><td>{text(use.device)}</td><td>{text(use.runtime)}</td>"
        f"<td><code>{text(use.sha256)}</code></td></tr>"
        for use in models
    )
    heads = "".join(
        f"<th scope=col>{head}</th>"
        for head in ("Network", "Task", "Precision", "Device", "Runtime", "SHA-256")
    )
    return (
        f"<h3>Networks</h3><div class=scroll><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )


def _gallery(gallery: GalleryUse | None) -> str:
    if gallery is None:
        return "<h3>Gallery</h3><p>None was given: nobody could be named.</p>"
    return (
        f"<h3>Gallery</h3><p>{text(gallery.name)}, {counted(gallery.people, 'person', 'people')}. "
        f"At most {percent(gallery.stranger_rate)} of strangers are given the name of "
        "somebody in it.</p>"
        + facts(
            [
                ("Method", text(gallery.method)),
                ("A name from a raw score of", f"{gallery.threshold:.4g}"),
                ("SHA-256", f"<code>{text(gallery.sha256)}</code>"),
            ]
        )
    )


def _settings(analysis: Analysis) -> str:
    if not analysis.run.settings:
        return ""
    pairs = sorted(analysis.run.settings.items())
    return "<h3>Settings</h3>" + facts((key, f"<code>{text(value)}</code>") for key, value in pairs)


def media_facts(analysis: Analysis) -> str:
    """What the file is, for the head of the page."""
    media = analysis.media
    width, height = media.size_wh
    pairs = [("Picture", f"{width:,} {TIMES} {height:,}")]
    if media.duration_s is not None:
        pairs.insert(0, ("Length", length(media.duration_s)))
    if media.frame_rate is not None:
        rate = f"{float(media.frame_rate):.3f}".rstrip("0").rstrip(".")
        pairs.append(("Frames a second", rate))
    inside = "" if media.codec == media.container else f" in {media.container}"
    pairs.append(("Format", text(media.codec + inside)))
    if media.rotation:
        pairs.append(("Turned", f"{media.rotation}°"))
    frames = analysis.run.frames
    if media.kind == "video":
        pairs.append(("Frames analysed", f"{frames.analysed:,} of {frames.expected:,}"))
    pairs.append(("Analysed", moment(analysis.run.started)))
    return facts(pairs)
