"""Trains an autoencoder on the features of a case, and writes it as ONNX with the error of its reconstruction as its one output.

    assay export features --case month.assay --out features.csv
    python train_autoencoder.py features.csv autoencoder.onnx
    assay model import autoencoder.onnx --case month.assay --direction higher-is-anomalous

Needs PyTorch 1.13 or newer and NumPy. The same file, seed and version of PyTorch give the same model; what is known of fraud is not
looked at. The input is named by the features, one a feature, so that no --map is needed.
"""

import argparse
import csv

import numpy
import torch

LEADING = 4  # id, time_ms, known_fraud, history
OPSET = 13


class Autoencoder(torch.nn.Module):
    """Features on their own scale in, the mean squared error of their reconstruction out: one number a row."""

    def __init__(self, middle, spread, hidden, bottleneck):
        super().__init__()
        width = len(middle)
        self.register_buffer("middle", torch.tensor(middle))
        self.register_buffer("spread", torch.tensor(spread))
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(width, hidden),
            torch.nn.Tanh(),
            torch.nn.Linear(hidden, bottleneck),
            torch.nn.Tanh(),
            torch.nn.Linear(bottleneck, hidden),
            torch.nn.Tanh(),
            torch.nn.Linear(hidden, width),
        )

    def forward(self, *columns):
        # The logarithm of large values keeps one column from being all of the error: sign(x) * log(1 + |x|).
        scaled = (torch.cat(columns, dim=1) - self.middle) / self.spread
        scaled = torch.sign(scaled) * torch.log(1 + torch.abs(scaled))
        error = self.layers(scaled) - scaled
        return (error * error).mean(dim=1, keepdim=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features", help="what `assay export features` wrote")
    parser.add_argument("output", help="the ONNX file to write")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--hidden", type=int, default=16)
    parser.add_argument("--bottleneck", type=int, default=3)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    torch.use_deterministic_algorithms(True)
    names, rows = read(chosen.features)
    middle = numpy.median(rows, axis=0)
    low, high = numpy.percentile(rows, [25, 75], axis=0)
    deviation = rows.std(axis=0)
    spread = numpy.where(high > low, high - low, numpy.where(deviation > 0, deviation, 1))
    model = Autoencoder(
        middle.astype(numpy.float32), spread.astype(numpy.float32), chosen.hidden, min(chosen.bottleneck, len(names))
    )
    train(model, torch.from_numpy(rows), chosen)
    write(model.eval(), names, chosen.output)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        names = next(csv.reader(file))[LEADING:]
        columns = range(LEADING, LEADING + len(names))
        rows = [[float(row[column]) for column in columns] for row in csv.reader(file)]
    return names, numpy.asarray(rows, dtype=numpy.float32)


def train(model, rows, chosen):
    optimiser = torch.optim.Adam(model.parameters(), lr=chosen.rate)
    for epoch in range(chosen.epochs):
        total = 0.0
        for part in torch.randperm(len(rows)).split(chosen.batch):
            error = model(rows[part]).mean()
            optimiser.zero_grad()
            error.backward()
            optimiser.step()
            total += error.item() * len(part)
        print(f"epoch {epoch + 1} of {chosen.epochs}: mean error {total / len(rows):.5f}", flush=True)


def write(model, names, path):
    example = tuple(torch.zeros(2, 1) for _ in names)
    axes = {name: {0: "rows"} for name in [*names, "score"]}
    torch.onnx.export(
        model, example, path, input_names=names, output_names=["score"], dynamic_axes=axes, opset_version=OPSET
    )
    print(f"{path}: {len(names)} features, one score")


if __name__ == "__main__":
    main()
