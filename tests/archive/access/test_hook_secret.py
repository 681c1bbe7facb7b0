"""What web hooks are signed with."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playbill.archive.access.hook_secret import hook_secret, to_key
from playbill.errors import ArchiveError, OutputError


def test_the_secret_is_its_owners_and_stays(tmp_path: Path) -> None:
    first = hook_secret(tmp_path)

    assert first == hook_secret(tmp_path)
    assert len(to_key(first)) == 32
    assert [path.name for path in tmp_path.iterdir()] == ["hook.secret"]
    assert (tmp_path / "hook.secret").stat().st_mode & 0o077 == 0


def test_all_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(hook_secret, [tmp_path] * 32))) == 1


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_?", "c2VjcmV0" * 8])
def test_what_is_no_secret_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "hook.secret").write_text(text)
    with pytest.raises(ArchiveError, match="expected whsec_"):
        hook_secret(tmp_path)


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be kept"):
        hook_secret(tmp_path / "gone")
