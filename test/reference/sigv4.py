#!/usr/bin/env python3
"""Makes sigv4.inc: signatures of botocore's, which test_remote compares ours with.

    pip install botocore; test/reference/sigv4.py > test/reference/sigv4.inc
"""
import datetime
import json
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials

KEYS = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
MOMENT = datetime.datetime(2015, 8, 30, 12, 36, 0, tzinfo=datetime.timezone.utc)
CASES = [  # method, URL, service, session token, body, content type
    ("GET", "https://bucket.example.com/", "s3", "", "", ""),
    ("GET", "http://127.0.0.1:5000/bucket/a%20b/c%2Bd%3D%C3%A4~e.tar.gz", "s3", "", "", ""),
    ("GET", "https://s3.us-east-1.amazonaws.com/bucket/../x//y", "s3", "TOKEN/+=", "", ""),
    ("POST", "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/my-endpoint/invocations",
     "sagemaker", "", "1,2\n3,4\n", "text/csv"),
    ("POST", "http://localhost:8080/endpoints/a%20b/invocations", "sagemaker", "TOKEN", "{}",
     "application/json"),
    ("GET", "https://example.amazonaws.com/?Param1=value1&Param2=value2", "service", "", "", ""),
]


class Moment(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return MOMENT

    @classmethod
    def utcnow(cls):
        return MOMENT.replace(tzinfo=None)


def sign(method, url, service, token, body, kind):
    headers = {"content-type": kind} if kind else {}
    request = botocore.awsrequest.AWSRequest(method, url.split("?")[0], data=body.encode(), headers=headers,
                                             params=dict(pair.split("=") for pair in
                                                         url.partition("?")[2].split("&") if pair))
    credentials = botocore.credentials.Credentials(*KEYS, token or None)
    auth = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    request.context["client_config"] = None
    request.context["payload_signing_enabled"] = True
    with mock.patch.object(botocore.auth.datetime, "datetime", Moment, create=True) \
            if hasattr(botocore.auth.datetime, "datetime") else mock.patch.object(botocore.auth, "datetime", Moment):
        auth(credentials, service, "us-east-1").add_auth(request)
    return request.headers["Authorization"].partition(" SignedHeaders=")[2]


def main():
    for case in CASES:
        words = [json.dumps(word) for word in (*case, "SignedHeaders=" + sign(*case))]
        print("    { " + ",\n      ".join(words) + " },")


if __name__ == "__main__":
    main()
