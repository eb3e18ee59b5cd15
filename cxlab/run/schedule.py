"""Recipes that run `cxlab run --due` every day: a crontab line, or a systemd service with its timer."""

from __future__ import annotations

import getpass
import re
import shlex
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from cxlab.errors import DataError, UsageError
from cxlab.tables.config import StudyConfig, find_config, read_config

ZONES = Path("/usr/share/zoneinfo")
"""Where the system looks up a time zone by its name."""

_HOURS = 6
"""A run of all quarters a study could miss takes less; what takes longer hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run, by whom and when.

    Parameters
    ----------
    name : str
        Of the study, for people.
    unit : str
        The same as the name of a unit: ``cxlab-canh-en-mobile``.
    python, study : Path
        The interpreter that has cxlab, and the study file; absolute.
    folders : tuple of Path
        Every folder a run writes to, the reports first.
    secrets : Path
        File of environment variables that delivery needs; it need not be there.
    zone : str
        The study's time zone.
    at : str
        Time of the day there, ``06:30``.
    user : str
        Whose job it is.
    """

    name: str
    unit: str
    python: Path
    study: Path
    folders: tuple[Path, ...]
    secrets: Path
    zone: str
    at: str
    user: str

    @property
    def log(self) -> Path:
        """File that everything a scheduled run says is appended to."""
        return self.folders[0] / ".logs" / "due.log"


def job_of(
    config: Path | str | None = None,
    *,
    at: str = "06:30",
    python: Path | None = None,
    user: str | None = None,
    zones: Path | None = None,
) -> Job:
    """Settle what a schedule runs.

    Parameters
    ----------
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    at : str
        Time of the day in the study's zone, a quarter of an hour: ``06:30``.
    python : Path, optional
        The interpreter; the one that runs now.
    user : str, optional
        Whose job it is; the user who asks.
    zones : Path, optional
        Where the system keeps its time zones.

    Raises
    ------
    UsageError
        If the time or a path cannot stand in a schedule.
    DataError
        If the system does not know the study's time zone.
    """
    file = find_config(config).resolve()
    settings = read_config(file)
    if not re.fullmatch(r"([01]\d|2[0-3]):(00|15|30|45)", at):
        raise UsageError(f"--at is a time of the day on a quarter of an hour, such as 06:30; got {at!r}")
    _refuse_unknown_zone(settings, zones=zones or ZONES)
    job = Job(
        name=settings.name,
        unit=f"cxlab-{_slug(settings.name)}",
        python=python or Path(sys.executable).absolute(),
        study=file,
        folders=_folders(settings, folder=file.parent),
        secrets=file.parent / settings.private / "delivery.env",
        zone=settings.time_zone,
        at=at,
        user=user or getpass.getuser(),
    )
    unfit = [path for path in (job.python, job.study, *job.folders) if re.search(r"[\x00-\x1f\x7f]", str(path))]
    if unfit:
        raise UsageError(
            "a path with a line break cannot stand in a schedule", [repr(str(path)) for path in unfit]
        )
    return job


def cron(job: Job) -> str:
    r"""Return a crontab that runs every day at a time of the study's zone, whatever zone the machine is in.

    Cron knows the machine's zone only, so the line is looked at every quarter of an hour and waits for its time;
    ``%`` means a new line there, unless it is written ``\%``.
    """
    run = shlex.join([str(job.python), "-m", "cxlab", "run", "--due", "--study", str(job.study)])
    secrets, logs, log = (shlex.quote(str(path)) for path in (job.secrets, job.log.parent, job.log))
    steps = [
        f'[ "$(TZ={job.zone} date +%H:%M)" = {job.at} ]',
        f"mkdir -p {logs}",
        "{ set -a; [ ! -r " + secrets + " ] || . " + secrets + "; }",
        f"PYTHONUTF8=1 {run} >> {log} 2>&1",
    ]
    line = " && ".join(steps).replace("%", r"\%")
    return "\n".join(
        [
            f"# cxlab, {_one_line(job.name)}: every day at {job.at} ({job.zone})",
            "# put these lines into your crontab: crontab -e",
            "SHELL=/bin/sh",
            "PATH=/usr/local/bin:/usr/bin:/bin",
            f"*/15 * * * * {line}",
            "",
        ]
    )


def service(job: Job) -> str:
    """Return the systemd service: one run, which reads the system and writes to the study alone."""
    command = " ".join(map(_word, (str(job.python), "-m", "cxlab", "run", "--due", "--study", str(job.study))))
    return "\n".join(
        [
            "[Unit]",
            f"Description=cxlab: the due quarter of {_specifiers(_one_line(job.name))}",
            "Wants=network-online.target",
            "After=network-online.target",
            "",
            "[Service]",
            "Type=oneshot",
            f"User={job.user}",
            f"WorkingDirectory={_specifiers(str(job.study.parent))}",
            "Environment=PYTHONUTF8=1 PATH=/usr/local/bin:/usr/bin:/bin",
            f"Environment=MPLCONFIGDIR=%C/{job.unit} XDG_CACHE_HOME=%C/{job.unit}",
            f"EnvironmentFile=-{_specifiers(str(job.secrets))}",
            f"ExecStart={command}",
            f"StandardOutput=append:{_specifiers(str(job.log))}",
            f"StandardError=append:{_specifiers(str(job.log))}",
            f"TimeoutStartSec={_HOURS}h",
            "TimeoutStopSec=60",
            "UMask=0027",
            "Nice=10",
            f"CacheDirectory={job.unit}",
            *(f"ReadWritePaths={_quoted(f'-{path}')}" for path in job.folders),
            *_HARDENING,
            "",
        ]
    )


def timer(job: Job) -> str:
    """Return the systemd timer: every day, and soon after a start that missed its time."""
    return "\n".join(
        [
            "[Unit]",
            f"Description=cxlab: looks every day whether a quarter of {_specifiers(_one_line(job.name))} is due",
            "",
            "[Timer]",
            f"OnCalendar=*-*-* {job.at}:00 {job.zone}",
            "Persistent=true",
            "AccuracySec=1min",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )


def systemd(job: Job) -> str:
    """Return shell commands that put both units in their place; read them, then paste them into a root shell."""
    folder = "/etc/systemd/system"
    logs = shlex.quote(str(job.log.parent))
    parts = [
        f"# cxlab, {_one_line(job.name)}: every day at {job.at} ({job.zone}), as {job.user}. As root:",
        f"runuser -u {shlex.quote(job.user)} -- mkdir -p {logs}",
    ]
    for kind, text in (("service", service(job)), ("timer", timer(job))):
        parts += [f"cat > {folder}/{job.unit}.{kind} <<'END'", text.rstrip("\n"), "END"]
    parts += [
        f"systemctl daemon-reload && systemctl enable --now {job.unit}.timer",
        f"# try it: systemctl start {job.unit}.service; look: systemctl list-timers {job.unit}.timer",
        "",
    ]
    return "\n".join(parts)


_HARDENING = (
    "NoNewPrivileges=true",
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "PrivateTmp=true",
    "PrivateDevices=true",
    "ProtectKernelTunables=true",
    "ProtectKernelModules=true",
    "ProtectKernelLogs=true",
    "ProtectControlGroups=true",
    "ProtectClock=true",
    "ProtectHostname=true",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "RestrictRealtime=true",
    "RestrictSUIDSGID=true",
    "LockPersonality=true",
    "SystemCallArchitectures=native",
    "CapabilityBoundingSet=",
)


def _folders(config: StudyConfig, *, folder: Path) -> tuple[Path, ...]:
    """Return the folders a run and delivery write to; those inside the study's own are named with it."""
    reports = (folder / config.reports).resolve()
    others = [(folder / path).resolve() for path in (config.prepared, config.private)]
    shares = [(folder / target.path).resolve() for target in config.deliver.values() if target.kind == "folder"]
    outside = [path for path in (*others, *shares) if not path.is_relative_to(folder)]
    return (reports, folder, *outside)


def _refuse_unknown_zone(config: StudyConfig, *, zones: Path) -> None:
    if not (zones / config.time_zone).is_file():
        raise DataError(
            f"this system does not know the time zone {config.time_zone}",
            [f"needed: {zones / config.time_zone}; on Debian and Ubuntu: apt install tzdata"],
        )


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("Đ", "D").replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-") or "study"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _specifiers(text: str) -> str:
    """Write text as a unit file takes it: a percent sign begins a specifier there."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Quote one of several values of a setting."""
    return '"' + _specifiers(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _word(text: str) -> str:
    """Quote one word of a command line: a dollar sign begins a variable there."""
    return _quoted(text).replace("$", "$$")
