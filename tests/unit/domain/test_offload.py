import asyncio
import threading

from pgrerank.domain.offload import FEW, in_thread, items, offload


async def test_little_work_is_done_at_once():
    assert await offload(threading.current_thread, items=FEW) is threading.main_thread()


async def test_long_work_shares_one_thread_and_lets_the_event_loop_go_on():
    go_on = threading.Event()

    def waiting():
        assert go_on.wait(30)
        return threading.current_thread()

    both = asyncio.gather(
        offload(waiting, items=FEW + 1), offload(threading.current_thread, items=FEW + 1)
    )
    await asyncio.sleep(0)
    go_on.set()  # the event loop sets it while the work waits for it
    first, second = await both

    assert first is second
    assert first is not threading.main_thread()


async def test_what_lets_the_interpreter_go_does_not_wait_for_long_work():
    go_on = threading.Event()
    long = asyncio.ensure_future(offload(lambda: go_on.wait(30)))
    await asyncio.sleep(0)

    found = await in_thread(threading.current_thread, items=FEW)
    go_on.set()

    assert found is not threading.main_thread()
    assert await long


def test_long_texts_and_objects_count_as_many_items():
    assert items(["a", "b"]) == 2
    assert items(["a" * 1024 * FEW]) > FEW
    assert items([{}, {}]) > FEW
