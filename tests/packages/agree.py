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
from dingtalkchatbot.chatbot import DingtalkChatbot
from onepush.providers.dingtalk import DingTalk
from onepush.providers.lark import Lark


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


for line in sys.stdin:
    question = json.loads(line)
    vendor = {"dingtalk": dingtalk, "feishu": feishu, "webhook": webhook}[question.pop("vendor")]
    print(json.dumps(vendor(**question)), flush=True)
