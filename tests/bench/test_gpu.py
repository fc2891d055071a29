"""The measurement of pictures on a GPU runs through where there is none, so it is known to work where there is one."""

import sys

import pytest

from bench import gpu


async def test_it_prints_each_way_of_each_rendition(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="make test installs PyTorch for the processor")
    monkeypatch.setattr(sys, "argv", ["gpu", "--turns", "1", "--size", "40x30"])
    await gpu.main()
    printed = capsys.readouterr().out
    for name in gpu.RENDITIONS:
        assert f"{name}: publish(tensor) " in printed
        assert f"{name}: publish(tensor.cpu().numpy()) " in printed
