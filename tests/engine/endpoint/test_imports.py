from __future__ import annotations

import subprocess
import sys


def test_the_openai_package_is_imported_only_to_ask() -> None:
    program = (
        "import sys, recto, recto.engine.endpoint.opening, recto.serving.cli.app;"
        "print(sorted({'openai', 'httpx2', 'keyring', 'PIL'} & sys.modules.keys()))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout.strip() == b"[]"
