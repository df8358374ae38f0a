"""Which messages can be on their way at the same time."""


def waves(rows):
    """The rows in their order, cut where one needs that another is recorded before it.

    Messages of one sender are recorded in the order they were handed in, and courses do not wait
    for each other; so a wave ends where somebody else goes on with a course of that wave, with the
    day, and after the catalogue, which all orders name."""
    cut = []
    current, sender_of_course = [], {}
    for row in rows:
        is_first_after_catalogue = bool(current) and current[-1].course == "0" != row.course
        is_next_day = bool(current) and current[-1].date != row.date
        if is_first_after_catalogue or is_next_day or sender_of_course.get(row.course, row.sender) != row.sender:
            cut.append(current)
            current, sender_of_course = [], {}
        current.append(row)
        sender_of_course[row.course] = row.sender
    return cut + [current] if current else cut


def file_names(rows):
    """Row label -> name of its file; the names sort as the rows do."""
    return {row.label: f"{number:03d}_{row.label}.json" for number, row in enumerate(rows, 1)}
