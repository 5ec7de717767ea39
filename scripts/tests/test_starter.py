"""The five commands of the README, as they stand there, on a Master.csv."""

import csv
import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
MASTER = '''\
"","46902001005","0701234567","out","""Anna"" <46902001005>","PJSIP/1000-a1","PJSIP/trunk-a2","Dial","x,60",\
"2026-10-14 09:12:01","2026-10-14 09:12:09","2026-10-14 09:14:15",134,126,"ANSWERED","BILLING","1791969121.161",""
"","46902001005","08123456","out","46902001005","PJSIP/1000-a3","PJSIP/trunk-a4","Dial","x,60",\
"2026-10-14 09:20:00",,"2026-10-14 09:20:31",31,0,"NO ANSWER","DOCUMENTATION","1791969600.163",""
"","46902001005","s","out","46902001005","PJSIP/1000-a5","PJSIP/trunk-a6","Dial","x,60",\
"2026-10-14 09:30:00","2026-10-14 09:30:00","2026-10-14 09:30:09",9,9,"ANSWERED","DOCUMENTATION","1791970200.165",""
"","1000","00123456789012","out","1000","PJSIP/1000-a7","PJSIP/trunk-a8","Dial","x,60",\
"2026-10-14 09:40:00","2026-10-14 09:40:10","2026-10-14 09:41:11",71,61,"ANSWERED","DOCUMENTATION","1791970800.167",""
"","1000","11414","out","1000","PJSIP/1000-a9","PJSIP/trunk-b1","Dial","x,60",\
"2026-10-14 09:50:00","2026-10-14 09:50:10","2026-10-14 09:51:10",70,60,"ANSWERED","DOCUMENTATION","1791971400.169",""
'''


def test_your_own_master_csv_in_five_commands(leissner, tmp_path, monkeypatch):
    readme = (ROOT / "README.md").read_text("utf-8")
    block = re.search(r"### Your own Master\.csv.*?```\n(.*?)```", readme, re.S)[1].splitlines()
    assert len(block) == 5
    assert block[:2] == ["make install", ".venv/bin/leissner up"]
    (tmp_path / "Master.csv").write_text(MASTER, "utf-8")
    monkeypatch.chdir(tmp_path)
    for line in block[2:]:
        line = line.replace("/var/log/asterisk/cdr-csv/", "").replace("scripts/", f"{ROOT}/scripts/")
        outcome = leissner(*shlex.split(line)[1:])
        assert outcome.code in (0, 1 if "load" in line else 0), outcome.err
    with open(tmp_path / "rated.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ("status", "reason", "destination", "units", "cost", "retail")
    found = [tuple(row[column] for column in columns) for row in rows]
    assert found == [
        ("rated", "", "SE-MOB", "126", "0.315", "1.309"),  # 0.15 × 126 / 60; 0.49 + 0.39 × 126 / 60
        ("suspended", "no_destination", "", "9", "", ""),
        ("rated", "", "WORLD", "61", "0.915", "6.29"),  # 0.90 × 61 / 60; 0.49 + 2.90 × 2 minutes begun
        ("rated", "", "SE-SHORT", "60", "4", "6.49"),
    ]
