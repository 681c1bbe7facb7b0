"""Is every file of those who were forgotten gone, also where a kill came in between?"""

from playbill.archive.archive import Archive
from playbill.archive.checking.findings import Finding
from playbill.archive.forgetting import erase_blobs, unfinished
from playbill.errors import OutputError


def check_forgotten(archive: Archive, *, fix: bool) -> list[Finding]:
    """Those whose rows are erased and whose files are not yet."""
    found = []
    for forgotten in archive.database.read(unfinished):
        sentence = (
            f"person {forgotten.person_id}: was forgotten, and {len(forgotten.crops)} of their "
            "files may still be there, expected none"
        )
        fixed = False
        if fix:
            try:
                erase_blobs(archive, forgotten)
                fixed = True
            except OutputError as error:
                sentence = str(error)
        found.append(Finding("forgotten", sentence, fixed))
    return found
