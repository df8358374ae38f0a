"""A few words on what a message says."""

POINTS = ["ATTENTION_POINT_KIND_" + name for name in (
    "PROFESSIONAL_COMPETENCES", "PERSONAL_COMPETENCES", "HEALTH",
    "MATERIAL_CONDITIONS_AND_NETWORK", "OWN_PERSPECTIVE")]
LETTERS = {"PROGRESS": "P", "UNCHANGED": "U", "SETBACK": "S", "NOT_ASSESSED": "N"}


CHARACTERS_MAX = 100


def gist(kind, body):
    """The key point of a body, cut where it is long."""
    text = GISTS[kind](body)
    return text if len(text) <= CHARACTERS_MAX else text[:CHARACTERS_MAX - 1].rstrip() + "…"


def words(enum_value, prefix):
    """"no show" of "ABSENCE_KIND_NO_SHOW"."""
    return enum_value.removeprefix(prefix).replace("_", " ").lower()


def count(items, one, many=None):
    return f"{len(items)} {one if len(items) == 1 else many or one + 's'}"


def span(body, first="first_date", last="last_date"):
    days = [body[field] for field in (first, last) if field in body]
    return " to ".join(sorted(set(days)))


def joined(*parts):
    return "; ".join(part for part in parts if part)


def order(body):
    purposes = ", ".join(words(purpose, "PURPOSE_") for purpose in body.get("purposes", []))
    hours = f"{body['hours_per_week']:g} h a week" if "hours_per_week" in body else ""
    asked = count(body["questions"], "question") if "questions" in body else ""
    return joined(f"{body.get('offer_reference', 'no offer')}, "
                  f"{span(body, 'start_date', 'end_date')}",
                  purposes or "no purpose", count(body.get("sub_goals", []), "sub-goal"), asked,
                  hours)


def clarification(body):
    unknown = [answer for answer in body["answers"] if answer.get("not_known")]
    known = [answer for answer in body["answers"] if not answer.get("not_known")]
    return joined(f"{len(known)} answered", f"{len(unknown)} not known" if unknown else "")


def course_start(body):
    days = [words(day, "WEEKDAY_")[:3] for day in body.get("planned_weekdays", [])]
    return joined(body["start_date"], f"{body['hours_per_week']:g} h a week"
                  if "hours_per_week" in body else "", ", ".join(days))


def absence_report(body):
    attempts = [words(attempt["outcome"], "CONTACT_OUTCOME_")
                for attempt in body.get("contact_attempts", [])]
    return joined(f"{span(body)}, {words(body['kind'], 'ABSENCE_KIND_')}, "
                  f"{body.get('absent_hours', '?'):g} h",
                  f"contact: {', '.join(attempts)}" if attempts else "")


def attendance_list(body):
    days = body.get("days", [])
    away = [day["absence"] for day in days if "absence" in day]
    kinds = ", ".join(f"{away.count(kind)} {words(kind, 'ABSENCE_KIND_')}"
                      for kind in dict.fromkeys(away))
    return joined(span(body), f"{len(days)} planned days", kinds)


def progression_report(body):
    points = sorted(body["attention_points"], key=lambda point: POINTS.index(point["kind"]))
    marks = " ".join(LETTERS[point["direction"].removeprefix("DIRECTION_")] for point in points)
    return joined(f"points {marks}", body.get("recommendation", "recommends nothing"))


def meeting(body):
    return joined(f"{words(body['kind'], 'MEETING_KIND_')}, "
                  f"{words(body['stage'], 'MEETING_STAGE_')}, {body['meeting_date']}",
                  f"{len(body['participants'])} take part", " ".join(body.get("agreements", [])))


def funding_decision(body):
    return joined(words(body["verdict"], "FUNDING_VERDICT_"),
                  ", ".join(body.get("granted_items", [])), span(body))


def follow_up(body):
    return joined(words(body["decision"], "FOLLOW_UP_DECISION_"),
                  f"by {body['by_date']}" if "by_date" in body else "")


def offer_published(body):
    purposes = ", ".join(words(purpose, "PURPOSE_") for purpose in body["purposes"])
    places = f"{body['capacity']} places" if "capacity" in body else ""
    return joined(f"{body['offer_reference']}, {body['name']}", purposes, places)


def limits_watched(body):
    return joined(", ".join(words(limit, "STATUTORY_LIMIT_") for limit in body.get("watched", [])),
                  f"due {body['first_offer_due_date']}" if "first_offer_due_date" in body else "")


def alert(body):
    limit = f"limit {body['limit_date']}" if "limit_date" in body else ""
    return joined(limit, f"step {body['step']}" if body["step"] > 1 else "")


GISTS = {
    "order": order,
    "order_acceptance": lambda body: f"start {body.get('expected_start_date', 'as ordered')}",
    "order_decline": lambda body: words(body["reason"], "ORDER_DECLINE_REASON_"),
    "course_start": course_start,
    "absence_report": absence_report,
    "progression_report": progression_report,
    "course_end": lambda body: joined(body["end_date"],
                                      words(body["reason"], "COURSE_END_REASON_")),
    "clarification_request": lambda body: count(body["questions"], "question"),
    "clarification": clarification,
    "order_revision": lambda body: joined(
        f"revision {body['revision_number']}, {words(body['reason'], 'ORDER_REVISION_REASON_')}",
        order(body["order"])),
    "order_cancellation": lambda body: words(body["reason"], "ORDER_CANCELLATION_REASON_"),
    "extension": lambda body: f"to {body['new_end_date']}",
    "job_plan_extract": lambda body: joined(
        f"plan {body['plan']['number']} version {body['plan']['version']}",
        ", ".join(body.get("goals", []))),
    "placement": lambda body: joined(
        f"production unit {body['p_number']}", ", ".join(body.get("tasks", []))),
    "attendance_list": attendance_list,
    "mid_term_evaluation": lambda body: joined(
        f"on the way: {words(body['on_the_way'], 'ON_THE_WAY_')}", body.get("to_change", "")),
    "meeting": meeting,
    "funding_request": lambda body: joined(
        ", ".join(body["items"]), f"DKK {body['amount_dkk']}" if "amount_dkk" in body else "",
        f"needed by {body['needed_by_date']}" if "needed_by_date" in body else ""),
    "funding_decision": funding_decision,
    "follow_up": follow_up,
    "contact_changed": lambda body: body["contact"]["function_or_team"],
    "notice": lambda body: body["text"],
    "course_outcome": lambda body: f"{words(body['kind'], 'OUTCOME_KIND_')} from "
                                   f"{body['from_date']}",
    "limits_watched": limits_watched,
    "interview_held": lambda body: f"held {body['held_date']}, next "
                                   f"{body.get('next_interview_date', 'not set')}",
    "offer_published": offer_published,
    "offer_withdrawn": lambda body: f"{body['offer_reference']} from {body['from_date']}",
    "case_transfer": lambda body: f"from {body['transfer_date']}",
    "cpr_changed": lambda body: joined("a new number for the same citizen",
                                       f"from {body['from_date']}" if "from_date" in body else ""),
    "subjects_merged": lambda body: "two numbers were one citizen's",
    "alert": alert,
}
