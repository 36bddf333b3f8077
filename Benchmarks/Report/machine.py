"""Where and with what it was measured."""

from __future__ import annotations

import os
import pathlib
import platform
import re
import subprocess
import time

from contestants import Programs


def first_line(*command: str | pathlib.Path) -> str:
    try:
        finished = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    lines = (finished.stdout or finished.stderr).strip().splitlines()
    return lines[0].strip() if lines else "unknown"


def processor() -> str:
    try:
        described = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return first_line("sysctl", "-n", "machdep.cpu.brand_string")
    found = re.search(r"^model name\s*:\s*(.*)$", described, re.M)
    return found.group(1) if found else platform.machine()


def described(root: pathlib.Path, programs: Programs) -> dict[str, str]:
    import json

    versions = {}
    resolved = root / "Benchmarks/Package.resolved"
    if resolved.exists():
        for pin in json.loads(resolved.read_text())["pins"]:
            versions[pin["identity"]] = pin["state"].get("version", "unknown")
    packages = (root / "Benchmarks/Peers/requirements.txt").read_text().split("\n")
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        memory = f"{pages * size / 2**30:.0f} GiB"
    except (ValueError, OSError):
        memory = "unknown"
    return {
        "day": time.strftime("%Y-%m-%d"),
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "memory": memory,
        "system": f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}",
        "swift": re.sub(r".*(Swift version \S+).*", r"\1", first_line("swift", "--version")),
        "swift-nio": versions.get("swift-nio", "unknown"),
        "python": first_line(programs.python, "--version"),
        "python packages": ", ".join(line.replace("==", " ") for line in packages if "==" in line),
        "openssl": first_line("openssl", "version"),
        "commit": first_line("git", "-C", str(root), "rev-parse", "--short", "HEAD"),
    }
