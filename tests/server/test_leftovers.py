"""What comes in is nobody's leftover while a server is at it."""

from pathlib import Path

from playbill.server.leftovers import serving


def test_a_second_server_leaves_what_the_first_is_at(tmp_path: Path) -> None:
    incoming = tmp_path / "incoming"
    left, coming = incoming / "left", incoming / "coming"
    left.mkdir(parents=True)
    with serving(tmp_path, incoming):
        assert not left.exists()
        coming.mkdir(parents=True)
        with serving(tmp_path, incoming):
            assert coming.exists()
        with serving(tmp_path, incoming):
            assert coming.exists()
    with serving(tmp_path, incoming):
        assert not coming.exists()
