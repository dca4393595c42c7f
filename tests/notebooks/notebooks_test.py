"""Executes every notebook against a results file made for it.

    python3 notebooks_test.py MESHPLAN SAMPLE_RESULTS CHECKOUT [unittest arguments]
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import nbformat
from nbconvert.preprocessors import ExecutePreprocessor

MESHPLAN, SAMPLE_RESULTS, CHECKOUT = sys.argv[1:4]
FIGURES = {"disk_exhaustion_forecast": 3, "mechanism_comparison": 2, "accuracy": 2}


def setUpModule():
    global folder, notebooks
    folder = tempfile.TemporaryDirectory()
    notebooks = pathlib.Path(CHECKOUT) / "notebooks"
    os.environ["MPLCONFIGDIR"] = os.environ["IPYTHONDIR"] = os.environ["JUPYTER_RUNTIME_DIR"] = folder.name
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"


def tearDownModule():
    folder.cleanup()


def execute(name, database):
    os.environ["MESHPLAN_DB"] = str(database)
    notebook = nbformat.read(notebooks / f"{name}.ipynb", as_version=4)
    ExecutePreprocessor(timeout=120, kernel_name="python3").preprocess(notebook, {"metadata": {"path": folder.name}})
    return notebook


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def printed(notebook):
    return "".join(o.get("text", "") for o in outputs(notebook))


class Notebooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = pathlib.Path(folder.name) / "runs.db"
        subprocess.run([SAMPLE_RESULTS, cls.database], check=True, timeout=60)
        ran = subprocess.run([MESHPLAN, "run", f"{CHECKOUT}/scenarios/media_mesh.yaml", "--replicates", "30", "--db", cls.database],
                             capture_output=True, text=True, timeout=300)
        assert ran.returncode in (0, 3), ran.stderr
        cls.executed = {name: execute(name, cls.database) for name in FIGURES}

    def test_there_is_a_test_for_each(self):
        self.assertEqual({file.stem for file in notebooks.glob("*.ipynb")}, set(FIGURES))

    def test_each_executes_and_holds_its_figures(self):
        for name, figures in FIGURES.items():
            with self.subTest(name):
                shown = outputs(self.executed[name])
                images = [o.data["image/png"] for o in shown if "image/png" in o.get("data", {})]
                self.assertEqual(len(images), figures)
                for image in images:
                    self.assertGreater(len(image), 5_000)  # not an empty pair of axes
                self.assertEqual([o for o in shown if o.output_type == "error" or o.get("name") == "stderr"], [])

    def test_the_forecast_is_about_the_run_that_was_made(self):
        self.assertIn("media-mesh, 30 replicates", printed(self.executed["disk_exhaustion_forecast"]))

    def test_the_tables_hold_what_was_stored(self):
        tables = lambda name: " ".join(o.data.get("text/html", "") for o in outputs(self.executed[name]) if "data" in o)
        self.assertIn("own server", tables("mechanism_comparison"))
        self.assertIn("heap_size", tables("accuracy"))

    def test_they_are_committed_without_output(self):
        for name in FIGURES:
            self.assertEqual(outputs(nbformat.read(notebooks / f"{name}.ipynb", as_version=4)), [], name)


class Matrix(unittest.TestCase):
    def test_the_comparison_shows_the_matrix_of_mechanisms(self):
        database = pathlib.Path(folder.name) / "matrix.db"
        ran = subprocess.run([MESHPLAN, "compare", f"{CHECKOUT}/scenarios/federated_mesh.yaml", "--mechanisms", "logical,event",
                              "--replicates", "5", "--db", database], capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        executed = execute("mechanism_comparison", database)
        images = [o for o in outputs(executed) if "image/png" in o.get("data", {})]
        self.assertGreaterEqual(len(images), 1)
        tables = " ".join(o.data.get("text/html", "") for o in outputs(executed) if "data" in o)
        self.assertIn("network_bytes weekly_engagement", tables)
        self.assertIn("no such node", tables)


class WithoutFindings(unittest.TestCase):
    def test_a_file_without_comparisons_and_measurements_says_what_to_do(self):
        database = pathlib.Path(folder.name) / "plain.db"
        ran = subprocess.run([MESHPLAN, "run", f"{CHECKOUT}/scenarios/lab_inserts.yaml", "--replicates", "3", "--db", database],
                             capture_output=True, text=True, timeout=120)
        self.assertIn(ran.returncode, (0, 3), ran.stderr)
        self.assertIn("meshplan compare", printed(execute("mechanism_comparison", database)))
        self.assertIn("tools/accuracy stores them", printed(execute("accuracy", database)))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
