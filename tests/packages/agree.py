"""Asks packages that others have written whether they agree with what came over the wire.

Reads one question a line from standard input, and prints for each what every package says: {"name": true or false}.
Nothing here computes a signature: each package signs or verifies for itself, at the time that the question names.
"""

import json
import sys
import time
from datetime import datetime, timezone
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import standardwebhooks.webhooks as standard
from alibabacloud_openapi_util.client import Client as Alibaba
from dingtalkchatbot.chatbot import DingtalkChatbot
from onepush.providers.dingtalk import DingTalk
from onepush.providers.lark import Lark
from Tea.request import TeaRequest
from tencentcloud.common.abstract_client import AbstractClient


def dingtalk(query, secret):
    """The parameters of the address, against those that each package would have put there at that millisecond."""
    came = parse_qs(query, keep_blank_values=True)
    try:
        at = int(came["timestamp"][0]) / 1000
    except (KeyError, ValueError):
        return {"dingtalkchatbot": False, "onepush": False}
    with mock.patch.object(time, "time", return_value=at):
        theirs = urlsplit(DingtalkChatbot("http://robot/send?access_token=x", secret=secret).webhook).query
        timestamp, sign = DingTalk.encrypt(secret)
    wanted = {"dingtalkchatbot": theirs, "onepush": f"timestamp={timestamp}&sign={sign}"}
    return {name: signed(came) == signed(parse_qs(query)) for name, query in wanted.items()}


def signed(parameters):
    return parameters.get("timestamp"), parameters.get("sign")


def feishu(body, secret):
    """The signature in the body, against the package's for the timestamp in the body."""
    came = json.loads(body)
    timestamp = came.get("timestamp")
    return {"onepush": isinstance(timestamp, str) and came.get("sign") == Lark().gen_sign(timestamp, secret)}


def webhook(headers, body, secret, now):
    """What a receiver that knows one secret makes of it."""
    clock = mock.Mock(wraps=datetime)
    clock.now.return_value = datetime.fromtimestamp(now, tz=timezone.utc)
    with mock.patch.object(standard, "datetime", clock):
        try:
            standard.Webhook(secret).verify(body, headers)
        except (standard.WebhookVerificationError, ValueError):
            return {"standardwebhooks": False}
    return {"standardwebhooks": True}


def aliyun(query, headers, id, secret):
    """The header that Alibaba's package makes of the same parameters and headers."""
    request = TeaRequest()
    request.method, request.pathname = "POST", "/"
    request.query = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
    request.headers = {name: value for name, value in headers.items() if name == "host" or name.startswith("x-acs-")}
    payload = headers.get("x-acs-content-sha256", "")
    wanted = Alibaba.get_authorization(request, "ACS3-HMAC-SHA256", payload, id, secret)
    return {"alibabacloud-openapi-util": headers.get("authorization") == wanted}


class Sent:
    """A request as Tencent's package has it just before it signs."""

    method, uri = "POST", "/"

    def __init__(self, headers, body):
        names = {"Content-Type": "content-type", "Host": "host", "X-TC-Timestamp": "x-tc-timestamp"}
        self.header = {theirs: headers.get(ours, "") for theirs, ours in names.items()}
        self.data = body


def tencent(headers, body, id, secret):
    """The signature that Tencent's package makes of the same body and headers."""
    date = datetime.fromtimestamp(int(headers["x-tc-timestamp"]), tz=timezone.utc).strftime("%Y-%m-%d")
    signature = AbstractClient._get_tc3_signature(None, None, Sent(headers, body), date, "sms", secret)
    wanted = f"TC3-HMAC-SHA256 Credential={id}/{date}/sms/tc3_request, SignedHeaders=content-type;host, Signature={signature}"
    return {"tencentcloud-sdk-python-common": headers.get("authorization") == wanted}


VENDORS = {"dingtalk": dingtalk, "feishu": feishu, "webhook": webhook, "aliyun": aliyun, "tencent": tencent}

for line in sys.stdin:
    question = json.loads(line)
    vendor = VENDORS[question.pop("vendor")]
    print(json.dumps(vendor(**question)), flush=True)
