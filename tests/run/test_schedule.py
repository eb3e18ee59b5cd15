"""Recipes for cron and systemd: parsed, verified and, where it can be, run."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from typer.testing import CliRunner

from cxlab import errors
from cxlab.cli import app
from cxlab.run.schedule import cron, job_of, service, systemd, timer

AWKWARD = 'My "50%" study $HOME'


@pytest.fixture
def zones(tmp_path):
    """A system that knows the zones of the tests, whatever this one knows."""
    for name in ("Asia/Ho_Chi_Minh", "Asia/Kathmandu", "America/New_York"):
        (tmp_path / "zones" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "zones" / name).touch()
    return tmp_path / "zones"


@pytest.fixture
def job(study_file, zones):
    def make(**given):
        return job_of(study_file, zones=zones, **{"python": Path(sys.executable), "user": "cx", **given})

    return make


@pytest.fixture
def awkward(tmp_path, study_file, job):
    """The study in a folder whose name means something to shells, cron and systemd."""
    folder = tmp_path / AWKWARD
    folder.mkdir()
    for name in ("study.toml", "contracts.csv", "notebooks"):
        (tmp_path / name).rename(folder / name)
    return folder / "study.toml"


def entry(text):
    """The one line of a crontab that is a job: its five fields and its command, as cron hands it to the shell."""
    (line,) = [line for line in text.splitlines() if line.startswith("*")]
    *fields, command = line.split(" ", 5)
    return " ".join(fields), command.replace(r"\%", "%")


def on_the_hour(moment, command):
    """Whether the line would run at a moment: its first condition, asked of a real date."""
    condition = command.partition(" && ")[0]
    told = condition.replace("date ", f"date -d @{int(moment.timestamp())} ")
    return subprocess.run(["sh", "-c", told]).returncode == 0


@pytest.mark.parametrize("machine", ["UTC", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Asia/Kathmandu", "America/New_York"])
def test_the_crontab_runs_once_a_day_at_the_studys_time_whatever_zone_the_machine_is_in(
    job, study_file, machine, zone
):
    if not Path("/usr/share/zoneinfo", zone).is_file():
        pytest.skip("needs the system's time zones (tzdata)")
    study_file.write_text(study_file.read_text().replace("Asia/Ho_Chi_Minh", zone))
    fields, command = entry(cron(job()))
    start = datetime(2026, 3, 7, tzinfo=ZoneInfo(machine))  # New York changes its clock on 8 March
    looks = []
    for moment in CronSim(fields, start):
        if moment > start + timedelta(days=3):
            break
        looks.append(moment)
    assert len(looks) > 3 * 90
    near = [moment for moment in looks if 5 <= moment.astimezone(ZoneInfo(zone)).hour <= 7]
    ran = [moment.astimezone(ZoneInfo(zone)) for moment in near if on_the_hour(moment, command)]
    assert 2 <= len(ran) <= 3
    assert {f"{moment:%H:%M}" for moment in ran} == {"06:30"}
    assert len({moment.date() for moment in ran}) == len(ran)


def test_the_crontab_holds_nothing_but_comments_variables_and_one_job(job):
    lines = cron(job()).splitlines()
    assert [line for line in lines if not line.startswith(("#", "*"))] == [
        "SHELL=/bin/sh",
        "PATH=/usr/local/bin:/usr/bin:/bin",
    ]
    assert all(line.isprintable() for line in lines)


def test_the_line_runs_this_interpreter_on_this_study_with_its_secrets_and_its_log(awkward, job, zones, tmp_path):
    stand_in = tmp_path / "a python"
    stand_in.write_text('#!/bin/sh\nprintf "%s|" "$@" "$PASSWORD" "$PYTHONUTF8"\necho trouble >&2\nexit 69\n')
    stand_in.chmod(0o755)
    made = job_of(awkward, zones=zones, python=stand_in, user="cx")
    made.secrets.parent.mkdir()
    made.secrets.write_text("PASSWORD='not for you'\n")
    _, command = entry(cron(made))
    condition, _, rest = command.partition(" && ")
    done = subprocess.run(
        ["sh", "-c", rest], capture_output=True, text=True, cwd="/", env={"PATH": os.environ["PATH"]}
    )
    assert (done.returncode, done.stdout, done.stderr) == (69, "", "")
    assert condition == '[ "$(TZ=Asia/Ho_Chi_Minh date +%H:%M)" = 06:30 ]'
    assert made.log.read_text() == f"-m|cxlab|run|--due|--study|{awkward}|not for you|1|trouble\n"


def test_the_line_runs_without_secrets_too(job, tmp_path):
    stand_in = tmp_path / "python"
    stand_in.write_text("#!/bin/sh\necho ran\n")
    stand_in.chmod(0o755)
    made = job(python=stand_in)
    subprocess.run(["sh", "-c", entry(cron(made))[1].partition(" && ")[2]], check=True)
    assert made.log.read_text() == "ran\n"


def test_cron_itself_takes_the_crontab(job, tmp_path):
    if shutil.which("crontab") is None:
        pytest.skip("needs cron")
    (tmp_path / "crontab").write_text(cron(job()))
    done = subprocess.run(["crontab", "-T", str(tmp_path / "crontab")], capture_output=True, text=True)
    if "invalid option" in done.stderr:
        pytest.skip("needs a cron that can test a crontab (-T)")
    assert (
        done.returncode,
        done.stderr.replace("No syntax issues were found in the crontab file.", "").strip(),
    ) == (
        0,
        "",
    )


def settings(unit):
    """A unit as (section, name) -> values."""
    found, section = {}, ""
    for line in unit.splitlines():
        if line.startswith("["):
            section = line
        elif line:
            name, _, value = line.partition("=")
            found.setdefault((section, name), []).append(value)
    return found


def test_the_service_runs_once_as_its_user_and_writes_where_a_study_is_kept(job, study_file):
    made = settings(service(job()))
    folder = study_file.parent
    assert made["[Service]", "Type"] == ["oneshot"]
    assert made["[Service]", "User"] == ["cx"]
    assert made["[Service]", "ExecStart"] == [
        f'"{sys.executable}" "-m" "cxlab" "run" "--due" "--study" "{study_file}"'
    ]
    assert made["[Service]", "ReadWritePaths"] == [f'"-{folder}/reports"', f'"-{folder}"']
    assert made["[Service]", "EnvironmentFile"] == [f"-{folder}/private/delivery.env"]
    assert made["[Service]", "StandardError"] == [f"append:{folder}/reports/.logs/due.log"]
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectClock", "RestrictSUIDSGID"):
        assert made["[Service]", name] == ["true"]
    assert made["[Service]", "ProtectSystem"] == ["strict"]


def test_folders_outside_of_the_study_can_be_written_too(job, study_file):
    share = '\n[deliver.board]\nkind = "folder"\npath = "/srv/share"\n'
    others = 'prepared = "/srv/prepared"\nprivate = "/srv/keys"\n'
    study_file.write_text(others + study_file.read_text() + share)
    assert settings(service(job()))["[Service]", "ReadWritePaths"][2:] == [
        '"-/srv/prepared"',
        '"-/srv/keys"',
        '"-/srv/share"',
    ]


def test_the_timer_catches_up_on_a_day_it_missed(job):
    made = settings(timer(job(at="23:45")))
    assert made["[Timer]", "OnCalendar"] == ["*-*-* 23:45:00 Asia/Ho_Chi_Minh"]
    assert made["[Timer]", "Persistent"] == ["true"]
    assert made["[Install]", "WantedBy"] == ["timers.target"]


def test_names_that_mean_something_to_systemd_are_written_out(awkward, zones):
    made = settings(service(job_of(awkward, zones=zones, python=Path("/usr/bin/python3"), user="cx")))
    folder = str(awkward.parent)
    assert made["[Service]", "ExecStart"][0].endswith(
        '"{}/study.toml"'.format(folder.replace("%", "%%").replace('"', r"\"").replace("$", "$$"))
    )
    assert made["[Service]", "WorkingDirectory"] == [folder.replace("%", "%%")]


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "awkward"])
def test_systemd_itself_verifies_both_units(job, study_file, zones, tmp_path, plain, request):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    file = study_file if plain else request.getfixturevalue("awkward")
    made = job_of(file, zones=zones, python=Path(sys.executable), user="root")
    units = tmp_path / "units"
    units.mkdir()
    for kind, text in (("service", service(made)), ("timer", timer(made))):
        (units / f"{made.unit}.{kind}").write_text(text)
    files = sorted(map(str, units.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if made.unit in line]
    assert (done.returncode, ours) == (0, [])


def test_systemd_understands_the_time(job):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    when = settings(timer(job()))["[Timer]", "OnCalendar"][0]
    done = subprocess.run(["systemd-analyze", "calendar", when], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Asia/Ho_Chi_Minh" in done.stdout


def test_the_recipe_for_systemd_puts_both_units_in_their_place(job, tmp_path):
    made = job(user="root")
    script = systemd(made).replace("/etc/systemd/system", str(tmp_path / "units"))
    said = tmp_path / "bin"
    said.mkdir()
    for name in ("systemctl", "runuser"):
        (said / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {shlex.quote(str(tmp_path / "called"))}\n')
        (said / name).chmod(0o755)
    (tmp_path / "units").mkdir()
    path = f"{said}:{os.environ['PATH']}"
    subprocess.run(["sh", "-eu", "-c", script], check=True, env={"PATH": path})
    assert (tmp_path / "units" / "cxlab-tiny.service").read_text() == service(made)
    assert (tmp_path / "units" / "cxlab-tiny.timer").read_text() == timer(made)
    assert (tmp_path / "called").read_text().splitlines() == [
        f"runuser -u root -- mkdir -p {made.log.parent}",
        "systemctl daemon-reload",
        "systemctl enable --now cxlab-tiny.timer",
    ]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("Cánh Én Mobile", "cxlab-canh-en-mobile"), ("Điện Máy", "cxlab-dien-may"), ("数据", "cxlab-study")],
)
def test_units_are_named_after_the_study(job, study_file, name, unit):
    study_file.write_text(study_file.read_text().replace('"Tiny"', f'"{name}"'))
    assert job().unit == unit


@pytest.mark.parametrize("at", ["6:30", "24:00", "06:20", "noon", "06:30:00"])
def test_a_time_that_is_none_is_refused(job, at):
    with pytest.raises(errors.UsageError) as caught:
        job(at=at)
    assert str(caught.value) == (f"--at is a time of the day on a quarter of an hour, such as 06:30; got {at!r}")


def test_a_zone_the_system_does_not_know_is_refused(study_file, tmp_path):
    with pytest.raises(errors.DataError) as caught:
        job_of(study_file, zones=tmp_path / "nowhere")
    assert str(caught.value).splitlines() == [
        "this system does not know the time zone Asia/Ho_Chi_Minh",
        f"  - needed: {tmp_path}/nowhere/Asia/Ho_Chi_Minh; on Debian and Ubuntu: apt install tzdata",
    ]


def test_a_path_with_a_line_break_is_refused(job):
    with pytest.raises(errors.UsageError, match=r"^a path with a line break cannot stand in a schedule"):
        job(python=Path("/opt/py\nthon"))


def test_the_command_prints_the_recipe_and_nothing_else(study_file):
    if not Path("/usr/share/zoneinfo/Asia/Ho_Chi_Minh").is_file():
        pytest.skip("needs the system's time zones (tzdata)")
    for kind, first in (
        ("cron", "# cxlab, Tiny: every day at 07:15"),
        ("systemd", "# cxlab, Tiny: every day at 07:15"),
    ):
        done = CliRunner().invoke(app, ["schedule", kind, "--at", "07:15", "--study", str(study_file)])
        assert done.exit_code == 0, done.output
        assert done.stdout.startswith(first)
        assert not done.stderr
    assert CliRunner().invoke(app, ["schedule", "launchd", "--study", str(study_file)]).exit_code == 2
