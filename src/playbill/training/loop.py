"""The training loop: every training of Playbill goes through it, step by step.

One process a device, through Lightning Fabric; `torchrun` spreads it over machines. What a step
learns from depends on the seed, the step and the process alone, so a resumed training draws the
curve that it would have drawn.
"""

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from playbill.errors import TrainingError
from playbill.pipeline.prefetch import prefetch
from playbill.training.checkpoint import FILE, Checkpoint, read_checkpoint, write_checkpoint
from playbill.training.curve import CurveWriter
from playbill.training.ema import Average
from playbill.training.interrupts import whole
from playbill.training.optimiser import learning_rate, make_optimisers
from playbill.training.progress import Hook, TrainingProgress, silent
from playbill.training.settings import LoopSettings
from playbill.training.task import Task

AHEAD = 4
"""Batches made while a graphics card works on another."""
QUIET_S = 10.0
"""After so many seconds without a word the next step is told of, point of the curve or not."""


class Loop:
    """A task on its way from the first step to the last, in a folder it can be resumed from."""

    def __init__(
        self, task: Task, settings: LoopSettings, folder: Path, *, network: str, hook: Hook = silent
    ) -> None:
        """Set up, or go on from the checkpoint in `folder`.

        Args:
            task: what to train.
            settings: how.
            folder: is there; checkpoint and curve go into it.
            network: names what is trained, in the checkpoint.
            hook: is told how it goes, in the first of several processes.

        Raises:
            TrainingError: the checkpoint is of another network or cannot be read; or several
                processes do not see the same one.
        """
        self.task, self.settings, self.folder = task, settings, folder
        self.network, self.hook = network, hook
        self.fabric = _fabric(settings)
        self.module = task.module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Average(self.module, settings.ema) if settings.ema else None
        self.step = 0
        self.losses: list[dict[str, float]] = []  # of the steps since the last point of the curve
        optimisers = make_optimisers(self.module, settings)
        self.model, *self.optimisers = self.fabric.setup(self.module, *optimisers)
        if self.average:
            self.average.module.to(self.fabric.device)
        self._resume()
        self.evaluated_at = -1
        self.is_torn = False  # within a step that is not done
        self.curve: CurveWriter | None = None

    @property
    def trained(self) -> nn.Module:
        """What is evaluated and exported: the moving average, if there is one."""
        return self.average.module if self.average else self.module

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes files; the only one, or the first of several."""
        return bool(self.fabric.is_global_zero)

    def run(self) -> dict[str, float]:
        """Train to the last step and return the measures at the end.

        Raises:
            TrainingError: the loss or its gradient is no number any more; the last checkpoint is
                from before.
            OutputError: a checkpoint cannot be written; the last one is kept.
        """
        self.curve = CurveWriter(self.folder, step=self.step) if self.is_first else None
        self.started = self.told_at = time.monotonic()
        self.begun_at, self.evaluating_s = self.step, 0.0
        with self._saving_when_interrupted():
            measures = self._train()
            if self.evaluated_at != self.step:
                measures = self._evaluated()
                self._note(measures)
        self.save()
        if self.curve:
            self.curve.close()
        return measures

    def end_others(self) -> None:
        """Go on in the first of several processes alone, which writes the network.

        Each has running figures of its own; files of several would not fit each other.

        Raises:
            SystemExit: this is another process, and its work is done.
        """
        if not self.is_first:
            raise SystemExit(0)

    def save(self) -> None:
        """Write the checkpoint and bring the pictures of the curve up to date."""
        if not self.curve:
            return
        write_checkpoint(
            self.folder / FILE,
            Checkpoint(
                network=self.network,
                step=self.step,
                module=self.module.state_dict(),
                optimisers=[optimiser.state_dict() for optimiser in self.optimisers],
                average=self.average.module.state_dict() if self.average else None,
                losses=self.losses,
            ),
        )
        self.curve.draw(self.network)

    def _train(self) -> dict[str, float]:
        """All steps from here on; the measures of the last evaluation, if there was one."""
        measures = self._look() if self.losses else {}
        saved = time.monotonic()
        with self._batches() as batches:
            for batch in batches:
                with whole():
                    self._do_step(batch)
                measures = self._look() or measures
                if time.monotonic() - saved > self.settings.checkpoint_every_s:
                    self.save()
                    saved = time.monotonic()
        return measures

    @contextmanager
    def _saving_when_interrupted(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            if not self.is_torn:
                self.save()
            raise

    def _resume(self) -> None:
        """Go on from the checkpoint; after `setup`, so that all figures come to their device."""
        if (self.folder / FILE).exists():
            self._take(read_checkpoint(self.folder / FILE, network=self.network))
        if self.fabric.broadcast(self.step) != self.step:
            raise TrainingError(
                f"{self.folder}: the first process goes on from another checkpoint than this one, "
                "expected one folder on a disk that all machines share"
            )

    def _take(self, found: Checkpoint) -> None:
        try:
            self.module.load_state_dict(found.module)
            for optimiser, state in zip(self.optimisers, found.optimisers, strict=True):
                optimiser.load_state_dict(state)
            if self.average and found.average:
                self.average.module.load_state_dict(found.average)
        except (RuntimeError, ValueError, KeyError) as error:
            told = str(error).split("\n\t")  # torch: the class, then a line for each figure
            raise TrainingError(
                f"{self.folder / FILE}: the checkpoint does not fit what is trained here: "
                f"{' '.join(told[min(1, len(told) - 1)].split())}"
            ) from error
        self.step, self.losses = found.step, found.losses

    @contextmanager
    def _batches(self) -> Iterator[Iterator[tuple[Tensor, ...]]]:
        """The batches from here to the end; a graphics card has the next ones made meanwhile."""
        steps = range(self.step, self.settings.steps)
        rank, ranks = self.fabric.global_rank, self.fabric.world_size
        made = (self.task.batch(step * ranks + rank) for step in steps)
        if self.fabric.device.type == "cpu":
            yield made
            return
        ahead = prefetch(made, AHEAD)
        try:
            yield ahead
        finally:
            ahead.close()

    def _do_step(self, batch: tuple[Tensor, ...]) -> None:
        self.is_torn = True
        self.losses.append(self._train_on(batch))
        self.step += 1
        self.is_torn = False

    def _train_on(self, batch: tuple[Tensor, ...]) -> dict[str, float]:
        """Loss, gradient, weights."""
        torch.manual_seed(self.settings.seed * 1_000_003 + self.step)
        rate = learning_rate(self.step, self.settings)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate * group.get("scale", 1.0)
        self.model.train()
        with self.fabric.autocast():
            loss, parts = self.task.loss(self.model, self.fabric.to_device(batch))
        values = {"loss": loss.item()} | {name: part.item() for name, part in parts.items()}
        self._require_number("loss", values["loss"])
        self.model.zero_grad()
        self.fabric.backward(loss)
        longest = self.settings.clip or math.inf
        length = nn.utils.clip_grad_norm_(self.model.parameters(), longest).item()
        self._require_number("length of the gradient", length)
        for optimiser in self.optimisers:
            optimiser.step()
        if self.average:
            self.average.follow(self.module, self.step)
        return values

    def _require_number(self, what: str, found: float) -> None:
        """Refuse NaN and infinity before they come into the weights."""
        if math.isfinite(found):
            return
        there = (self.folder / FILE).exists()
        raise TrainingError(
            f"{self.network}: the {what} is {found} at step {self.step}, expected a number; "
            + (f"the last good checkpoint is {self.folder / FILE}" if there else "none was saved")
            + "; begin in another folder with a learning rate below "
            f"{self.settings.learning_rate:g}"
        )

    def _look(self) -> dict[str, float]:
        """Add to the curve where it is time to; evaluate where it is time to; say how it goes."""
        last, every = self.step == self.settings.steps, self.settings.evaluate_every
        measures = self._evaluated() if every and self.step % every == 0 else {}
        is_point = bool(measures) or last or self.step % self.settings.log_every == 0
        if not is_point and time.monotonic() - self.told_at < QUIET_S:
            return {}
        count = len(self.losses)
        means = {name: sum(one[name] for one in self.losses) / count for name in self.losses[0]}
        if is_point:
            self.losses.clear()
            rate = learning_rate(self.step - 1, self.settings)
            self._note({**means, "learning rate": rate, **measures})
        self._tell(means["loss"], measures)
        return measures

    def _tell(self, loss: float, measures: dict[str, float]) -> None:
        done = self.step - self.begun_at
        if not (done and self.is_first):
            return
        self.told_at = time.monotonic()
        self.hook(
            TrainingProgress(
                device=_device_name(self.fabric.device),
                step=self.step,
                steps=self.settings.steps,
                steps_per_s=done / (self.told_at - self.started - self.evaluating_s),
                loss=loss,
                measures=measures,
            )
        )

    def _note(self, values: dict[str, float]) -> None:
        if self.curve:
            self.curve.add(self.step, values)

    def _evaluated(self) -> dict[str, float]:
        begun = time.monotonic()
        module = self.trained.eval()
        with torch.inference_mode(), self.fabric.autocast():
            measures = self.task.evaluate(module)
        self.evaluating_s += time.monotonic() - begun
        self.evaluated_at = self.step
        return measures


def _fabric(settings: LoopSettings) -> Fabric:
    """This process's part; torchrun says how many there are, here and in all."""
    devices = int(os.environ.get("LOCAL_WORLD_SIZE", settings.devices))
    machines = int(os.environ.get("GROUP_WORLD_SIZE", "1"))
    strategy = "ddp" if devices * machines > 1 else "auto"
    fabric = Fabric(
        devices=devices, num_nodes=machines, strategy=strategy, precision=_precision(settings)
    )
    fabric.launch()
    return fabric


def _precision(settings: LoopSettings) -> Literal["bf16-mixed", "32-true"]:
    quick = torch.cuda.is_bf16_supported() if torch.cuda.is_available() else _computes_in_bf16()
    wanted = "bf16" if settings.precision == "auto" and quick else settings.precision
    return "bf16-mixed" if wanted == "bf16" else "32-true"


def _computes_in_bf16() -> bool:
    asked = torch.ops.mkldnn._is_mkldnn_bf16_supported  # noqa: SLF001 - there is no public way
    return bool(torch.backends.mkldnn.enabled and asked())


def _device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} processor threads, no graphics card"
