from __future__ import annotations

import asyncio

from conftest import Lab

from glassdome_broker import AsyncBroker, Credential, NotFound


def test_the_same_calls_without_blocking(lab: Lab) -> None:
    lab.store("Async DNS", {"dns_token": "async-value"}, env_names={"ASYNC_TOKEN": "dns_token"})

    async def use() -> None:
        async with AsyncBroker(lab.url, lab.client_id, lab.client_secret) as broker:
            environment, answers = await asyncio.gather(broker.environment(), broker.resolve(["Async DNS", "nobody"]))
            assert environment.variables["ASYNC_TOKEN"] == "async-value"
            assert isinstance(answers[0], Credential) and isinstance(answers[1], NotFound)
            await broker.report_usage(answers[0], success=True)

    asyncio.run(use())


def test_events_arrive(lab: Lab) -> None:
    credential = lab.store("Async events", {"dns_token": "one"})

    async def use() -> None:
        async with AsyncBroker(lab.url, lab.client_id, lab.client_secret) as broker:
            events = broker.events()
            assert (await events.__anext__()).kind == "reset"
            lab.owner("POST", f"/api/credentials/{credential}/rotate", {"fields": {"dns_token": "two"}})
            async for event in events:
                if event.kind == "credential.rotated":
                    break
            assert event.data["credential"]["id"] == credential

    asyncio.run(asyncio.wait_for(use(), 30))
