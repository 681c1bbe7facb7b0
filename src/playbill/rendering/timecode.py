"""Times as people write them. Cut off, never rounded up: a moment lies in the frame it names."""

from fractions import Fraction


def timecode(time_s: Fraction) -> str:
    """Hours, minutes, seconds and thousandths.

    >>> timecode(Fraction(3723456, 1000))
    '01:02:03.456'
    """
    thousandths = int(time_s * 1000)
    seconds, thousandths = divmod(thousandths, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def length(seconds: Fraction) -> str:
    """How long, to the tenth of a second below a minute.

    >>> length(Fraction(8)), length(Fraction(61)), length(Fraction(7320))
    ('8.0 s', '1 min 1 s', '2 h 2 min')
    """
    if seconds < 60:
        tenths = int(seconds * 10)
        return f"{tenths // 10}.{tenths % 10} s"
    minutes, whole_seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {whole_seconds} s"
