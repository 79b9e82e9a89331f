"""An S3-compatible store that checks every signature (moto with botocore's own signing), with one bucket.

Says where it is and what opens it as a line of JSON, and ends when nobody holds its input any more.
"""

import json
import sys

import boto3
import requests
from moto.server import ThreadedMotoServer

BUCKET = "pictures"
ALL_OF_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"


def client(service):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="anybody",
        aws_secret_access_key="anything",
    )


client("s3").create_bucket(Bucket=BUCKET)
iam = client("iam")
iam.create_user(UserName="desk")
iam.put_user_policy(UserName="desk", PolicyName="files", PolicyDocument=json.dumps(ALL_OF_S3))
key = iam.create_access_key(UserName="desk")["AccessKey"]
# From now on every request is held against what its sender's key would have signed.
requests.post(f"{url}/moto-api/reset-auth", data=b"0", timeout=10).raise_for_status()
opened = {"host": f"{host}:{port}", "bucket": BUCKET, "key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
print(json.dumps(opened), flush=True)
sys.stdin.read()
