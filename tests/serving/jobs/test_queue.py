"""The queue: order, states, events, and what a crash leaves."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from recto.engine.errors import InputError, NotFound
from recto.serving.jobs.job import Job, JobFile
from recto.serving.jobs.queue import MAX_ATTEMPTS, JobQueue, QueueFull

BYTES = 100


def opened(folder: Path) -> JobQueue:
    return JobQueue(folder, most=3, most_bytes=BYTES)


@pytest.fixture
def queue(tmp_path: Path) -> JobQueue:
    return opened(tmp_path)


def put(queue: JobQueue, *names: str, tenant: str = "", size: int = 0, token: str = "") -> str:
    files = tuple(JobFile(name=name) for name in names)
    made = Job(tenant=tenant, files=files, bytes=size, token=token)
    return queue.put(made)[0].id


def taken(queue: JobQueue) -> Job:
    found = queue.take(timeout=0)
    assert found is not None
    return found


def failed(queue: JobQueue, name: str, size: int = 0) -> str:
    id = put(queue, name, size=size)
    queue.finish(taken(queue).id, error="broken")
    return id


def test_jobs_are_taken_in_order_each_once(queue: JobQueue) -> None:
    first, second = put(queue, "a.pdf"), put(queue, "b.pdf")

    assert [taken(queue).id, taken(queue).id] == [first, second]
    assert queue.take(timeout=0) is None


def test_who_waits_is_woken_by_a_new_job(queue: JobQueue) -> None:
    got: list[Job | None] = []
    waiting = Thread(target=lambda: got.append(queue.take(timeout=60)))
    waiting.start()
    id = put(queue, "a.pdf")
    waiting.join()

    assert [job and job.id for job in got] == [id]


def test_too_many_jobs_are_refused(queue: JobQueue) -> None:
    for name in "abc":
        put(queue, name)

    with pytest.raises(QueueFull):
        put(queue, "d")
    put(queue, "d", tenant="other")


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
    assert queue.take(timeout=0) is None


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

    after = opened(tmp_path)
    assert after.recover() == []

    assert taken(after).id == id


def crash(queue: JobQueue, times: int) -> list[Job]:
    over: list[Job] = []
    for _ in range(times):
        taken(queue)
        over += queue.recover()
    return over


def test_a_file_that_ends_the_server_again_and_again_is_given_up(queue: JobQueue) -> None:
    id = put(queue, "a.pdf")

    (over,) = crash(queue, MAX_ATTEMPTS)

    assert queue.take(timeout=0) is None
    assert queue.get(id) == over
    assert (over.state, over.files[0].state) == ("failed", "failed")
    assert "3 times" in over.files[0].error


def test_the_files_after_one_that_is_given_up_are_read(queue: JobQueue) -> None:
    id = put(queue, "fine.pdf", "poison.pdf", "good.pdf")
    queue.note_file(taken(queue).id, 0, JobFile(name="fine.pdf", state="added"))
    queue.recover()

    over = crash(queue, MAX_ATTEMPTS - 1)

    assert over == []
    states = [file.state for file in taken(queue).files]
    assert states == ["added", "failed", "waiting"]
    told = [event.data for event in queue.events(id) if event.kind == "file"]
    assert [(file["index"], file["state"]) for file in told] == [(0, "added"), (1, "failed")]


def test_what_was_to_be_cancelled_when_the_server_died_is(queue: JobQueue) -> None:
    id = put(queue, "a.pdf")
    crash(queue, MAX_ATTEMPTS - 1)
    taken(queue)
    queue.cancel(id)

    (over,) = queue.recover()

    assert (over.state, over.files[0].state) == ("cancelled", "cancelled")
    queue.retry(id)
    again = taken(queue)
    assert not again.cancelling
    queue.note_file(id, 0, JobFile(name="a.pdf", state="added"))
    assert queue.finish(id).state == "done"


def test_what_is_put_off_while_it_is_to_be_cancelled_is_cancelled(queue: JobQueue) -> None:
    id = put(queue, "a.pdf")
    taken(queue)
    queue.cancel(id)

    queue.postpone(id)

    assert queue.get(id).state == "cancelled"


def test_tenants_take_turns(queue: JobQueue) -> None:
    for name in "12":
        put(queue, name, tenant="a")
    put(queue, "3", tenant="b")

    assert queue.others_wait("a")
    assert [taken(queue).files[0].name for _ in range(3)] == ["1", "3", "2"]
    assert not queue.others_wait("a")


def test_a_job_that_makes_way_comes_again_after_the_others(queue: JobQueue) -> None:
    put(queue, "1", tenant="a")
    put(queue, "2", tenant="b")
    queue.postpone(taken(queue).id)

    assert [taken(queue).files[0].name for _ in range(2)] == ["2", "1"]


def test_bytes_that_are_kept_are_bounded_for_each_tenant(queue: JobQueue) -> None:
    put(queue, "a", size=60)

    with pytest.raises(QueueFull, match="60 wait already"):
        put(queue, "b", size=60)
    put(queue, "b", size=60, tenant="other")
    put(queue, "c", size=40)


def test_what_failed_makes_room_for_what_comes(queue: JobQueue) -> None:
    old = failed(queue, "a", size=60)
    young = failed(queue, "b", size=30)

    _, forgotten = queue.put(Job(tenant="", files=(JobFile(name="c"),), bytes=50))

    assert forgotten == [old]
    with pytest.raises(NotFound):
        queue.get(old)
    assert queue.events(old) == []
    assert queue.get(young).state == "failed"


def test_as_many_that_are_over_are_remembered_as_may_wait(queue: JobQueue) -> None:
    ids = [failed(queue, name) for name in "abcd"]

    assert queue.keeping() == set(ids[1:])


def test_an_upload_that_is_sent_again_is_one_job(queue: JobQueue) -> None:
    first = put(queue, "a.pdf", size=5, token="t")

    assert put(queue, "a.pdf", size=5, token="t") == first
    assert put(queue, "a.pdf", size=5, token="t", tenant="other") != first
    with pytest.raises(InputError, match="other files"):
        put(queue, "b.pdf", size=5, token="t")


def test_what_was_begun_is_known_before_its_files_are_there(queue: JobQueue) -> None:
    def asked(name: str, *, token: str = "t", replaces: str = "") -> Job:
        return Job(tenant="", files=(JobFile(name=name),), token=token, replaces=replaces)

    assert queue.begun(asked("a.pdf")) is None
    first = put(queue, "a.pdf", size=5, token="t")

    found = queue.begun(asked("a.pdf"))
    assert found is not None
    assert found.id == first
    for other in (asked("b.pdf"), asked("a.pdf", replaces="elsewhere")):
        with pytest.raises(InputError, match="other files"):
            queue.begun(other)
    put(queue, "b.pdf")
    put(queue, "c.pdf")
    with pytest.raises(QueueFull):
        queue.begun(asked("d.pdf", token=""))


def test_what_is_over_can_be_removed(queue: JobQueue) -> None:
    over, waiting = failed(queue, "a"), put(queue, "b")

    assert queue.remove(over).id == over
    with pytest.raises(NotFound):
        queue.remove(over)
    with pytest.raises(InputError, match="cancel it first"):
        queue.remove(waiting)


def test_jobs_are_listed_by_state_and_in_parts(queue: JobQueue) -> None:
    first, second = failed(queue, "a"), failed(queue, "b")
    third = put(queue, "c")

    def listed(**confined: int) -> list[str]:
        return [job.id for job in queue.of("", states=("failed", "done"), **confined)]

    assert [job.id for job in queue.of("")] == [third, second, first]
    assert (listed(limit=1), listed(offset=1), listed()) == ([second], [first], [second, first])


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

    assert [job.id for job in queue.of("a")] == [mine]
