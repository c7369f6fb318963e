#!/usr/bin/env python3
"""Remote models and S3 against servers that others wrote: MLflow's scoring server, and moto's simulator
of AWS with its authentication on. Run by tools/live.sh within an environment that has them.

    test_remote_live.py FORETELL
"""
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

FORETELL = str(pathlib.Path(sys.argv.pop(1)).resolve())
BIN = pathlib.Path(sys.executable).parent
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "FORETELL_"))}
CLEAN["PATH"] = f"{BIN}:{CLEAN['PATH']}"  # MLflow starts what it finds there
CLEAN.update(NO_PROXY="127.0.0.1", no_proxy="127.0.0.1", MLFLOW_TRACKING_URI="", GIT_PYTHON_REFRESH="quiet")
os.environ.update(NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post(url, data):
    request = urllib.request.Request(url, data=data, method="POST",
                                     headers={"content-type": "application/octet-stream"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read()


@contextlib.contextmanager
def running(words, url, folder):
    with open(folder / "log", "w+", encoding="utf-8") as log, \
            subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=CLEAN) as process:
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(url, timeout=2).close()
                    break
                if process.poll() is not None:
                    break
                time.sleep(0.1)
            else:
                process.terminate()
            if process.poll() is not None:
                raise RuntimeError(f"{words[0]} did not start: {(folder / 'log').read_text()[-2000:]}")
            yield process
        finally:
            process.terminate()


def run(text, **environment):
    return subprocess.run([FORETELL, "-q", "--format", "csv"], input=text, capture_output=True, text=True,
                          timeout=120, check=False, env=dict(CLEAN, **environment))


class Aws(unittest.TestCase):
    """The simulator checks signatures: what a wrong secret signs is refused."""

    @classmethod
    def setUpClass(cls):
        import boto3
        cls.stack = contextlib.ExitStack()
        folder = pathlib.Path(cls.stack.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        cls.stack.enter_context(running([str(BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
                                        cls.url + "/moto-api/", folder))
        keys = {"endpoint_url": cls.url, "region_name": "eu-central-1", "aws_access_key_id": "x",
                "aws_secret_access_key": "y"}
        iam = boto3.client("iam", **keys)
        iam.create_user(UserName="analyst")
        made = iam.create_access_key(UserName="analyst")["AccessKey"]
        iam.put_user_policy(UserName="analyst", PolicyName="all", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sagemaker:*"],
                                                     "Resource": "*"}]}))
        store = boto3.client("s3", **keys)
        store.create_bucket(Bucket="models.of.mine",
                            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        store.put_object(Bucket="models.of.mine", Key="jobs/odd/output/model.tar.gz", Body=b"not an archive")
        store.put_object(Bucket="models.of.mine", Key="large", Body=b"\0" * 3000000)
        post(cls.url + "/moto-api/static/sagemaker/endpoint-results", json.dumps(
            {"region": "eu-central-1", "results": [{"Body": "1.5\n2.5\n", "ContentType": "text/csv"}] * 3}).encode())
        post(cls.url + "/moto-api/reset-auth", b"0")
        cls.keys = {"AWS_ENDPOINT_URL": cls.url, "AWS_REGION": "eu-central-1", "HOME": str(folder),
                    "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
                    "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    endpoint = ("CREATE MODEL m FUNCTION f (DOUBLE PRECISION) RETURNS DOUBLE PRECISION SAGEMAKER 'served'; "
                "SELECT f(i) AS p FROM range(2) t(i)")

    def test_an_endpoint_is_invoked(self):
        done = run(self.endpoint, **self.keys)
        self.assertEqual((done.stdout, done.stderr), ("p\n1.5\n2.5\n", ""))

    def test_a_wrong_secret_is_refused(self):
        wrong = dict(self.keys, AWS_SECRET_ACCESS_KEY="wrongSECRETwrongSECRETwrongSECRETwrongSE")
        done = run(self.endpoint, **wrong)
        self.assertIn("SignatureDoesNotMatch", done.stderr)
        self.assertNotIn("wrongSECRET", done.stderr)
        done = run("CREATE MODEL x FROM 's3://models.of.mine/large' FUNCTION g(DOUBLE) RETURNS DOUBLE", **wrong)
        self.assertIn("error 42501", done.stderr)
        self.assertIn("SignatureDoesNotMatch", done.stderr)

    def test_objects_are_read(self):
        """They arrive: what is said is what the reader of models says of them."""
        done = run("CREATE MODEL x FROM 's3://models.of.mine/jobs/odd/output/model.tar.gz' FUNCTION g(DOUBLE) "
                   "RETURNS DOUBLE", **self.keys)
        self.assertNotIn("cannot be read: status", done.stderr)
        self.assertIn("error", done.stderr)
        again = run("CREATE MODEL x FROM 'odd' FUNCTION g(DOUBLE) RETURNS DOUBLE",
                    FORETELL_ARTIFACTS="s3://models.of.mine/jobs/", **self.keys)
        self.assertEqual(done.stderr.splitlines()[0], again.stderr.splitlines()[0])
        done = run("CREATE MODEL x FROM 's3://models.of.mine/none' FUNCTION g(DOUBLE) RETURNS DOUBLE", **self.keys)
        self.assertIn("status 404", done.stderr)


class Mlflow(unittest.TestCase):
    """A scikit-learn model behind MLflow's own scoring server, which speaks JSON."""

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        folder = pathlib.Path(cls.stack.enter_context(tempfile.TemporaryDirectory()))
        subprocess.run([sys.executable, "-c", "import mlflow.sklearn, sys; from sklearn.linear_model import "
                        "LinearRegression as L; mlflow.sklearn.save_model(L().fit([[0, 0], [1, 0], [0, 1]], [1, 3, 5]), "
                        "sys.argv[1], serialization_format='pickle', pip_requirements=[])", str(folder / "model")],
                       check=True, env=CLEAN, cwd=folder, capture_output=True)
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        cls.stack.enter_context(running(
            [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder / "model"), "-h", "127.0.0.1",
             "-p", str(port), "--env-manager", "local"], cls.url + "/ping", folder))

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def test_predictions_come_back(self):
        text = (f"CREATE MODEL m FUNCTION f (SUPER) RETURNS SUPER SAGEMAKER '{self.url}' "
                "SETTINGS (MAX_BATCH_ROWS 1);\n"
                "SELECT round((f({'inputs': [[i, 2 * i]]}) ->> '$.predictions[0]')::DOUBLE, 6) AS p "
                "FROM range(4) t(i)")
        done = run(text)
        self.assertEqual((done.stdout, done.stderr), ("p\n1.0\n11.0\n21.0\n31.0\n", ""))

    def test_what_the_server_says_is_told(self):
        done = run(f"CREATE MODEL m FUNCTION f (INTEGER) RETURNS DOUBLE SAGEMAKER '{self.url}/invocations'; SELECT f(1)")
        self.assertIn("error", done.stderr)
        self.assertIn('endpoint "http://127.0.0.1', done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
