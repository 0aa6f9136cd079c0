import re
import subprocess
import sys

from app.jobs.port import JobName
from app.settings import PREFIX, ROOT, Settings
from app.tasks import HANDLERS

SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}


def _named_in(file: str) -> set[str]:
    return set(re.findall(rf"\b{PREFIX}[A-Z0-9_]+\b", (ROOT / file).read_text(encoding="utf-8")))


def test_the_example_environment_names_every_setting_and_no_other() -> None:
    assert _named_in(".env.example") == SETTINGS


def test_the_readme_names_every_setting_and_no_other() -> None:
    assert _named_in("README.md") == SETTINGS


def test_arithmetic_loads_with_neither_flask_nor_sqlalchemy() -> None:
    code = (
        "import importlib, pkgutil, sys, app.domain, app.rules\n"
        "for package in (app.domain, app.rules):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "print(*sorted({'flask', 'sqlalchemy', 'numpy', 'sklearn', 'pandas'} & set(sys.modules)))\n"
    )
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert printed.split() == []


def test_every_job_has_a_handler() -> None:
    assert set(HANDLERS) == set(JobName)


def test_no_money_is_ever_a_float() -> None:
    """Floats live in the detector and the receipt reader, where they are probabilities and pixels."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("domain", "models", "services", "queries", "ingest", "rules")
        for path in sorted((ROOT / "app" / folder).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bfloat\(|\bFloat\b", line) or ("_minor" in line and "float" in line)
    ]

    assert found == []
