"""Traps of call files (FORMATS-CALLS.md 1 and 2): what readers make of a line, without rating it."""

import bz2
import gzip
import io
import json
import lzma
import time
import zipfile
from pathlib import Path

import pytest
from psycopg import sql

from leissner.scripts.cdr.reader import STAGED, Reader
from leissner.scripts.cdr.source import Stream, WrongFile, first_record, opened
from leissner.scripts.errors import LeissnerError

SAMPLES = Path(__file__).parent / "samples"
PUBLIC = Path(__file__).parents[3] / "shared/samples/calls"  # under other licences: not in this repository


@pytest.fixture
def profile(bed):
    """profile(format, …) is what the database says about a source with these settings."""
    with bed.for_sql.connect() as conn:
        conn.execute("begin")
        conn.execute("insert into billing.mode (code, name, unit, per) values ('voice', 'Voice', 'second', 60),"
                     " ('data', 'Data', 'byte', 1000000) on conflict do nothing")

        def make(format_, **settings):
            settings = {"time_zone": "Europe/Stockholm"} | settings
            conn.execute(sql.SQL("delete from billing.cdr_source where code = 'trap'"))
            conn.execute(
                sql.SQL("insert into billing.cdr_source (code, name, format, {}) values ('trap', 'Trap', {}, {})")
                .format(sql.SQL(", ").join(map(sql.Identifier, settings)), sql.Literal(format_),
                        sql.SQL(", ").join(map(sql.Literal, settings.values()))))
            return conn.execute("select logic.source_profile('trap') as profile").fetchone()["profile"]
        yield make
        conn.execute("rollback")


class Read:
    """What a reader made of a file."""

    def __init__(self, profile, data, tmp_path, name="calls.csv", finished=True, **options):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        self.reader = Reader(profile, name, **options)
        with opened(path) as (file, is_packed):
            self.reader.sniff(Stream(path, file, is_packed).chunk(1 << 16))
        self.first = first_record(path, self.reader.is_record, finished)
        self.rows, self.notes, self.blocks = [], {}, []
        with opened(path) as (file, is_packed):
            self.stream = Stream(path, file, is_packed)
            for block in self.stream.blocks(0, finished):
                batch = self.reader.read(block)
                self.blocks.append(block)
                self.rows += [dict(zip(STAGED, line.split("\t"), strict=True)) for line in batch.copy.split("\n")[:-1]]
                for note, count in batch.notes.items():
                    self.notes[note] = self.notes.get(note, 0) + count
        self.reader.verdict()

    def column(self, name):
        return [row[name] for row in self.rows]


@pytest.fixture
def read(profile, tmp_path):
    """read(format, data, …settings of the source) → Read; options of the reader with a leading underscore."""
    def run(format_, data, **settings):
        options = {key[1:]: settings.pop(key) for key in list(settings) if key.startswith("_")}
        return Read(profile(format_, **settings), data, tmp_path, **options)
    return run


def asterisk(start="2026-10-14 09:12:01", answer="2026-10-14 09:12:09", end="2026-10-14 09:14:15", duration=134,
             billsec=126, uniqueid="1791961921.161", disposition="ANSWERED", src="46902001005", dst="0701234567",
             dstchannel="PJSIP/terra-000000a2", clid='""Anna"" <46902001005>', context="from-internal", more=',""'):
    answer = f'"{answer}"' if answer else ""
    tail = f',"{uniqueid}"' if uniqueid else ""
    return (f'"c-1","{src}","{dst}","{context}","{clid}","PJSIP/1000-a1","{dstchannel}","Dial","PJSIP/x@terra,60",'
            f'"{start}",{answer},"{end}",{duration},{billsec},"{disposition}","DOCUMENTATION"{tail}{more}\n')


PLAIN = "key,started_at,units,a_number,b_number\n"


# -- Asterisk ------------------------------------------------------------------------------------------------------


def test_asterisk_stockholm_sample(read):
    made = read("asterisk", (SAMPLES / "own-asterisk-stockholm.csv").read_bytes())
    assert made.column("started_at") == [
        "2026-10-14 07:12:09+00", "2026-10-14 07:20:00+00", "2026-10-14 07:21:00+00", "2026-10-14 07:30:10+00",
        "2026-10-14 07:30:25+00", "2026-10-25 00:30:10+00", "2026-10-25 01:30:10+00", "2026-10-25 00:50:05+00",
        "2026-10-31 22:50:03+00"]
    assert made.column("units") == ["126", "0", "0", "0", "180", "60", "60", "1500", "1797"]
    assert made.column("zero_cause")[1:4] == ["0 units: NO ANSWER", "0 units: ANSWERED", "0 units: NO ANSWER"]
    assert not any(made.column("bad")) and not any(made.column("bad_duration"))
    keys = [key for key in made.column("key") if key]
    assert len(set(keys)) == len(keys) == 6
    assert made.rows[0]["carrier"] == "terra" and made.rows[0]["account"] == "c-1000"
    assert made.notes["hour that clocks show twice: by the record's epoch"] == 3


@pytest.mark.parametrize("columns, epoch", [
    (16, ""), (17, "1791961921.161"), (18, "1791961921.161"), (19, ""), (20, "1791961921.161"), (21, "1791961921.161")])
def test_asterisk_options_give_sixteen_to_twenty_one_columns(read, columns, epoch):
    more = {16: "", 17: "", 18: ',"x;y"', 19: ',"peer","1791961921.161",4',
            20: ',"peer","1791961921.161",4', 21: ',"x","peer","1791961921.161",4'}[columns]
    made = read("asterisk", asterisk(uniqueid=epoch or None, more=more))
    assert made.column("bad") == [""]
    assert bool(made.rows[0]["key"]) == bool(epoch)
    if columns >= 20:
        assert made.rows[0]["key"] == "1791961921.161-4"


def test_asterisk_seventeenth_column_may_be_the_userfield(read):
    made = read("asterisk", asterisk(uniqueid=None, more=',"anna;bo"'))
    assert made.column("bad") == [""] and made.column("key") == [""]


def test_asterisk_key_tells_records_of_one_uniqueid_apart(read):
    line = asterisk()
    made = read("asterisk", line + asterisk(dst="0701234568") + asterisk(billsec=125) + line)
    keys = made.column("key")
    assert len(set(keys)) == 3 and keys[0] == keys[3]
    assert all(key.startswith("1791961921.161-") for key in keys)


def test_asterisk_wrong_zone_is_refused_and_usegmtime_means_utc(read):
    lines = asterisk() * 3
    with pytest.raises(WrongFile, match="time zone"):
        read("asterisk", lines, time_zone="UTC")
    with pytest.raises(WrongFile, match="time zone"):
        read("asterisk", lines, time_zone="Europe/Helsinki")
    with pytest.raises(WrongFile, match="time zone"):
        read("asterisk", lines, template="usegmtime")


def test_asterisk_not_answered_has_its_setup_time(read):
    made = read("asterisk", asterisk(answer="", billsec=0, disposition="BUSY"))
    assert made.rows[0]["started_at"] == "2026-10-14 07:12:01+00"
    assert made.rows[0]["zero_cause"] == "0 units: BUSY"


def test_asterisk_answer_is_what_duration_leaves(read):
    """`calldate` alone: started_at = start + duration − billsec."""
    made = read("asterisk", asterisk(answer="", end=""))
    assert made.rows[0]["started_at"] == "2026-10-14 07:12:09+00"


def test_asterisk_failed_with_seconds_is_loaded_and_listed(read):
    made = read("asterisk", asterisk(disposition="FAILED"))
    assert made.rows[0]["zero_cause"] == "" and made.notes["failed, yet with seconds"] == 1
    assert made.reader.listed[0]["line"] == 1


def test_asterisk_two_answered_records_of_one_call(read):
    more = ',"","peer","1791961921.161",{}'
    made = read("asterisk", asterisk(more=more.format(4)) + asterisk(more=more.format(5), uniqueid="1791961922.162"))
    assert made.notes["two answered records of one call at once"] == 1


@pytest.mark.parametrize("billsec, bad", [(126, ""), (128, ""), (129, "129 s"), (126000, "126000 s"), (-5, "-5 units")])
def test_units_that_contradict_the_times(read, billsec, bad):
    made = read("asterisk", asterisk(billsec=billsec))
    assert made.rows[0]["bad_duration"].startswith(bad) and bool(made.rows[0]["bad_duration"]) == bool(bad)
    assert made.rows[0]["units"] == str(billsec)


def test_shorter_than_its_times_is_loaded_and_listed(read):
    made = read("asterisk", asterisk(billsec=100))
    assert made.rows[0]["bad_duration"] == "" and made.notes["shorter than its times"] == 1


@pytest.mark.parametrize("name", ["asterisk-master-dispositions.csv", "asterisk-master-no-caller.csv"])
def test_public_asterisk_samples(read, name):
    if not PUBLIC.exists():
        pytest.skip(f"no samples in {PUBLIC}")
    made = read("asterisk", (PUBLIC / name).read_bytes(), time_zone="UTC")
    assert not any(made.column("bad"))


# -- FreeSWITCH ----------------------------------------------------------------------------------------------------


def freeswitch(name="Reception", start="2026-10-14 09:12:01", answer="2026-10-14 09:12:09",
               end="2026-10-14 09:14:15", billsec="126", uuid="5f0c7a6e-2f0b-4f63-9d2a-1f6f3f1a0001"):
    return (f'"{name}","46902001005","0701234567","default","{start}","{answer}","{end}","134","{billsec}",'
            f'"NORMAL_CLEARING","{uuid}","","c-1","PCMA","PCMA"\n')


def test_freeswitch_samples(read):
    made = read("freeswitch", (SAMPLES / "own-freeswitch-example.csv").read_bytes(), template="example")
    assert made.column("units") == ["126", "0", "60", "1"] and not any(made.column("bad"))
    assert made.rows[0]["key"] == "5f0c7a6e-2f0b-4f63-9d2a-1f6f3f1a0001"
    made = read("freeswitch", (SAMPLES / "own-freeswitch-default.csv").read_bytes(), template="default")
    assert made.column("account") == ["c-1000", ""] and made.column("units") == ["126", "1"]


@pytest.mark.parametrize("name", ['Anna "A", B', 'a","b', '","', 'x", "y', "O'Hara; 50%"])
def test_freeswitch_escapes_nothing(read, name):
    made = read("freeswitch", freeswitch(name))
    assert made.column("bad") == [""] and made.rows[0]["a_received"] == "46902001005"
    assert ("stray quotes in a name" in made.notes) == ('","' in name)


def test_freeswitch_surplus_columns_of_another_shape_are_bad(read):
    made = read("freeswitch", freeswitch().replace('"134"', '"134","x"'))
    assert made.rows[0]["bad"].startswith("16 columns")


def test_freeswitch_line_break_in_a_name_breaks_its_two_lines_only(read):
    made = read("freeswitch", freeswitch("Anna\nBo") + freeswitch())
    assert [bool(bad) for bad in made.column("bad")] == [True, True, False]


def test_freeswitch_one_line_file_is_refused(read):
    one = freeswitch().strip() + ";" + freeswitch().strip() + ";"
    with pytest.raises(WrongFile, match="one line"):
        read("freeswitch", one)


def test_freeswitch_saved_by_a_spreadsheet_is_refused(read):
    with pytest.raises(WrongFile, match="quotes"):
        read("freeswitch", "Anna,46902001005,0701234567,default,2026/10/14 9:12,2026/10/14 9:12,x,134,126,N,u,,c,P,P\n")


def test_freeswitch_own_template_with_epochs(read):
    made = read("freeswitch", '"46902001005","0701234567","1791961929","1792048455","126"\n"1","2","0","5","0"\n',
                template="caller_id_number,destination_number,answer_epoch,end_epoch,billsec")
    assert made.rows[0]["started_at"] == "2026-10-14 07:12:09+00" and made.rows[0]["bad_duration"] == ""
    assert made.rows[1]["zero_cause"] == "0 units"


def test_freeswitch_own_template_without_billed_seconds_is_refused(read):
    with pytest.raises(WrongFile, match="Ring time is not talk time|units") as caught:
        read("freeswitch", '"1","2","3"\n', template="caller_id_number,destination_number,answer_epoch")
    assert "billed seconds" in caught.value.hint


def test_freeswitch_unix_time_as_duration(read):
    made = read("freeswitch", freeswitch(billsec="-1790000000"))
    assert made.rows[0]["bad_duration"] == "-1790000000 units"


# -- CUCM ----------------------------------------------------------------------------------------------------------


CUCM = ["cdrRecordType", "dateTimeOrigination", "callingPartyNumber", "originalCalledPartyNumber",
        "finalCalledPartyNumber", "dateTimeConnect", "dateTimeDisconnect", "lastRedirectDn", "pkid", "duration",
        "origDeviceName", "destDeviceName", "lastRedirectRedirectOnBehalfOf", "lastRedirectRedirectReason",
        "outpulsedCalledPartyNumber"]


def cucm(*records, names=CUCM, types=True):
    base = dict.fromkeys(CUCM, "") | {
        "cdrRecordType": 1, "dateTimeOrigination": 1791961921, "callingPartyNumber": "2005",
        "finalCalledPartyNumber": "00701234567", "dateTimeConnect": 1791961929, "dateTimeDisconnect": 1791962055,
        "pkid": "p1", "duration": 126, "origDeviceName": "SEP001122334455", "destDeviceName": "TRK-1",
        "lastRedirectRedirectOnBehalfOf": 0, "lastRedirectRedirectReason": 0}
    lines = [",".join(f'"{name}"' for name in names)]
    lines += [",".join("INTEGER" if name[0] == "d" else "VARCHAR(50)" for name in names)] if types else []
    for number, record in enumerate(records):
        row = base | {"pkid": f"p{number}"} | record
        lines.append(",".join(str(row[key]) if isinstance(row[key], int) else f'"{row[key]}"' for key in CUCM))
    return "\n".join(lines)  # no newline at the end


def test_cucm_columns_by_name_ignoring_case_and_type_line(read):
    made = read("cucm", cucm({}, {"outpulsedCalledPartyNumber": "0701234567"}, names=[n.upper() for n in CUCM]))
    assert made.column("b_received") == ["00701234567", "0701234567"]
    assert made.column("started_at") == ["2026-10-14 07:12:09+00"] * 2
    assert made.column("line_no") == ["3", "4"]
    assert made.column("key") == ["p0", "p1"] and made.column("carrier") == ["TRK-1"] * 2


def test_cucm_forwarded_call_is_paid_by_who_redirected(read):
    redirect = {"lastRedirectDn": "2006", "lastRedirectRedirectReason": 15, "callingPartyNumber": "+4798765432"}
    made = read("cucm", cucm(redirect, redirect | {"destDeviceName": "SEP554433221100"},
                             redirect | {"lastRedirectRedirectReason": 4}))
    assert made.column("a_received") == ["2006", "+4798765432", "+4798765432"]
    assert made.column("mode") == ["forwarded", "", ""]


def test_cucm_recording_and_quality_records_are_no_calls(read):
    made = read("cucm", cucm({"lastRedirectRedirectOnBehalfOf": 27}, {"lastRedirectRedirectReason": 354},
                             {"cdrRecordType": 2}, {"dateTimeConnect": 0, "duration": 0}))
    assert [cause[:7] for cause in made.column("zero_cause")] == ["no call"] * 3 + ["0 units"]
    assert made.rows[3]["started_at"] == "2026-10-14 07:12:01+00"


def test_cucm_without_a_name_line_is_refused(read):
    with pytest.raises(WrongFile):
        read("cucm", cucm({}).split("\n", 2)[2])


def test_cucm_public_samples(read):
    if not PUBLIC.exists():
        pytest.skip(f"no samples in {PUBLIC}")
    made = read("cucm", (PUBLIC / "cucm-cdr-133-columns.txt").read_bytes())
    assert [bool(cause) for cause in made.column("zero_cause")].count(True) == 2 and len(made.rows) == 3
    assert [row["units"] for row in made.rows if not row["zero_cause"]] == ["11"]
    with pytest.raises(WrongFile, match="dateTimeConnect|started_at"):
        read("cucm", (PUBLIC / "cucm-cmr-not-calls.txt").read_bytes())
    assert Reader(made.reader.profile, "cmr_StandAloneCluster_02_201810261040_329890").is_skipped()
    assert not Reader(made.reader.profile, "cdr_StandAloneCluster_02_201810261040_329890").is_skipped()


# -- generic -------------------------------------------------------------------------------------------------------


def test_plain_form(read):
    made = read("generic", PLAIN + "k1,2026-10-14T09:12:09,60,46902001005,46701234567\n"
                "k2,2026-10-14T09:12:09.9+02:00,60,1,2\nk3,2026-10-14T07:12:09Z,60,1,2\n,2026-10-14 09:12:09,60,1,2\n")
    assert made.column("started_at") == ["2026-10-14 07:12:09+00"] * 4
    assert made.column("key") == ["k1", "k2", "k3", ""]
    assert made.column("line_no") == ["2", "3", "4", "5"]


@pytest.mark.parametrize("text", ["", "igår", "2026-10-14", "2026/10/14 9:12", "2026-13-01 10:00:00",
                                  "2026-10-05 25:30:00", "1026-10-05T10:00:00", "2026-10-14 09:12:61"])
def test_start_that_is_not_readable(read, text):
    made = read("generic", PLAIN + f"k1,{text},60,1,2\n")
    assert made.rows[0]["bad"] and made.rows[0]["raw"] == f"k1,{text},60,1,2"


@pytest.mark.parametrize("settings, text, units", [
    ({}, "60", "60"), ({}, "60.0", "60"), ({}, "60.01", "61"), ({}, "0.2", "1"), ({}, "-0.5", "-1"),
    ({}, "1,037", "1037"), ({}, "1037,5", None), ({"decimal": ","}, "1037,5", "1038"),
    ({"decimal": ","}, "1.037,00", "1037"), ({"decimal": ","}, "1 037", "1037"), ({}, "4.67E+10", None),
    ({}, "", None), ({}, "abc", None), ({}, "nan", None), ({}, "1_000", None), ({}, "٣", None),
    ({"duration_format": "hh:mm:ss"}, "01:02:03", "3723"), ({"duration_format": "hh:mm:ss"}, "1:02:03", "3723"),
    ({"duration_format": "hh:mm:ss"}, "02:03", "123"), ({"duration_format": "hh:mm:ss"}, "61:03", "3663"),
    ({"duration_format": "hh:mm:ss"}, "1:61:03", None), ({"duration_format": "hh:mm:ss"}, "63", None),
    ({"duration_format": "ms"}, "60001", "61"), ({"duration_format": "ms"}, "60000", "60")])
def test_durations(read, settings, text, units):
    made = read("generic", PLAIN.replace(",", ";") + f"k1;2026-10-14 09:12:09;{text};1;2\n", delimiter=";", **settings)
    assert (made.rows[0]["units"] or None) == units
    assert bool(made.rows[0]["bad"]) == (units is None)


@pytest.mark.parametrize("time_format, text", [
    ("DD/MM/YYYY HH:MM:SS", "14/10/2026 09:12:09"), ("DD.MM.YYYY HH:MM:SS", "14.10.2026 09:12:09"),
    ("MM/DD/YYYY HH:MM:SS", "10/14/2026 9:12:09"), ("DD.MM.YY HH:MM:SS", "14.10.26 09:12:09"),
    ("YYYYMMDDHHMMSS", "20261014091209"), ("epoch", "1791961929"), ("epoch", "1791961929.75"),
    ("epoch_ms", "1791961929999"), ("epoch_us", "1791961929999999"), (None, "20261014T091209"),
    (None, "2026-10-14T09:12:09+0200"), (None, "2026-10-14 09:12:09,5")])
def test_time_formats(read, time_format, text):
    made = read("generic", PLAIN.replace(",", ";") + f"k1;{text};60;1;2\n", delimiter=";", time_format=time_format)
    assert made.rows[0]["started_at"] == "2026-10-14 07:12:09+00", made.rows[0]["bad"]


def test_time_format_that_gives_no_second_is_refused(read):
    with pytest.raises(LeissnerError, match="second"):
        read("generic", PLAIN, time_format="DD.MM.YYYY HH:MM")


@pytest.mark.parametrize("settings, data", [
    ({"columns": "key=1;started_at=2;units=3;a_number=4;b_number=5", "has_header": False}, ""),
    ({"columns": "key=1;started_at=2;units=3;a_number=4;b_number=5"}, ""),
    ({"columns": "key=1~^(.*)$;started_at=2;units=3:seconds;a_number=4|5;b_number='+'+5|5"}, ""),
    ({"columns": "key=Post;started_at=Början;units=Mängd;a_number=Från;b_number=Till"},
     "Post,Början,Mängd,Från,Till\n")])
def test_column_maps(read, settings, data):
    made = read("generic", data + "k1,2026-10-14 09:12:09,60,1,2\n", **settings)
    assert (made.rows[0]["key"], made.rows[0]["units"], made.rows[0]["b_received"][-1]) == ("k1", "60", "2")


def test_date_and_time_in_two_columns_constants_and_a_second_choice(read):
    made = read("generic", "d,t,sec,from,to,alt\n2026-10-14,09:12:09,60,,2,77\n",
                columns="started_at=d+' '+t;units=sec;a_number=from|alt;b_number=to;mode='data';account='X-'+to")
    row = made.rows[0]
    assert (row["started_at"], row["a_received"], row["mode"], row["account"]) == (
        "2026-10-14 07:12:09+00", "77", "data", "X-2")


@pytest.mark.parametrize("which, extra, value, start", [
    ("end", "", "", "07:11:09"), ("start", ";ring=r", "8", "07:12:17"), ("start", ";duration=r", "70", "07:12:19"),
    ("start", "", "", "07:12:09")])
def test_which_time(read, which, extra, value, start):
    made = read("generic", f"t,u,b,r\n2026-10-14 09:12:09,60,2,{value}\n", which_time=which,
                columns=f"started_at=t;units=u;b_number=b{extra}")
    assert made.rows[0]["started_at"] == f"2026-10-14 {start}+00"


@pytest.mark.parametrize("delimiter, quote, line", [
    (",", '"', 'k1,"2026-10-14 09:12:09",60,"a, ""b""",2'), (";", "'", "k1;'2026-10-14 09:12:09';60;'a, \"b\"';2"),
    ("\t", '"', 'k1\t2026-10-14 09:12:09\t60\t"a, ""b"""\t2'),
    ("tab", "", 'k1\t2026-10-14 09:12:09\t60\ta, "b"\t2'),
    ("|", '\\"', 'k1|2026-10-14 09:12:09|60|"a, \\"b\\""|2'),
    (",", '"', 'k1, "2026-10-14 09:12:09", 60, "a, ""b""", 2')])
def test_delimiters_and_quotes(read, delimiter, quote, line):
    sign = {"tab": "\t"}.get(delimiter, delimiter)
    made = read("generic", PLAIN.replace(",", sign) + line + "\n", delimiter=delimiter, quote=quote)
    assert (made.rows[0]["a_received"], made.rows[0]["b_received"], made.rows[0]["bad"]) == ('a, "b"', "2", "")


def test_header_again_comment_total_and_empty_lines_are_no_records(read):
    line = "k{},2026-10-14 09:12:09,60,1,2\n"
    made = read("generic", "# from the partner\n" + PLAIN + line.format(1) + "\n" + PLAIN + line.format(2)
                + "Summa,,120,,\n")
    assert made.column("key") == ["k1", "k2"] and made.column("line_no") == ["3", "6"]
    assert made.notes["a line of totals at the end"] == 1


def test_a_hidden_number_first_on_a_line_is_no_comment(read):
    made = read("generic", "#31#0701234567,2026-10-14 09:12:09,60\n", has_header=False,
                columns="b_number=1;started_at=2;units=3")
    assert made.column("b_received") == ["#31#0701234567"]


@pytest.mark.parametrize("line", ["k1,2026-10-14 09:12:09,60,1", "k1,2026-10-14 09:12:09,60,1,2,3",
                                  "k1,2026-10-14 09:12:09,60,4.67E+10,2", "k1,2026-10-14 09:12:09,60,1,4,67E+10",
                                  'k1,"2026-10-14 09:12:09,60,1,2', 'k1,2026-10-14 09:12:09,60,"1,2'])
def test_bad_records_keep_line_and_text_and_swallow_nothing(read, line):
    good = "k2,2026-10-14 09:12:09,60,1,2\n"
    made = read("generic", PLAIN + line + "\n" + good)
    assert [bool(bad) for bad in made.column("bad")] == [True, False]
    assert made.rows[0]["raw"] == line and made.rows[0]["line_no"] == "2"


def test_an_unknown_column_is_named(read):
    with pytest.raises(WrongFile, match="no column Secs") as caught:
        read("generic", "t,u,b\n2026-10-14 09:12:09,60,2\n", columns="started_at=t;units=Secs;b_number=b")
    assert "t, u, b" in caught.value.hint
    with pytest.raises(WrongFile, match="no column Status"):
        read("generic", PLAIN + "k1,2026-10-14 09:12:09,60,1,2\n", bill_if="Status=OK")


def test_bill_if_counts_by_condition(read):
    made = read("asterisk", asterisk() + asterisk(context="from-trunk") + asterisk(dstchannel="PJSIP/2001-a") * 2,
                bill_if="dcontext=from-internal;dstchannel~^PJSIP/(terra|nord)-")
    assert made.notes == {"zero: not dcontext=from-internal": 1, "zero: not dstchannel~^PJSIP/(terra|nord)-": 2}
    assert [bool(cause) for cause in made.column("zero_cause")] == [False, True, True, True]


def test_blanks_round_the_operator_of_a_condition_do_not_count(read):
    made = read("asterisk", asterisk(dstchannel="PJSIP/trunk-a"),
                bill_if="dstchannel ~ trunk; dcontext = from-internal")
    assert made.column("zero_cause") == [""]


@pytest.mark.parametrize("records, refused", [(19, False), (20, True)])
def test_a_bill_if_that_lets_nothing_through_is_refused(read, records, refused):
    if refused:
        with pytest.raises(WrongFile, match="bill_if lets none of 20 records through: dstchannel~trnk"):
            read("asterisk", asterisk() * records, bill_if="dstchannel~trnk")
    else:
        assert len(read("asterisk", asterisk() * records, bill_if="dstchannel~trnk").rows) == records


def test_a_line_of_names_that_asterisk_does_not_write_is_no_record(read):
    names = ("accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,"
             "disposition,amaflags,uniqueid,userfield\n")
    made = read("asterisk", names + asterisk())
    assert [row["bad"] for row in made.rows] == [""]


def test_anonymous_falls_back_to_the_asserted_identity_and_redirecting_pays(read):
    made = read("generic", "t,u,a,b,pai,div\n2026-10-14 09:12:09,60,anonymous,2,46902001005,\n"
                "2026-10-14 09:12:09,60,+4798765432,2,,46902001006\n",
                columns="started_at=t;units=u;a_number=a;b_number=b;asserted=pai;redirecting=div")
    assert made.column("a_received") == ["46902001005", "46902001006"] and made.column("mode") == ["", "forwarded"]


# -- encodings, line ends, packing ---------------------------------------------------------------------------------


LINE = "k{},2026-10-14 09:12:09,60,Åsa,2"


@pytest.mark.parametrize("data, note", [
    (("\ufeff" + PLAIN + LINE.format(1) + "\n").encode(), "byte order mark"),
    ((PLAIN + LINE.format(1) + "\n").encode("iso-8859-1"), "lines not in utf-8, read as Latin-1"),
    ((PLAIN + LINE.format(1) + "\n").replace("60", "6\x000").encode(), "lines with NUL"),
    ((PLAIN + LINE.format(1) + "\n").replace("\n", "\r\n").encode(), None),
    ((PLAIN + LINE.format(1) + "\n").replace("\n", "\r").encode(), None),
    ((PLAIN + LINE.format(1) + "\n").encode("utf-16"), None),
    ((PLAIN + LINE.format(1)).encode(), None)])
def test_what_is_harmless_is_tolerated_and_counted(read, data, note):
    made = read("generic", data)
    assert [(row["key"], row["units"], row["a_received"], row["bad"]) for row in made.rows] == [("k1", "60", "Åsa", "")]
    assert not note or made.notes[note] == 1


def test_backslash_and_tab_survive_the_copy(read):
    made = read("generic", PLAIN + 'k1,2026-10-14 09:12:09,60,"a\\b\tc",2\n')
    assert made.rows[0]["a_received"] == r"a\\b\tc"  # escaped as COPY wants it


def test_a_stated_encoding(read):
    made = read("generic", (PLAIN + LINE.format(1) + "\n").encode("cp1252"), encoding="windows-1252")
    assert made.rows[0]["a_received"] == "Åsa" and made.notes == {}
    with pytest.raises(LeissnerError, match="no encoding"):
        read("generic", PLAIN, encoding="klingon")


def zipped(data, members=1):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"calls{number}.csv", data)
    return out.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zipped])
def test_packed_files_are_read_on_the_fly_and_known_by_content(read, pack):
    data = (PLAIN + LINE.format(1) + "\n" + LINE.format(2) + "\n").encode()
    plain, packed = read("generic", data), read("generic", pack(data))
    assert packed.column("key") == ["k1", "k2"]
    assert packed.first == plain.first
    assert packed.blocks[-1].position == len(data) and packed.blocks[-1].position_hash == plain.blocks[-1].position_hash


@pytest.mark.parametrize("data, why", [
    (gzip.compress(PLAIN.encode() * 100, mtime=0)[:-20], "unpacked"), (b"BZh9garbage", "unpacked"),
    (zipped(b"x", 2), "2 files"), (b"PK\x03\x04broken", "unpacked")])
def test_broken_archives_are_refused(read, data, why):
    with pytest.raises(WrongFile, match=why):
        read("generic", data)


def test_a_bomb_is_refused(read, monkeypatch):
    monkeypatch.setattr("leissner.scripts.cdr.source.FREE_EXPANSION", 1 << 20)
    with pytest.raises(WrongFile, match="200 times"):
        read("generic", gzip.compress(PLAIN.encode() + (LINE.format(1) + "\n").encode() * 400_000))


def test_a_line_without_end_is_refused(read):
    with pytest.raises(WrongFile, match="longer than a megabyte"):
        read("generic", b"x" * 3_000_000)


# -- wrong source --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("good, bad, refused", [(0, 100, False), (0, 101, True), (1, 100, False), (1, 101, True),
                                                (1918, 101, True), (1919, 101, False)])
def test_wrong_source_is_more_than_five_percent_and_more_than_a_hundred(read, good, bad, refused):
    data = PLAIN + "k1,2026-10-14 09:12:09,60,1,2\n" * good + "not,a,record\n" * bad
    if refused:
        with pytest.raises(WrongFile, match="Wrong source"):
            read("generic", data)
    else:
        assert len(read("generic", data).rows) == good + bad


# -- clocks --------------------------------------------------------------------------------------------------------


def plain(*times):
    return PLAIN + "".join(f"k{i},2026-10-25 {clock},{units},1,2\n" for i, (clock, units) in enumerate(times))


def test_doubled_hour_by_the_lines_before(read):
    clocks = ("01:59:00", "02:40:00", "02:10:00", "02:50:00", "03:00:00")
    made = read("generic", plain(*((clock, 10) for clock in clocks)))
    assert [text[11:19] for text in made.column("started_at")] == [
        "23:59:00", "00:40:00", "01:10:00", "01:50:00", "02:00:00"]
    assert made.notes["hour that clocks show twice: by the lines before"] == 2
    assert made.notes["hour that clocks show twice: taken as the first"] == 1


def test_doubled_hour_by_the_duration(read):
    """02:50 to 02:20, 30 minutes: begun in the first hour; 02:50 to 03:05, 15 minutes: in the second."""
    made = read("generic", "t,e,u,b\n2026-10-25 02:50:00,2026-10-25 02:20:00,1800,2\n"
                "2026-10-25 02:50:00,2026-10-25 03:05:00,900,2\n2026-10-25 02:50:00,2026-10-25 03:05:00,4500,2\n",
                columns="started_at=t;ended_at=e;units=u;b_number=b")
    assert [text[11:19] for text in made.column("started_at")] == ["00:50:00", "01:50:00", "00:50:00"]
    assert not any(made.column("bad_duration"))


def test_doubled_hour_goes_on_after_a_break(read):
    made = read("generic", plain(("02:10:00", 10)), _last_started_at=1792889400)  # 02:50 of the first pass
    assert made.rows[0]["started_at"] == "2026-10-25 01:10:00+00"


def test_missing_hour_is_shifted_forward_and_counted(read):
    made = read("generic", PLAIN + "k1,2026-03-29 02:30:00,60,1,2\nk2,2026-03-29 03:30:00,60,1,2\n")
    assert made.column("started_at") == ["2026-03-29 01:30:00+00"] * 2
    assert made.notes == {"hour that clocks left out": 1}


def test_half_hour_changes_and_fixed_offsets(read):
    made = read("generic", PLAIN + "k1,2026-04-05 01:15:00,60,1,2\nk2,2026-04-05 01:45:00,60,1,2\n",
                time_zone="Australia/Lord_Howe")
    assert made.column("started_at") == ["2026-04-04 14:15:00+00", "2026-04-04 14:45:00+00"]
    assert read("generic", PLAIN + "k1,2026-10-14 09:12:09,60,1,2\n", time_zone="+03:00").rows[0]["started_at"] == (
        "2026-10-14 06:12:09+00")
    with pytest.raises(LeissnerError, match="no time zone"):
        read("generic", PLAIN, time_zone="Europe/Atlantis")


def test_skew_and_long_calls_are_listed(read):
    data = PLAIN + "k1,2026-10-14 09:12:09,10800,1,2\nk2,2026-10-14 09:12:09,90000,1,2\nk3,2020-01-01 00:00:00,6,1,2\n"
    made = read("generic", data, starts_on="2026-01-01", _written_at=1577836800.0)
    assert made.notes == {"as long as a switch's cut-off": 1, "longer than 24 hours": 1,
                          "later than the file itself": 2, "before the source's first day": 1}
    assert {one["line"] for one in made.reader.listed} == {2, 3, 4}
    assert not any(made.column("bad"))


def test_bytes_are_not_long_calls(read):
    made = read("generic", "t,u,b,m\n2026-10-14 09:12:09,5000000,2,data\n",
                columns="started_at=t;units=u;b_number=b;mode=m")
    assert made.notes == {}


# -- whole lines, positions ----------------------------------------------------------------------------------------


def test_a_line_still_being_written_waits(read):
    line = LINE.format(1) + "\n"
    made = read("generic", PLAIN + line + "k2,2026-10-14 09:12:0", _finished=False)
    assert made.column("key") == ["k1"] and made.blocks[-1].position == len((PLAIN + line).encode())
    assert made.stream.unfinished.startswith(b"k2")
    assert read("generic", PLAIN + line + LINE.format(2)).column("key") == ["k1", "k2"]


def test_positions_and_line_numbers_after_each_block(tmp_path):
    data = b"".join(b"line %d\r\n" % number for number in range(1, 251))
    (tmp_path / "file").write_bytes(data)
    with opened(tmp_path / "file") as (file, is_packed):
        blocks = list(Stream(tmp_path / "file", file, is_packed).blocks(0, True, most=100))
    assert [(block.first_line, block.line_no, block.is_last) for block in blocks] == [
        (1, 100, False), (101, 200, False), (201, 250, True)]
    assert [data[:block.position].count(b"\n") for block in blocks] == [100, 200, 250]


def test_a_million_lines_are_read_quickly(read):
    """Far below 20 s a million; the limit here leaves room for a busy machine."""
    data = "".join(asterisk(uniqueid=f"1791961921.{number}") for number in range(20_000))
    began = time.process_time()
    assert len(read("asterisk", data).rows) == 20_000
    assert time.process_time() - began < 2


def test_listed_examples_are_few(read):
    made = read("asterisk", asterisk(disposition="FAILED") * 50)
    assert made.notes["failed, yet with seconds"] == 50 and len(made.reader.listed) == 20
    json.dumps(made.reader.listed)
