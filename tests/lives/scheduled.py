"""What runs by the calendar."""

from tests.workflows.world import World


async def snapshotted(world: World) -> None:
    await world.open()
    await world.client.execute_workflow(
        "ForecastSnapshot", id=f"snapshot-{world.task_queue}", task_queue=world.task_queue
    )
