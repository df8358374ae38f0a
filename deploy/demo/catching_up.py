"""Whether the daemons have got all that the hub has for them, by what it tells its operator."""

SUBSCRIPTION = "folder"  # a daemon's, where its configuration gives no other name


def cursor_of(status, party_id):
    """How far the party's daemon is; None while it has not acked all it was sent, has given
    something back or has no session."""
    for one in status["subscriptions"]:
        if (one["party"], one["name"]) == (party_id, SUBSCRIPTION):
            is_idle = one["open"] and one["unacked"] == 0 and one["parked"] == 0
            return one["next_sequence"] if is_idle else None
    return None


def have_caught_up(party_ids, before, now):
    """`before` and `now` are two answers, one after the other. Between them the hub has sent what
    there was to send: so nothing waits for those who had acked everything both times and have not
    moved. A daemon acks what stands in its folder."""
    return all(cursor_of(now, id) is not None and cursor_of(now, id) == cursor_of(before, id)
               for id in party_ids)
