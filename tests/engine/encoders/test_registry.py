import subprocess
import sys
from pathlib import Path

import pytest

from recto.engine.encoders.registry import canonical, choices, make, names
from recto.engine.errors import EncoderError, InputError


def test_make_gives_an_encoder_of_that_name() -> None:
    assert names()[0] == "words"
    assert make("words").id.name == "words"


def test_make_of_an_unknown_name_says_which_exist() -> None:
    with pytest.raises(InputError, match=r"'word'.*words"):
        make("word")


def test_names_are_short_and_lead_to_one_checkpoint_each() -> None:
    places = [canonical(name) for name in names()]
    assert len(set(places)) == len(places)
    assert canonical("colqwen2.5") == canonical("ColQwen2.5") == "vidore/colqwen2.5-v0.2"
    assert canonical("vidore/colpali-v1.3") == "vidore/colpali-v1.3"


def test_folder_is_found_from_wherever_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    assert canonical("model") == str(tmp_path / "model")


def test_choices_are_those_of_the_kind_of_encoder() -> None:
    assert choices("words") == {}
    assert "dtype" in choices("colqwen2.5")
    remote = choices("vllm+http://127.0.0.1:1/m")
    assert "prefix" in remote
    assert "dtype" not in remote


def test_built_in_encoder_has_no_settings() -> None:
    with pytest.raises(EncoderError, match="'words' has no setting 'dtype'; it has none"):
        make("words", settings={"dtype": "float32"})


@pytest.mark.parametrize("package", ["torch", "colpali_engine.models"])
def test_missing_extra_is_named_with_the_command_that_installs_it(package: str) -> None:
    program = (
        "import sys\n"
        f"sys.modules[{package!r}] = None\n"
        "from recto.engine.encoders.registry import make\n"
        "from recto.engine.errors import MissingExtra\n"
        "try:\n"
        "    make('vidore/colpali-v1.3')\n"
        "except MissingExtra as error:\n"
        "    print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert 'pip install "recto[colpali]"' in ran.stdout, ran.stderr


def test_import_loads_no_model_library() -> None:
    heavy = ("onnxruntime", "tokenizers", "torch", "transformers", "colpali_engine", "scipy")
    program = (
        "import sys, recto.engine.encoders.registry, recto.engine.encoders.words.encoder;"
        "import recto.engine.encoders.colpali.placement, recto.engine.encoders.colpali.pooling;"
        "import recto.engine.encoders.colpali.checkpoint, recto.opening;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr
