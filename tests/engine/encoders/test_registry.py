import subprocess
import sys

import pytest

from recto.engine.encoders.registry import make, names
from recto.engine.errors import InputError


def test_make_gives_an_encoder_of_that_name() -> None:
    assert names()[0] == "words"
    assert make("words").id.name == "words"


def test_make_of_an_unknown_name_says_which_exist() -> None:
    with pytest.raises(InputError, match=r"'word'.*words"):
        make("word")


def test_import_loads_no_model_library() -> None:
    program = (
        "import sys, recto.engine.encoders.registry, recto.engine.encoders.words.encoder;"
        "print([m for m in ('onnxruntime', 'tokenizers') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr
