"""`python -m tests.endpoints.transformers_child FOLDER [rote]`: `transformers serve` with a tiny
LLaVA.

Writes the model into the folder, tells the port that it was given, and ends when its input does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from transformers.cli.serve import Serve

from tests.endpoints.tiny_llava import write_llava

if __name__ == "__main__":
    write_llava(Path(sys.argv[1]), by_rote="rote" in sys.argv[2:])
    serve = Serve(sys.argv[1], host="127.0.0.1", port=0, device="cpu", non_blocking=True)
    while not serve.server.started:
        serve._thread.join(0.05)
    port = serve.server.servers[0].sockets[0].getsockname()[1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    serve.kill_server()
