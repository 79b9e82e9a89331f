"""Opening hours by brute force: every minute of UTC is shown to the wall clock (zoneinfo), nothing is computed.

Writes the cases that the Rust tests read. Shares no code with them: run `python3 independent.py > cases.json` (about a minute).

A range opens at the first minute whose wall clock shows `from`, or, when none does, at the first that shows a later
time. It closes at the last minute whose wall clock shows `until`, or, when none does, at the first that shows a later
time. A minute is open when some range has opened and not closed.
"""

import json
import random
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)
MINUTE = timedelta(minutes=1)


def minute(text):
    return (datetime.fromisoformat(text) - EPOCH) // MINUTE


def shown(number):
    return (EPOCH + number * MINUTE).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class Brute:
    def __init__(self, hours, low, high):
        zone = ZoneInfo(hours["time_zone"])
        self.low = low - 4 * 1440
        self.wall = []
        self.first, self.last = {}, {}
        for number in range(self.low, high + 4 * 1440):
            utc = (EPOCH + number * MINUTE).replace(tzinfo=timezone.utc)
            wall = (utc.astimezone(zone).replace(tzinfo=None) - EPOCH) // MINUTE
            self.wall.append(wall)
            self.first.setdefault(wall, number)
            self.last[wall] = number
        self.open = bytearray(len(self.wall))
        day = (EPOCH + self.low * MINUTE).date() + timedelta(days=1)
        while day < (EPOCH + (high + 3 * 1440) * MINUTE).date():
            for begins, ends in self.ranges(hours, day):
                midnight = (datetime.combine(day, datetime.min.time()) - EPOCH) // MINUTE
                opens = self.find(self.first, midnight + begins)
                closes = self.find(self.last, midnight + ends)
                for number in range(opens, closes):
                    self.open[number - self.low] = 1
            day += timedelta(days=1)

    def find(self, known, wanted):
        if wanted in known:
            return known[wanted]
        number = max(self.low, wanted - 20 * 60)
        while self.wall[number - self.low] <= wanted:
            number += 1
        return number

    @staticmethod
    def ranges(hours, day):
        weekly = lambda weekday: [(r["from"], r["until"]) for r in hours["weekly"] if weekday in r["days"]]
        found = weekly(day.isoweekday())
        for holiday in hours.get("holidays", []):
            if holiday["date"] == day.isoformat():
                found = [(r["from"], r["until"]) for r in holiday.get("ranges", [])]
        for working in hours.get("working_days", []):
            if working["date"] == day.isoformat():
                if working.get("like"):
                    found = weekly(working["like"])
                else:
                    found = [(r["from"], r["until"]) for r in working["ranges"]]
        for begins, ends in found:
            begins, ends = clock(begins), clock(ends)
            yield begins, ends if ends > begins else ends + 1440

    def is_open(self, number):
        return bool(self.open[number - self.low])

    def next(self, number, wanted):
        while number - self.low < len(self.open) - 4 * 1440:
            if self.is_open(number) == wanted:
                return number
            number += 1
        return None

    def between(self, begins, ends):
        return sum(self.open[begins - self.low : ends - self.low])

    def add(self, number, minutes):
        while minutes > 0:
            if number - self.low >= len(self.open) - 4 * 1440:
                return None
            minutes -= self.is_open(number)
            number += 1
        return number


CASES = []


def case(name, hours, begins, ends, ahead=40, never=False, always=False, category=None, desk=None, ready=None):
    """One case: hours between two instants (UTC), and asked further ahead, in days. `never`: it may be closed for
    ever; `always`: it may be open for ever; an answer that was not found else is a mistake of the case."""
    dice = random.Random(name)
    low, high = minute(begins), minute(ends)
    brute = Brute(hours, low, high + ahead * 1440)

    def answer(number, may_be_none):
        assert number is not None or may_be_none, name
        return number if number is None else shown(number)

    step = 15 if high - low <= 5 * 1440 else 60 * 24
    asks = [{"ask": "open_every", "at": shown(low), "minutes": step,
             "answer": "".join(str(int(brute.is_open(n))) for n in range(low, high, step))}]
    asks.append({"ask": "open_between", "at": shown(low), "to": shown(high), "answer": brute.between(low, high)})
    for _ in range(3):
        at, to = sorted(dice.sample(range(low, high), 2))
        asks.append({"ask": "open_between", "at": shown(at), "to": shown(to), "answer": brute.between(at, to)})
        asks.append({"ask": "opens_next", "at": shown(at), "answer": answer(brute.next(at, True), never)})
        asks.append({"ask": "closes_next", "at": shown(to), "answer": answer(brute.next(to, False), always)})
    for at, minutes in [(low, 1440), (dice.randrange(low, high), dice.randrange(1, 600)), (dice.randrange(low, high), 60)]:
        due = brute.add(at, minutes)
        asks.append({"ask": "add_desk_time", "at": shown(at), "minutes": minutes, "answer": answer(due, never)})
    entry = {"name": name, "hours": {"desk": desk or hours}}
    if category:
        entry["hours"]["categories"] = [{"category_id": category, "hours": hours}]
        entry["category"] = category
    if ready:
        entry = {"name": name, "ready": ready}
    CASES.append(entry | {"asks": asks})


def week(zone, *ranges, **days):
    weekly = [{"days": d, "from": f, "until": u} for d, f, u in ranges]
    return {"time_zone": zone, "weekly": weekly} | days


def own(*ranges):
    return [{"from": f, "until": u} for f, u in ranges]


EVERY, WORK = [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5]
OFFICE = (WORK, "09:00", "18:00")
FAR = 150  # days in which 24 hours of desk time pass even at minutes a day

# The clocks are put forward and back: by an hour, by half an hour, at midnight, over midnight, by a day.
TRANSITIONS = [
    ("Europe/Berlin", "2026-03-28T12:00", "2026-03-30T12:00", "forward 02:00"),
    ("Europe/Berlin", "2026-10-24T12:00", "2026-10-26T12:00", "back 03:00"),
    ("America/New_York", "2026-03-07T18:00", "2026-03-09T18:00", "forward 02:00"),
    ("America/New_York", "2026-10-31T18:00", "2026-11-02T18:00", "back 02:00"),
    ("Australia/Lord_Howe", "2026-10-03T00:00", "2026-10-05T00:00", "forward 02:00 by half an hour"),
    ("Australia/Lord_Howe", "2026-04-04T00:00", "2026-04-06T00:00", "back 02:00 by half an hour"),
]
SHAPES = {
    "through": [(EVERY, "00:00", "06:00")],
    "past midnight": [(EVERY, "22:00", "06:00")],
    "begins in the hour": [(EVERY, "02:20", "12:00")],
    "ends in the hour": [(EVERY, "00:30", "02:20")],
    "within the hour": [(EVERY, "02:05", "02:25")],
    "until two": [(EVERY, "00:00", "02:00")],
    "two ranges that meet and one that overlaps": [(EVERY, "01:00", "02:15"), (EVERY, "02:15", "03:30"), ([7], "03:00", "05:00")],
    "a gap in the hour": [(EVERY, "00:00", "01:45"), (EVERY, "02:10", "23:00")],
}
for zone, begins, ends, what in TRANSITIONS:
    for shape, ranges in SHAPES.items():
        case(f"{zone} {what}: {shape}", week(zone, *ranges), begins, ends, ahead=FAR)
ODD = [
    ("Asia/Shanghai", "2026-03-28T12:00", "2026-03-30T12:00", "never changes"),
    ("Asia/Shanghai", "1991-04-13T06:00", "1991-04-15T06:00", "forward in 1991"),
    ("Asia/Shanghai", "1991-09-14T06:00", "1991-09-16T06:00", "back in 1991"),
    ("America/St_Johns", "2009-10-31T12:00", "2009-11-02T12:00", "back 00:01 over midnight"),
    ("America/St_Johns", "2009-03-07T12:00", "2009-03-09T12:00", "forward 00:01"),
    ("Africa/Cairo", "2026-04-23T12:00", "2026-04-25T12:00", "forward at midnight"),
    ("Africa/Cairo", "2026-10-29T12:00", "2026-10-31T12:00", "back at midnight"),
    ("America/Santiago", "2026-04-04T12:00", "2026-04-06T12:00", "back at midnight"),
    ("America/Santiago", "2026-09-05T12:00", "2026-09-07T12:00", "forward at midnight"),
    ("Pacific/Apia", "2011-12-29T00:00", "2012-01-01T00:00", "skips a day"),
    ("Pacific/Chatham", "2026-04-04T00:00", "2026-04-06T00:00", "back 03:45"),
    ("Africa/Casablanca", "2026-02-14T12:00", "2026-02-16T12:00", "back for Ramadan"),
    ("Asia/Kathmandu", "2026-11-20T00:00", "2026-11-22T00:00", "quarter hours from UTC"),
]
for zone, begins, ends, what in ODD:
    for shape, ranges in {
        "night and day": [(EVERY, "22:00", "06:00"), (EVERY, "00:00", "00:45"), (EVERY, "09:00", "23:30")],
        "until midnight": [(EVERY, "20:15", "24:00"), (EVERY, "00:30", "03:00")],
    }.items():
        case(f"{zone} {what}: {shape}", week(zone, *ranges), begins, ends)

# Days.
golden = [{"date": f"2026-10-0{d}", "name": "国庆节"} for d in range(1, 8)]
made_up = [{"date": "2026-09-20", "name": "国庆节", "like": 1}, {"date": "2026-10-10", "name": "国庆节", "like": 5}]
case("a week of holidays", week("Asia/Shanghai", OFFICE, holidays=golden), "2026-09-29T00:00", "2026-10-11T00:00")
case("make-up days beat the weekend", week("Asia/Shanghai", OFFICE, holidays=golden, working_days=made_up), "2026-09-18T00:00", "2026-10-12T00:00")
case("a make-up day, hour by hour", week("Asia/Shanghai", OFFICE, working_days=made_up), "2026-10-09T12:00", "2026-10-11T12:00")
case("a make-up day beats a holiday", week("Asia/Shanghai", OFFICE, holidays=golden, working_days=[{"date": "2026-10-05", "name": "值班", "ranges": own(("10:00", "12:00"), ("13:00", "15:30"))}]), "2026-10-04T00:00", "2026-10-06T00:00")
case("a make-up day like a weekday that is closed", week("Asia/Shanghai", OFFICE, working_days=[{"date": "2026-10-09", "name": "x", "like": 7}]), "2026-10-08T00:00", "2026-10-12T00:00")
case("a make-up day past midnight", week("Asia/Shanghai", OFFICE, working_days=[{"date": "2026-10-10", "name": "x", "ranges": own(("22:00", "06:00"))}]), "2026-10-10T00:00", "2026-10-12T00:00")
case("a holiday with hours of its own", week("Europe/Berlin", OFFICE, holidays=[{"date": "2026-12-24", "name": "Heiligabend", "ranges": own(("09:00", "12:00"))}, {"date": "2026-12-25", "name": "Weihnachten"}]), "2026-12-23T12:00", "2026-12-28T12:00")
case("a holiday of a whole day open", week("Europe/Berlin", OFFICE, holidays=[{"date": "2026-12-26", "name": "Messe", "ranges": own(("00:00", "24:00"))}]), "2026-12-25T12:00", "2026-12-28T12:00")
case("the night before a holiday runs on", week("Europe/Berlin", (EVERY, "22:00", "06:00"), holidays=[{"date": "2026-05-01", "name": "Tag der Arbeit"}]), "2026-04-30T00:00", "2026-05-03T00:00")
case("a holiday on the day the clocks are put forward", week("Europe/Berlin", (EVERY, "00:00", "24:00"), holidays=[{"date": "2026-03-29", "name": "x"}]), "2026-03-28T00:00", "2026-03-31T00:00", always=True)
case("a holiday's night over the clocks put back", week("Europe/Berlin", OFFICE, holidays=[{"date": "2026-10-24", "name": "x", "ranges": own(("20:00", "05:00"))}]), "2026-10-24T00:00", "2026-10-27T00:00")
case("a holiday on a Sunday that is closed anyway", week("America/New_York", OFFICE, holidays=[{"date": "2026-07-05", "name": "x"}]), "2026-07-03T00:00", "2026-07-07T00:00")
case("the 29th of February", week("Europe/Berlin", OFFICE, holidays=[{"date": "2028-02-29", "name": "x"}]), "2028-02-27T00:00", "2028-03-02T00:00")

# Weeks.
case("Monday to Friday 9 to 18, over a weekend", week("Europe/Berlin", OFFICE), "2026-11-27T00:00", "2026-12-01T00:00")
case("Monday to Friday 9 to 18, a whole year", week("Europe/Berlin", OFFICE), "2026-01-01T00:00", "2027-01-01T00:00")
case("Monday to Friday 9 to 18 in New York, a whole year", week("America/New_York", OFFICE), "2026-01-01T00:00", "2027-01-01T00:00")
case("a lunch break", week("Asia/Shanghai", (WORK, "09:00", "12:00"), (WORK, "13:30", "18:00")), "2026-11-26T00:00", "2026-11-30T00:00")
case("ranges that overlap are one", week("Asia/Shanghai", (WORK, "09:00", "14:00"), (WORK, "12:00", "18:00"), ([5], "10:00", "11:00")), "2026-11-26T00:00", "2026-11-30T00:00")
case("Sunday night into Monday", week("Asia/Shanghai", ([7], "20:00", "08:00")), "2026-11-28T00:00", "2026-12-01T00:00", ahead=FAR)
case("ten minutes a week", week("Asia/Shanghai", ([3], "23:50", "24:00")), "2026-11-24T00:00", "2026-11-28T00:00", ahead=1100)
case("nearly 24 hours", week("Asia/Shanghai", ([3], "12:00", "11:59")), "2026-11-24T00:00", "2026-11-28T00:00")
case("every day whole", week("Europe/Berlin", (EVERY, "00:00", "24:00")), "2026-10-24T00:00", "2026-10-27T00:00", always=True)
case("every day whole, but for one holiday", week("Europe/Berlin", (EVERY, "00:00", "24:00"), holidays=[{"date": "2026-12-25", "name": "x"}]), "2026-12-22T00:00", "2026-12-26T12:00", ahead=60, always=True)
case("every day whole in two shifts", week("America/New_York", (EVERY, "07:00", "19:00"), (EVERY, "19:00", "07:00")), "2026-10-31T00:00", "2026-11-03T00:00", always=True)
case("whole days at work and closed at weekends", week("America/New_York", (WORK, "00:00", "24:00")), "2026-11-05T00:00", "2026-11-09T00:00")
case("an empty week", week("Asia/Shanghai"), "2026-11-24T00:00", "2026-11-27T00:00", ahead=800, never=True)
case("an empty week with a closed holiday", week("Asia/Shanghai", holidays=[{"date": "2026-11-25", "name": "x"}]), "2026-11-24T00:00", "2026-11-27T00:00", ahead=800, never=True)
case("an empty week and one day a year ahead", week("Europe/Berlin", holidays=[{"date": "2027-11-06", "name": "Messe", "ranges": own(("08:00", "20:00"))}]), "2026-11-24T00:00", "2026-11-27T00:00", ahead=500, never=True)
case("an empty week and days that are over", week("Europe/Berlin", working_days=[{"date": "2026-11-20", "name": "x", "ranges": own(("08:00", "20:00"))}]), "2026-11-24T00:00", "2026-11-27T00:00", ahead=400, never=True)
case("an empty week in the midst of its only days", week("Europe/Berlin", working_days=[{"date": f"2026-11-2{d}", "name": "x", "ranges": own(("08:00", "20:00"))} for d in (4, 6)]), "2026-11-24T00:00", "2026-11-27T00:00", ahead=400, never=True)

# Categories with hours of their own.
berlin = week("Europe/Berlin", (WORK, "08:00", "16:30"), holidays=[{"date": "2026-11-25", "name": "x"}])
desk = week("Asia/Shanghai", OFFICE, holidays=[{"date": "2026-11-26", "name": "x"}])
case("a category in another zone", berlin, "2026-11-24T00:00", "2026-11-28T00:00", category="export", desk=desk)
case("a category closed for ever", week("Asia/Shanghai"), "2026-11-24T00:00", "2026-11-28T00:00", category="old", desk=desk, never=True)
case("a category always open", week("America/New_York", (EVERY, "00:00", "24:00")), "2026-10-31T00:00", "2026-11-03T00:00", category="urgent", desk=desk, always=True)
case("a category at night over the clocks put forward", week("America/New_York", (EVERY, "21:00", "05:00")), "2026-03-07T00:00", "2026-03-10T00:00", category="night", desk=desk)

# The ready sets; China's days are typed in here once more, from the notice.
def off(*spans):
    for begins, ends in spans:
        day = date.fromisoformat(begins)
        while day <= date.fromisoformat(ends):
            yield {"date": day.isoformat(), "name": "休"}
            day += timedelta(days=1)

notice = week(
    "Asia/Shanghai", OFFICE,
    holidays=list(off(("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"),
                      ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07"))),
    working_days=[{"date": d, "name": "班", "like": 3} for d in ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")],
)
# 01:30 UTC is 09:30 in Shanghai: one figure for each day.
case("China 2026, each day", notice, "2026-01-01T01:30", "2027-01-01T01:30", ready="china")
for month in ("02", "05", "10"):
    case(f"China 2026, month {month}", notice, f"2026-{month}-01T01:30", f"2026-{month}-28T01:30", ready="china")
case("Monday to Friday in Berlin, ready", week("Europe/Berlin", OFFICE), "2026-03-26T00:00", "2026-03-31T00:00", ready="monday_to_friday_9_to_18")

print("[")
print(",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in CASES))
print("]")
