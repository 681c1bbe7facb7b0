"""A backup holds rows and files in a form that belongs to no data base: any archive restores it.

`playbill-backup.json` says what there is, with the SHA-256 of everything:

    playbill-backup.json     format, revision of the tables, when, by which version, the members
    tables/NAME.jsonl        a row a line, as a list in the order of the manifest's columns
    blobs/KEY                crops, portraits and uploads, byte for byte

The media themselves are not in it, unless they were uploaded.
"""
