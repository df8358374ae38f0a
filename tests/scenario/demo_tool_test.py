#!/usr/bin/python3
"""The program that plans, shows and checks the demo, without a hub: what a faultless hub would have
answered is made up from the data, and then spoilt."""

import base64
import contextlib
import copy
import io
import json
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy/demo"))

import play
from cases import alert_rows, played_rows, read_courses, read_parties
from catching_up import SUBSCRIPTION, have_caught_up
from check import check, closing_line
from plan import file_names, waves
from show import show

COURSES, PARTIES = read_courses(), read_parties()
ROWS = played_rows(COURSES)
ALERTS = alert_rows(COURSES)


def row_of(label):
    return next(row for row in ROWS if row.label == label)


class Played:
    """What is left by a run in which everything went as the data says."""

    def __init__(self):
        self.outcomes, self.received = {}, {party.id: [] for party in PARTIES}
        self.size = 2 + len(PARTIES)  # the opening, the parties, the auditor
        for row in ROWS:
            if row.is_refused:
                self.refuse(row)
            else:
                self.accept(row)
        for row in ALERTS:
            for receiver in row.receivers:
                self.deliver(receiver, copy.deepcopy(row.message) | {"sender": "hub"}, [])
            self.size += 1
        note = f"demo\n1\n{base64.b64encode(bytes(32)).decode()}\n"
        self.status = {"tree_size": self.size,
                       "checkpoint": base64.b64encode(note.encode()).decode()}

    def refuse(self, row):
        id = row.message["message_id"]
        self.outcomes[id] = {"message_id": id,
                             "rejected": {"code": row.expected["refused"],
                                          "field_path": row.expected["field_path"]}}

    def accept(self, row):
        findings = [{"code": code} for code in row.findings]
        id = row.message["message_id"]
        self.outcomes[id] = {"message_id": id, "sequence": self.size, "findings": findings}
        message = copy.deepcopy(row.message) | {"sender": row.sender, "schema_version": 1,
                                                "salt": "AAAA"}
        for receiver in row.receivers:
            self.deliver(receiver, message, findings)
        self.size += 1

    def deliver(self, receiver, message, findings):
        self.received[receiver].append({"sequence": self.size, "findings": findings,
                                        "message": message})

    def wrong(self):
        return check(ROWS, ALERTS, PARTIES, self.outcomes, self.received, self.status)

    def outcome(self, label):
        return self.outcomes[row_of(label).message["message_id"]]

    def delivery(self, label, party):
        id = row_of(label).message["message_id"]
        return next(delivery for delivery in self.received[party]
                    if delivery["message"]["message_id"] == id)


class Check(unittest.TestCase):
    def setUp(self):
        self.played = Played()

    def assert_named(self, *texts):
        """Exactly one difference for each text, in the order of the texts."""
        wrong = self.played.wrong()
        self.assertEqual(len(wrong), len(texts), wrong)
        for line, text in zip(wrong, texts):
            self.assertIn(text, line)

    def test_nothing_is_wrong_when_all_went_as_the_data_says(self):
        self.assert_named()
        self.assertRegex(closing_line(self.played.outcomes, self.played.received,
                                      self.played.status),
                         rf"^demo: {len(ROWS) - 4} messages accepted, 4 refused, 8 findings, "
                         r"14 alerts, \d+ delivered, log \d+ entries, tree 0{64}$")

    def test_a_refused_message(self):
        outcome = self.played.outcome("1.3")
        del outcome["sequence"], outcome["findings"]
        outcome["rejected"] = {"code": "cause_unknown", "field_path": "causes[0]"}
        self.assert_named("row 1.3: refused with cause_unknown [causes[0]]",
                          "row 1.3: came with another number")

    def test_a_message_that_should_have_been_refused(self):
        id = row_of("6.x1").message["message_id"]
        self.played.outcomes[id] = {"message_id": id, "sequence": self.played.size, "findings": []}
        self.assert_named("row 6.x1: accepted, and not refused with role_not_allowed [body]",
                          "the log holds")

    def test_a_message_refused_for_another_reason_or_at_another_place(self):
        rejected = self.played.outcome("6.x1")["rejected"]
        rejected["code"] = "order_unknown"
        self.assert_named("row 6.x1: refused with order_unknown [body], and not refused with")
        rejected |= {"code": "role_not_allowed", "field_path": "order_id"}
        self.assert_named("row 6.x1: refused with role_not_allowed [order_id], and not refused")

    def test_a_refused_message_that_was_delivered_all_the_same(self):
        self.played.outcome("6.x1")["sequence"] = self.played.size
        message = row_of("6.x1").message | {"sender": row_of("6.x1").sender}
        self.played.deliver("jobcentre:630", message, [])
        self.assert_named("jobcentre:630: row 6.x1 came and should not")

    def test_an_answer_that_is_missing(self):
        del self.played.outcomes[row_of("2.e1").message["message_id"]]
        self.played.status["tree_size"] -= 1
        self.assert_named("row 2.e1: not answered", "were answered")

    def test_a_finding_too_many_in_the_receipt(self):
        self.played.outcome("1.e1")["findings"].append({"code": "order.citizen_only"})
        self.assert_named("row 1.e1: the receipt has findings")

    def test_a_finding_that_did_not_come_along(self):
        self.played.delivery("5.5", "jobcentre:173")["findings"] = []
        self.assert_named("row 5.5: came with findings []")

    def test_a_message_that_did_not_come(self):
        deliveries = self.played.received["provider:99104007"]
        deliveries.remove([each for each in deliveries if "alert" not in each["message"]][-1])
        self.assert_named("row 9.8 did not come")

    def test_a_message_that_came_twice(self):
        deliveries = self.played.received["provider:99659009"]
        deliveries.append(deliveries[-1])
        self.assert_named("came and should not")

    def test_a_message_of_somebody_else(self):
        delivery = copy.deepcopy(self.played.delivery("4.1", "provider:99215003"))
        self.played.received["provider:99326018-9100000031"].insert(0, delivery)
        self.assert_named("row 4.1 came and should not")

    def test_a_text_that_changed_on_the_way(self):
        delivery = self.played.delivery("5.e3", "jobcentre:173")
        delivery["message"]["notice"] = {"text": "The company does not ask again."}
        self.assert_named("row 5.e3: differs from what was sent in notice")

    def test_another_sender(self):
        self.played.delivery("1.5", "jobcentre:630")["message"]["sender"] = "provider:99215003"
        self.assert_named("row 1.5: its sender is provider:99215003")

    def test_an_order_of_deliveries_that_is_not_the_logs(self):
        self.played.received["provider:99548002"].reverse()
        self.assert_named("came in another order")

    def test_an_alert_that_did_not_come_and_one_too_many(self):
        deliveries = self.played.received["jobcentre:376"]
        alert = next(each for each in deliveries if "alert" in each["message"])
        deliveries.remove(alert)
        self.assert_named("ALERT_KIND_STATUTORY_NEAR limit 2011-05-22 step 1 on 2011-05-08 did not")
        for _ in range(2):
            deliveries.append(alert)
        self.assert_named("on 2011-05-08 came and should not")

    def test_an_alert_that_came_late_or_on_another_day(self):
        delivery = next(each for each in self.played.received["jobcentre:740"]
                        if "alert" in each["message"])
        delivery["message"]["alert"]["raised_late"] = True
        self.assert_named("on 2011-03-08 did not come", "on 2011-03-08 late came and should not")
        del delivery["message"]["alert"]["raised_late"]
        delivery["message"]["happened_at"] = "2011-03-08T23:00:00Z"
        self.assert_named("on 2011-03-08 did not come", "on 2011-03-09 came and should not")

    def test_an_entry_too_few(self):
        self.played.status["tree_size"] -= 1
        self.assert_named("the log holds")


class Plan(unittest.TestCase):
    def test_waves_hold_every_row_once_in_order(self):
        self.assertEqual([row for wave in waves(ROWS) for row in wave], ROWS)

    def test_in_a_wave_nobody_waits_for_somebody_else(self):
        for wave in waves(ROWS):
            sender_of_course = {row.course: row.sender for row in wave if row.course != "0"}
            for row in wave:
                if row.course != "0":
                    self.assertEqual(row.sender, sender_of_course[row.course], row.label)

    def test_what_a_row_points_at_comes_before_it(self):
        waves_of_ids = {row.message["message_id"]: number
                        for number, wave in enumerate(waves(ROWS)) for row in wave}
        for row in ROWS:
            for cause in row.message.get("causes", []):
                self.assertLessEqual(waves_of_ids[cause["message_id"]],
                                     waves_of_ids[row.message["message_id"]], row.label)

    def test_a_wave_is_of_one_day(self):
        for wave in waves(ROWS):
            self.assertEqual(len({row.date for row in wave}), 1)

    def test_file_names_sort_as_the_rows_do(self):
        names = [file_names(ROWS)[row.label] for row in ROWS]
        self.assertEqual(names, sorted(set(names)))


def status(**cursors):
    """What the hub says of daemons by the name of their party: (next_sequence, unacked) each."""
    ids = {party.name: party.id for party in PARTIES}
    return {"subscriptions": [{"party": ids[name], "name": SUBSCRIPTION, "next_sequence": next,
                               "unacked": unacked, "open": True, "parked": 0}
                              for name, (next, unacked) in cursors.items()]}


class Clock(unittest.TestCase):
    def test_it_stands_still_at_every_midnight_in_denmark(self):
        with tempfile.TemporaryDirectory() as place:
            seen = []
            file = Path(place) / "clock"
            clock = play.DrivenClock(Path(place), lambda: seen.append(file.read_text("ascii")))
            clock.go_to(row_of("0.1").happened_at)
            self.assertEqual(seen, ["2010-12-30T23:00:01Z\n"])
            self.assertEqual(file.read_text("ascii"), "2010-12-31T08:01:00Z\n")
            clock.go_to(row_of("0.1").happened_at)  # no later: it goes on
            clock.go_to(play.ENDS)
            self.assertEqual(len(seen), 366)
            self.assertIn("2011-07-01T22:00:01Z\n", seen)
            self.assertEqual(file.read_text("ascii"), "2011-12-31T22:00:00Z\n")


class CatchingUp(unittest.TestCase):
    def assert_caught_up(self, is_so, before, now, names=("jobcentre_a",)):
        ids = [party.id for party in PARTIES if party.name in names]
        self.assertEqual(have_caught_up(ids, before, now), is_so)

    def test_it_has_when_it_has_acked_everything_twice_and_stands_where_it_stood(self):
        self.assert_caught_up(True, status(jobcentre_a=(9, 0)), status(jobcentre_a=(9, 0)))

    def test_it_has_not_while_something_is_out_or_was_between_the_two(self):
        still = status(jobcentre_a=(9, 0))
        for other in (status(jobcentre_a=(9, 1)), status(jobcentre_a=(8, 0)), status()):
            self.assert_caught_up(False, still, other)
            self.assert_caught_up(False, other, still)

    def test_it_has_not_without_a_session_or_with_something_given_back(self):
        for field, value in (("open", False), ("parked", 1), ("name", "another")):
            now = status(jobcentre_a=(9, 0))
            now["subscriptions"][0][field] = value
            self.assert_caught_up(False, now, now)

    def test_one_of_them_keeps_all_waiting(self):
        now = status(jobcentre_a=(9, 0), jobcentre_b=(7, 1))
        self.assert_caught_up(False, now, now, ("jobcentre_a", "jobcentre_b"))


class Gathering(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        self.party = next(party for party in PARTIES if party.name == "jobcentre_a")
        self.out = self.place / "parties" / self.party.name / "out"
        self.out.mkdir(parents=True)
        for name, value in (("POLL_SECONDS", 0), ("SECONDS_MAX", 1)):
            patch = unittest.mock.patch.object(play, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def come(self, sequence):
        text = json.dumps({"sequence": sequence, "envelope": {}})
        (self.out / f"{sequence:05d}.json").write_text(text, "utf-8")

    def gather(self, ask_status):
        """The sequences of what the party is said to have received."""
        doors = play.doors_of([self.party], ROWS, self.place, [])
        play.gather([self.party], doors, ask_status, self.place / "received")
        lines = (self.place / "received/jobcentre_a.ndjson").read_text("utf-8").splitlines()
        return [json.loads(line)["sequence"] for line in lines]

    def test_what_comes_after_all_that_is_due_is_seen_too(self):
        self.come(3)

        def answers():
            yield status(jobcentre_a=(4, 0))
            yield status(jobcentre_a=(4, 1))
            self.come(4)
            while True:
                yield status(jobcentre_a=(5, 0))
        self.assertEqual(self.gather(answers().__next__), [3, 4])

    def test_a_daemon_that_never_catches_up_is_named(self):
        with unittest.mock.patch.object(play, "SECONDS_MAX", 0):
            with self.assertRaisesRegex(play.NoAnswer, "jobcentre:630"):
                self.gather(lambda: status(jobcentre_a=(4, 1)))


class Show(unittest.TestCase):
    def test_every_row_is_told_and_what_is_extra_is_marked(self):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            show(COURSES, PARTIES, Played().outcomes)
        lines = {line.split()[0]: line for line in printed.getvalue().splitlines() if line}
        for course in COURSES:
            for row in course.rows:
                self.assertEqual("extra" in lines[row.label], row.is_extra, row.label)
        self.assertIn("FINDING order.citizen_only", lines["1.1"])
        self.assertIn("REFUSED role_not_allowed", lines["6.x1"])

    def test_without_answers_it_tells_what_is_to_be_refused(self):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            show(COURSES, PARTIES, {})
        lines = {line.split()[0]: line for line in printed.getvalue().splitlines() if line}
        self.assertRegex(lines["6.x1"], r"to be refused: role_not_allowed$")
        self.assertRegex(lines["2.x1"], r"to be refused: offer_withdrawn$")


if __name__ == "__main__":
    unittest.main()
