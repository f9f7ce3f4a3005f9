"""The queue: order, states, events, and what a crash leaves."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from recto.engine.errors import InputError, NotFound
from recto.serving.jobs.job import Job, JobFile
from recto.serving.jobs.queue import MAX_ATTEMPTS, JobQueue, QueueFull


@pytest.fixture
def queue(tmp_path: Path) -> JobQueue:
    return JobQueue(tmp_path, most=3)


def job(*names: str, library: str = "main", tenant: str = "") -> Job:
    return Job(library=library, tenant=tenant, files=tuple(JobFile(name=name) for name in names))


def put(queue: JobQueue, *names: str, library: str = "main", tenant: str = "") -> str:
    made = job(*names, library=library, tenant=tenant)
    queue.put(made)
    return made.id


def taken(queue: JobQueue) -> Job:
    found = queue.take("main", timeout=0)
    assert found is not None
    return found


def test_jobs_are_taken_in_order_each_once(queue: JobQueue) -> None:
    first, second = put(queue, "a.pdf"), put(queue, "b.pdf")
    put(queue, "c.pdf", library="other")

    assert [taken(queue).id, taken(queue).id] == [first, second]
    assert queue.take("main", timeout=0) is None


def test_who_waits_is_woken_by_a_new_job(queue: JobQueue) -> None:
    got: list[Job | None] = []
    waiting = Thread(target=lambda: got.append(queue.take("main", timeout=60)))
    waiting.start()
    id = put(queue, "a.pdf")
    waiting.join()

    assert [job and job.id for job in got] == [id]


def test_too_many_jobs_are_refused(queue: JobQueue) -> None:
    for name in "abc":
        put(queue, name)

    with pytest.raises(QueueFull):
        put(queue, "d")
    put(queue, "d", library="other")


def test_a_job_ends_as_its_files_did(queue: JobQueue) -> None:
    put(queue, "a.pdf", "b.pdf")
    running = taken(queue)
    queue.note_file(running.id, 0, JobFile(name="a.pdf", state="added", pages=3))
    queue.note_file(running.id, 1, JobFile(name="b.pdf", state="failed", error="broken"))

    ended = queue.finish(running.id)

    assert ended.state == "failed"
    assert [file.state for file in ended.files] == ["added", "failed"]


def test_a_retry_tries_only_what_failed(queue: JobQueue) -> None:
    put(queue, "a.pdf", "b.pdf")
    running = taken(queue)
    queue.note_file(running.id, 0, JobFile(name="a.pdf", state="added"))
    queue.note_file(running.id, 1, JobFile(name="b.pdf", state="failed", error="broken"))
    queue.finish(running.id)

    again = queue.retry(running.id)

    assert again.state == "waiting"
    assert [(file.state, file.error) for file in again.files] == [("added", ""), ("waiting", "")]


def test_what_waits_is_cancelled_at_once_and_what_runs_when_it_can(queue: JobQueue) -> None:
    running, waiting = put(queue, "a.pdf"), put(queue, "b.pdf")
    taken(queue)

    assert queue.cancel(waiting).state == "cancelled"
    assert queue.cancel(running).cancelling
    assert queue.finish(running).state == "cancelled"
    assert queue.take("main", timeout=0) is None


def test_what_is_over_can_be_neither_cancelled_nor_retried(queue: JobQueue) -> None:
    id = put(queue, "a.pdf")
    queue.note_file(taken(queue).id, 0, JobFile(name="a.pdf", state="added"))
    assert queue.finish(id).state == "done"

    for change in (queue.cancel, queue.retry):
        with pytest.raises(InputError):
            change(id)
        with pytest.raises(NotFound):
            change("0" * 32)


def test_after_a_crash_running_jobs_wait_again(queue: JobQueue, tmp_path: Path) -> None:
    id = put(queue, "a.pdf")
    taken(queue)

    after = JobQueue(tmp_path, most=3)
    after.recover()

    assert taken(after).id == id


def test_a_job_that_ends_the_server_again_and_again_is_given_up(queue: JobQueue) -> None:
    id = put(queue, "a.pdf")
    for _ in range(MAX_ATTEMPTS):
        taken(queue)
        queue.recover()

    assert queue.take("main", timeout=0) is None
    assert queue.get(id).state == "failed"


def test_a_job_that_was_put_off_has_not_been_tried(queue: JobQueue) -> None:
    put(queue, "a.pdf")
    for _ in range(2 * MAX_ATTEMPTS):
        queue.postpone(taken(queue).id)

    assert taken(queue).attempts == 1


def test_events_tell_everything_once_and_in_order(queue: JobQueue) -> None:
    id = put(queue, "a.pdf")
    taken(queue)
    for page in (1, 2, 3):
        queue.note_page(id, {"index": 0, "page": page, "pages": 3})
    queue.note_file(id, 0, JobFile(name="a.pdf", state="added"))
    queue.finish(id)

    events = queue.events(id)

    numbers = [event.number for event in events]
    assert numbers == sorted(set(numbers))
    assert [e.data["state"] for e in events if e.kind == "state"] == ["waiting", "running", "done"]
    assert [event.data["page"] for event in events if event.kind == "page"][-1] == 3
    assert queue.events(id, after=numbers[-2]) == events[-1:]


def test_jobs_of_another_tenant_are_not_listed(queue: JobQueue) -> None:
    mine = put(queue, "a.pdf", tenant="a")
    put(queue, "b.pdf", tenant="b")

    assert [job.id for job in queue.of("main", "a")] == [mine]
