"""The Python of docs/integrations.md runs unchanged."""

import asyncio
import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "integrations.md"


async def test_the_examples_run(live):
    examples = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert len(examples) == 6
    given = {"url": live.url, "key": live.new_key()}

    def run() -> None:
        for example in examples:
            exec(compile(example, str(GUIDE), "exec"), given)  # noqa: S102 - ours

    await asyncio.to_thread(run)
    assert [document.metadata["lang"] for document in given["in_english"]] == ["en"]
    assert given["recall"] == 1
    assert given["best"][0].page_content == "Use pip install."
    assert [node.node.ref_doc_id for node in given["nodes"]] == ["install"]
    assert [each.content for each in given["answer"]["find"]["documents"]] == [
        "Install it with pip."
    ]
