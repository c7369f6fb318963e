"""What the recipes write: models, rows.csv and cases.tsv, as make.py describes them."""
import numpy as np


class Cases:
    def __init__(self, folder, train, rows):
        self.folder, self.train, self.rows = folder, train, rows
        self.lines, self.expected = [], {}

    def add(self, name, file, columns, types, returns, predicted, largest=1.0, settings=""):
        predicted = np.asarray(predicted)
        names = []
        if predicted.ndim == 1:
            names.append(name)
            self.expected[name] = predicted
        else:
            for label in range(predicted.shape[1]):
                names.append(f"{name}_{label}")
                self.expected[names[-1]] = predicted[:, label]
        self.lines.append([name, file, ",".join(columns), ",".join(types), returns, ",".join(names),
                           repr(float(largest))] + [settings] * bool(settings))

    def write(self):
        frame = self.rows.copy()
        for name, values in self.expected.items():
            frame[name] = values if values.dtype.kind in "iu" else values.astype("f8")
        if "s" in frame:
            frame["s"] = frame["s"].astype(object)
        frame.to_csv(self.folder / "rows.csv", index=False, float_format="%.17g")
        text = "".join("\t".join(line) + "\n" for line in self.lines)
        (self.folder / "cases.tsv").write_text(text, encoding="utf-8")
