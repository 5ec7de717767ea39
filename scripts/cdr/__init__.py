"""Readers of call files: bytes of a file in, records for billing.call_staging out.

What a file looks like is data (`api.source_profile`): the source's row and its layouts. Nothing here decides what a
call costs or to whom it belongs; numbers and trunks go to the database as received.

    source.py   a file as one stream of unpacked bytes, in blocks of whole lines
    times.py    local texts to instants: zones, doubled and missing hours, formats
    layout.py   which columns give which field, conditions, keys
    reader.py   lines to records
"""
