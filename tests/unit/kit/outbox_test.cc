#include "adapters/kit/outbox.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "proto/base/limits.h"
#include "tests/support/durations.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/kit/crashing_child.h"
#include "tests/unit/kit/hub_side.h"
#include "tests/unit/kit/kit_samples.h"

namespace jobbro::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using testing::day_ms;
using testing::read_file;

namespace fs = std::filesystem;

Receipt receipt(const std::string& message_id, std::uint64_t sequence) {
    v1::Finding finding;
    finding.set_code("order.citizen_only");
    finding.set_field_path("order");
    return Receipt{message_id, Sequence{sequence}, start.plus_ms(7), {finding}};
}

std::vector<std::string> bytes_of(const Result<std::vector<OutboxRecord>>& records) {
    std::vector<std::string> bytes;
    EXPECT_TRUE(records.has_value());
    for (const OutboxRecord& record : *records)
        bytes.push_back(record.envelope);
    return bytes;
}

class OutboxTest : public ::testing::Test {
  protected:
    [[nodiscard]] OutboxSettings settings() const {
        return OutboxSettings{.file = file_, .origin = "jobbro.test/log"};
    }
    Result<std::unique_ptr<Outbox>> open() { return Outbox::open(settings(), own_); }
    std::unique_ptr<Outbox> opened() {
        auto outbox = open();
        EXPECT_TRUE(outbox.has_value()) << outbox.error().line();
        return *std::move(outbox);
    }
    // Runs SQL on the file behind the outbox's back.
    void tamper(const std::string& sql) const {
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open(file_.c_str(), &handle), SQLITE_OK);
        char* error = nullptr;
        ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
        ASSERT_EQ(sqlite3_close(handle), SQLITE_OK);
    }

    const testing::TemporaryFolder folder_;
    const fs::path file_ = folder_ / "outbox.db";
    const evidence::PartySecretKeys own_ = party_keys();
};

// --- Putting ------------------------------------------------------------------------------------

TEST_F(OutboxTest, WhatWasPutSurvivesACrash) {
    ASSERT_TRUE(dies_after([this] {
        const auto outbox = open();
        return outbox && (*outbox)->put(envelope("one", "a"), "tag-1", start) &&
               (*outbox)->put(envelope("two", "b"), "", start.plus_ms(1)) &&
               (*outbox)->put(envelope("three", ""), "tag-3", start.plus_ms(2));
    }));
    const auto outbox = opened();
    const auto waiting = outbox->waiting(0, 10);
    ASSERT_THAT(bytes_of(waiting), ElementsAre("one", "two", "three"));
    const OutboxRecord& first = waiting->front();
    EXPECT_EQ(first.ticket, 1U);
    EXPECT_EQ(first.message_id, "id-one");
    EXPECT_EQ(first.order_id, "a");
    EXPECT_EQ(first.tag, "tag-1");
    EXPECT_EQ(first.state, OutboxState::waiting);
    EXPECT_EQ(first.put_at, start);
    EXPECT_FALSE(first.fate.has_value());
    EXPECT_EQ(waiting->at(1).tag, "");
    EXPECT_EQ(waiting->at(2).order_id, "");
}

TEST_F(OutboxTest, EveryPutThatReturnedIsThereWheneverTheProcessIsKilled) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const auto outbox = open();
        for (int i = 0; outbox; ++i) {
            if (!(*outbox)->put(envelope(std::to_string(i)), "", start)) break;
            if (write(ends[1], "x", 1) != 1) break;
        }
        _exit(1);
    }
    for (int i = 0; i < 40; ++i) {
        char told = 0;
        ASSERT_EQ(read(ends[0], &told, 1), 1);
    }
    kill(child, SIGKILL);
    EXPECT_EQ(signal_that_ended(child), SIGKILL);
    close(ends[0]);
    close(ends[1]);
    const auto bytes = bytes_of(opened()->waiting(0, 1000));
    ASSERT_GE(bytes.size(), 40U);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        EXPECT_EQ(bytes[i], std::to_string(i));
}

TEST_F(OutboxTest, ATagSeenBeforeGivesTheEarlierMessage) {
    ASSERT_TRUE(dies_after([this] {
        const auto outbox = open();
        return outbox && (*outbox)->put(envelope("first"), "report.csv:7", start);
    }));
    const auto outbox = opened();
    const auto again = outbox->put(envelope("made anew"), "report.csv:7", start.plus_ms(5));
    ASSERT_TRUE(again.has_value()) << again.error().line();
    EXPECT_FALSE(again->is_new);
    EXPECT_EQ(again->record.message_id, "id-first");
    EXPECT_EQ(again->record.put_at, start);
    EXPECT_THAT(bytes_of(outbox->waiting(0, 10)), ElementsAre("first"));
    ASSERT_TRUE(outbox->accepted(again->record.ticket, receipt("id-first", 4), start));
    const auto later = outbox->put(envelope("made once more"), "report.csv:7", start);
    ASSERT_TRUE(later.has_value());
    ASSERT_TRUE(later->record.fate.has_value());
    EXPECT_EQ((*later->record.fate)->sequence, Sequence{4});
    EXPECT_TRUE(outbox->put(envelope("another"), "report.csv:8", start)->is_new);
}

TEST_F(OutboxTest, AMessageIdIsTakenOnceAndNeverForOtherBytes) {
    const auto outbox = opened();
    ASSERT_TRUE(outbox->put(envelope("one"), "", start)->is_new);
    EXPECT_FALSE(outbox->put(envelope("one"), "", start)->is_new);
    const MadeEnvelope other{"other bytes", "id-one", "a"};
    EXPECT_THAT(outbox->put(other, "", start), FailsWith(ErrorCode::message_id_reused));
    ASSERT_TRUE(outbox->accepted(1, receipt("id-one", 4), start));
    EXPECT_FALSE(outbox->put(envelope("one"), "", start)->is_new);
    EXPECT_THAT(outbox->put(other, "", start), FailsWith(ErrorCode::message_id_reused));
}

TEST_F(OutboxTest, ManyArePutTogetherOrNotAtAll) {
    const auto outbox = opened();
    const std::string too_large(limits::envelope_bytes_max + 1, 'x');
    EXPECT_THAT(outbox->put_many({{envelope("one"), "1"}, {{too_large, "id", "a"}, "2"}}, start),
                FailsWith(ErrorCode::envelope_too_large));
    EXPECT_THAT(bytes_of(outbox->waiting(0, 10)), IsEmpty());
    EXPECT_EQ(outbox->counts()->waiting, 0U);
    const auto puts = outbox->put_many(
        {{envelope("one"), "1"}, {envelope("two"), "2"}, {envelope("three"), "1"}}, start);
    ASSERT_TRUE(puts.has_value());
    ASSERT_THAT(*puts, SizeIs(3));
    EXPECT_FALSE(puts->at(2).is_new);
    EXPECT_EQ(puts->at(2).record.ticket, puts->at(0).record.ticket);
    EXPECT_THAT(bytes_of(outbox->waiting(0, 10)), ElementsAre("one", "two"));
    EXPECT_THAT(outbox->put_many(std::vector<OutboxRequest>(outbox_batch_max + 1), start),
                FailsWith(ErrorCode::list_too_long));
    EXPECT_THAT(outbox->put(envelope("x"), std::string(outbox_tag_bytes_max + 1, 't'), start),
                FailsWith(ErrorCode::field_too_long));
    const std::string long_id(outbox_id_bytes_max + 1, 'i');
    EXPECT_THAT(outbox->put({"x", long_id, "a"}, "", start), FailsWith(ErrorCode::field_too_long));
    EXPECT_THAT(outbox->put({"x", "id", long_id}, "", start), FailsWith(ErrorCode::field_too_long));
}

TEST_F(OutboxTest, WaitingOnesComeOldestFirstAndInParts) {
    const auto outbox = opened();
    for (const char* each : {"one", "two", "three", "four"})
        ASSERT_TRUE(outbox->put(envelope(each), "", start));
    ASSERT_TRUE(outbox->accepted(2, receipt("id-two", 1), start));
    EXPECT_THAT(bytes_of(outbox->waiting(0, 2)), ElementsAre("one", "three"));
    EXPECT_THAT(bytes_of(outbox->waiting(3, 2)), ElementsAre("four"));
    EXPECT_THAT(bytes_of(outbox->waiting(4, 2)), IsEmpty());
}

TEST_F(OutboxTest, AtItsLimitsItIsFull) {
    OutboxSettings small = settings();
    small.messages_max = 2;
    small.bytes_max = 10;
    const auto outbox = *Outbox::open(small, own_);
    ASSERT_TRUE(outbox->put(envelope("12345"), "", start));
    EXPECT_THAT(outbox->put(envelope("678901"), "", start), FailsWith(ErrorCode::queue_full));
    ASSERT_TRUE(outbox->put(envelope("67890"), "", start));
    ASSERT_TRUE(outbox->accepted(1, receipt("id-12345", 1), start));
    ASSERT_TRUE(outbox->put(envelope("1"), "", start));
    EXPECT_THAT(outbox->put(envelope("2"), "", start), FailsWith(ErrorCode::queue_full));
    // What is refused takes room until somebody has looked.
    ASSERT_TRUE(outbox->refused(2, ErrorCode::order_unknown, start));
    EXPECT_THAT(outbox->put(envelope("2"), "", start), FailsWith(ErrorCode::queue_full));
    ASSERT_TRUE(outbox->take_note({2}, start));
    EXPECT_TRUE(outbox->put(envelope("2"), "", start));
}

// --- Settling -----------------------------------------------------------------------------------

TEST_F(OutboxTest, AReceiptIsKeptAndTheEnvelopeWithIt) {
    {
        const auto outbox = opened();
        ASSERT_TRUE(outbox->put(envelope("one"), "tag", start));
        ASSERT_TRUE(outbox->accepted(1, receipt("id-one", 17), start.plus_ms(9)));
    }
    const auto outbox = opened();
    EXPECT_THAT(bytes_of(outbox->waiting(0, 10)), IsEmpty());
    const auto found = outbox->find_by_tag("tag");
    ASSERT_TRUE(found.has_value() && found->has_value());
    const OutboxRecord& record = **found;
    EXPECT_EQ(record.state, OutboxState::accepted);
    EXPECT_EQ(record.settled_at, start.plus_ms(9));
    EXPECT_EQ(record.envelope, "one");
    ASSERT_TRUE(record.fate.has_value() && record.fate->has_value());
    const Receipt& kept = **record.fate;
    EXPECT_EQ(kept.message_id, "id-one");
    EXPECT_EQ(kept.sequence, Sequence{17});
    EXPECT_EQ(kept.recorded_at, start.plus_ms(7));
    ASSERT_THAT(kept.findings, SizeIs(1));
    EXPECT_EQ(kept.findings[0].code(), "order.citizen_only");
}

TEST_F(OutboxTest, WhatWasSentIsThereForThirtyDaysToBeHandedInAgain) {
    const Instant due = start.plus_ms(30 * day_ms);
    {
        const auto outbox = opened();
        for (const char* each : {"tagged", "refused", "noted", "waiting"})
            ASSERT_TRUE(outbox->put(envelope(each), each, start));
        ASSERT_TRUE(outbox->accepted(1, receipt("id-tagged", 1), start));
        ASSERT_TRUE(outbox->refused(2, ErrorCode::order_unknown, start));
        ASSERT_TRUE(outbox->accepted(3, receipt("id-noted", 2), start.plus_ms(5)));
        ASSERT_TRUE(outbox->take_note({3}, start.plus_ms(5)));
    }
    {
        const auto outbox = opened();
        EXPECT_EQ(*outbox->sweep(Instant{due.microseconds - 1}), 0U);
        EXPECT_THAT(bytes_of(outbox->sent(0, 10)), ElementsAre("tagged", "noted"));
        EXPECT_THAT(bytes_of(outbox->sent(1, 10)), ElementsAre("noted"));
        EXPECT_EQ(outbox->counts()->waiting_bytes, std::string_view{"waiting"}.size());
        EXPECT_EQ(*outbox->sweep(due), 0U) << "its caller has not taken note";
    }
    const auto outbox = opened();
    EXPECT_THAT(bytes_of(outbox->sent(0, 10)), ElementsAre("noted"));
    EXPECT_EQ((*outbox->find_by_tag("tagged"))->state, OutboxState::accepted);
    EXPECT_THAT((*outbox->find_by_tag("tagged"))->envelope, IsEmpty());
    EXPECT_EQ(*outbox->sweep(due.plus_ms(5)), 1U);
    EXPECT_THAT(bytes_of(outbox->sent(0, 10)), IsEmpty());
}

TEST_F(OutboxTest, ARefusalIsKeptWithTheEnvelopeUntilItIsNoted) {
    {
        const auto outbox = opened();
        ASSERT_TRUE(outbox->put(envelope("one"), "tag", start));
        ASSERT_TRUE(outbox->refused(
            1, Error{ErrorCode::field_invalid, "a detail", "order.start_date"}, start));
    }
    const auto outbox = opened();
    const auto refused = outbox->not_noted(0, 10);
    ASSERT_THAT(bytes_of(refused), ElementsAre("one"));
    const Error& error = refused->front().fate->error();
    EXPECT_EQ(error.code, ErrorCode::field_invalid);
    EXPECT_EQ(error.detail, "a detail");
    EXPECT_EQ(error.field_path, "order.start_date");
    ASSERT_TRUE(outbox->take_note({1}, start.plus_ms(3)));
    ASSERT_TRUE(outbox->take_note({1}, start.plus_ms(4)));
    EXPECT_THAT(bytes_of(outbox->not_noted(0, 10)), IsEmpty());
    const auto noted = outbox->find_by_message_id("id-one");
    EXPECT_EQ((*noted)->noted_at, start.plus_ms(3));
    EXPECT_THAT((*noted)->envelope, IsEmpty());
}

TEST_F(OutboxTest, TheFirstFateStands) {
    const auto outbox = opened();
    ASSERT_TRUE(outbox->put(envelope("one"), "", start));
    ASSERT_TRUE(outbox->accepted(1, receipt("id-one", 17), start));
    const auto again = outbox->settle({{1, ErrorCode::order_unknown}}, start);
    ASSERT_TRUE(again.has_value());
    EXPECT_THAT(*again, IsEmpty());
    EXPECT_EQ((*outbox->find_by_ticket(1))->state, OutboxState::accepted);
    EXPECT_EQ(outbox->counts()->refused_total, 0U);
    EXPECT_THAT(outbox->accepted(2, Receipt{}, start), FailsWith(ErrorCode::usage));
    EXPECT_THAT(outbox->take_note({2}, start), FailsWith(ErrorCode::usage));
    ASSERT_TRUE(outbox->put(envelope("two"), "", start));
    EXPECT_THAT(outbox->take_note({2}, start), FailsWith(ErrorCode::usage));
}

TEST_F(OutboxTest, CountsSurvive) {
    {
        const auto outbox = opened();
        for (const char* each : {"one", "two", "three", "four"})
            ASSERT_TRUE(outbox->put(envelope(each), "", start.plus_ms(each[0])));
        ASSERT_TRUE(outbox->accepted(1, receipt("id-one", 1), start));
        ASSERT_TRUE(outbox->refused(2, ErrorCode::order_unknown, start));
    }
    const auto counts = opened()->counts();
    ASSERT_TRUE(counts.has_value());
    EXPECT_EQ(counts->waiting, 2U);
    EXPECT_EQ(counts->waiting_bytes, 9U);
    EXPECT_EQ(counts->oldest_waiting, start.plus_ms('t'));
    EXPECT_EQ(counts->refused_not_noted, 1U);
    EXPECT_EQ(counts->accepted_total, 1U);
    EXPECT_EQ(counts->refused_total, 1U);
}

TEST_F(OutboxTest, ThirtyDaysLaterWhatIsDoneIsForgotten) {
    const auto outbox = opened();
    for (const char* each : {"waits", "accepted", "noted", "refused"})
        ASSERT_TRUE(outbox->put(envelope(each), each, start));
    ASSERT_TRUE(outbox->accepted(2, receipt("id-accepted", 1), start.plus_ms(10)));
    ASSERT_TRUE(outbox->refused(3, ErrorCode::order_unknown, start));
    ASSERT_TRUE(outbox->refused(4, ErrorCode::order_unknown, start));
    ASSERT_TRUE(outbox->take_note({3}, start.plus_ms(20)));
    const Instant due = start.plus_ms(30 * day_ms);
    EXPECT_EQ(*outbox->sweep(due.plus_ms(10)), 0U);
    EXPECT_TRUE(outbox->find_by_tag("accepted")->has_value()) << "its caller has not taken note";
    ASSERT_TRUE(outbox->take_note({2}, start.plus_ms(15)));
    EXPECT_EQ(*outbox->sweep(due.plus_ms(14)), 0U);
    EXPECT_EQ(*outbox->sweep(due.plus_ms(15)), 1U);
    EXPECT_FALSE(outbox->find_by_tag("accepted")->has_value());
    EXPECT_EQ(*outbox->sweep(due.plus_ms(19)), 0U);
    EXPECT_EQ(*outbox->sweep(due.plus_ms(20)), 1U);
    EXPECT_FALSE(outbox->find_by_tag("noted")->has_value());
    EXPECT_EQ(*outbox->sweep(start.plus_ms(1000 * day_ms)), 0U);
    EXPECT_TRUE(outbox->find_by_tag("waits")->has_value());
    EXPECT_TRUE(outbox->find_by_tag("refused")->has_value());
    EXPECT_EQ(outbox->counts()->accepted_total, 1U);
    EXPECT_EQ(outbox->counts()->refused_total, 2U);
}

// --- Who may open it, and what may stand in it --------------------------------------------------

TEST_F(OutboxTest, OneProcessHasItAtATime) {
    auto outbox = opened();
    ASSERT_TRUE(outbox->put(envelope("one"), "", start));
    const auto is_locked = [this] {
        const auto other = open();
        return !other && other.error().code == ErrorCode::data_folder_locked;
    };
    EXPECT_TRUE(dies_after(is_locked));
    EXPECT_TRUE(is_locked());
    // The attempt from within has not taken the lock away.
    EXPECT_TRUE(dies_after(is_locked));
    outbox.reset();
    EXPECT_TRUE(open().has_value());
}

TEST_F(OutboxTest, OtherKeysDoNotOpenIt) {
    opened().reset();
    const auto other = Outbox::open(settings(), party_keys(8));
    ASSERT_THAT(other, FailsWith(ErrorCode::opening_failed));
    EXPECT_THAT(other.error().detail, HasSubstr(file_.string()));
}

TEST_F(OutboxTest, MessagesForAnotherLogAreNotSentToThisOne) {
    opened().reset();
    OutboxSettings other = settings();
    other.origin = "another.test/log";
    EXPECT_THAT(Outbox::open(other, own_), FailsWith(ErrorCode::log_identity_wrong));
}

TEST_F(OutboxTest, ItIsForItsOwnerAlone) {
    const auto mode = [](const fs::path& path) {
        return fs::status(path).permissions() & fs::perms::all;
    };
    auto outbox = opened();
    ASSERT_TRUE(outbox->put(envelope("one"), "", start));
    for (const auto& each : fs::directory_iterator(folder_.path()))
        EXPECT_EQ(mode(each.path()), fs::perms::owner_read | fs::perms::owner_write) << each;
    outbox.reset();
    fs::permissions(file_, fs::perms::group_read, fs::perm_options::add);
    EXPECT_THAT(open(), FailsWith(ErrorCode::file_unreadable));
}

TEST_F(OutboxTest, NothingOfAMessageStandsInTheClear) {
    const auto outbox = opened();
    const MadeEnvelope secret{"the body's words", "id-1", "the order's id"};
    ASSERT_TRUE(outbox->put(secret, "the file's name", start));
    ASSERT_TRUE(outbox->put(MadeEnvelope{"more", "id-2", "the order's id"}, "", start));
    ASSERT_TRUE(outbox->refused(
        1, Error{ErrorCode::field_invalid, "the hub's words", "the field's path"}, start));
    ASSERT_TRUE(outbox->accepted(2, receipt("id-2", 3), start));
    for (const auto& each : fs::directory_iterator(folder_.path())) {
        const std::string content = read_file(each.path());
        for (const char* word : {"the body's words", "the order's id", "the file's name",
                                 "the hub's words", "the field's path", "order.citizen_only"}) {
            EXPECT_THAT(content, Not(HasSubstr(word))) << each;
        }
    }
}

TEST_F(OutboxTest, ARowThatWasChangedIsNoticed) {
    const std::vector<std::string> changes = {
        "UPDATE jobbro_outbox SET envelope = (SELECT envelope FROM jobbro_outbox WHERE ticket = 2)"
        " WHERE ticket = 1",
        "UPDATE jobbro_outbox SET identity = (SELECT identity FROM jobbro_outbox WHERE ticket = 2)"
        " WHERE ticket = 1",
        "UPDATE jobbro_outbox SET message_id = 'id-other' WHERE ticket = 1",
        "UPDATE jobbro_outbox SET put_at = put_at + 1 WHERE ticket = 1",
        "UPDATE jobbro_outbox SET tag_hash = NULL WHERE ticket = 1",
        "UPDATE jobbro_outbox SET ticket = 9 WHERE ticket = 2",
        "UPDATE jobbro_outbox SET state = 2 WHERE ticket = 1",
        "UPDATE jobbro_outbox SET state = 7 WHERE ticket = 1",
        "UPDATE jobbro_outbox SET state = 257 WHERE ticket = 1",
        "UPDATE jobbro_outbox SET state = 3, settled_at = 5, fate = x'00' WHERE ticket = 1",
        "UPDATE jobbro_outbox SET state = 1, settled_at = NULL, fate = NULL WHERE ticket = 3",
        "UPDATE jobbro_outbox SET settled_at = settled_at + 1 WHERE ticket = 3",
        "UPDATE jobbro_outbox SET noted_at = 5 WHERE ticket = 4",
        "UPDATE jobbro_outbox SET state = 1, settled_at = NULL, fate = NULL WHERE ticket = 4",
        "DELETE FROM jobbro_outbox WHERE ticket = 2",
        "DELETE FROM jobbro_outbox WHERE ticket = 3",
        "DELETE FROM jobbro_outbox WHERE ticket = 4",
        "DELETE FROM jobbro_outbox_head"};
    for (const std::string& change : changes) {
        fs::remove(file_);
        {
            const auto outbox = opened();
            for (const char* each : {"one", "two", "three", "four"})
                ASSERT_TRUE(outbox->put(envelope(each), each, start));
            ASSERT_TRUE(outbox->accepted(3, receipt("id-three", 1), start));
            ASSERT_TRUE(outbox->refused(4, ErrorCode::order_unknown, start));
        }
        ASSERT_TRUE(open().has_value());
        tamper(change);
        const auto outbox = open();
        ASSERT_THAT(outbox, FailsWith(ErrorCode::tampered)) << change;
        EXPECT_THAT(outbox.error().detail, HasSubstr(file_.string()));
    }
}

TEST_F(OutboxTest, AHeadOfOnesOwnIsNoHead) {
    ASSERT_TRUE(opened()->put(envelope("one"), "", start));
    tamper("INSERT OR REPLACE INTO jobbro_outbox_head VALUES (1, zeroblob(140))");
    EXPECT_THAT(open(), FailsWith(ErrorCode::opening_failed));
}

TEST_F(OutboxTest, WhatIsNoOutboxIsNotTakenForOne) {
    std::ofstream{file_} << std::string(4096, 'x');
    fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_THAT(open(), FailsWith(ErrorCode::tampered));
    fs::remove(file_);
    tamper("CREATE TABLE notes (text TEXT)");
    fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_THAT(open(), FailsWith(ErrorCode::store_format_unknown));
    fs::remove(file_);
    opened().reset();
    tamper("PRAGMA user_version = 2");
    EXPECT_THAT(open(), FailsWith(ErrorCode::store_format_unknown));
    fs::remove(file_);
    fs::create_directory(file_);
    EXPECT_THAT(open(), FailsWith(ErrorCode::file_unreadable));
}

// --- Disks --------------------------------------------------------------------------------------

TEST_F(OutboxTest, WithoutRoomItSaysSoAndGoesOnWhenThereIsSome) {
    OutboxSettings small = settings();
    small.file_bytes_max = 512 * 1024;
    const auto outbox = *Outbox::open(small, own_);
    const auto large = [](std::uint64_t i) {
        return MadeEnvelope{std::string(20'000, 'x'), "id-" + std::to_string(i), "a"};
    };
    std::uint64_t taken = 0;
    auto put = outbox->put(large(0), "", start);
    for (; put && taken < 100; put = outbox->put(large(taken), "", start))
        ++taken;
    ASSERT_THAT(put, FailsWith(ErrorCode::file_unwritable));
    EXPECT_THAT(put.error().detail, HasSubstr(file_.string()));
    EXPECT_GE(taken, 5U);
    EXPECT_EQ(outbox->counts()->waiting, taken);
    EXPECT_EQ(outbox->waiting(0, 100)->size(), taken);
    // What is there can still be settled.
    for (std::uint64_t ticket = 1; ticket <= taken; ++ticket)
        ASSERT_TRUE(outbox->accepted(ticket, receipt("", ticket), start)) << ticket;
    // What is only kept gives way.
    const std::size_t kept = outbox->sent(0, 100)->size();
    EXPECT_GT(kept, 0U);
    EXPECT_TRUE(outbox->put(large(taken), "", start));
    EXPECT_EQ(outbox->waiting(0, 100)->size(), 1U);
    EXPECT_LT(outbox->sent(0, 100)->size(), kept);
    EXPECT_EQ(outbox->counts()->accepted_total, taken);
    EXPECT_LE(fs::file_size(file_), small.file_bytes_max);
}

TEST_F(OutboxTest, WhatMayOnlyBeReadIsSaidToBeThat) {
    opened().reset();
    fs::permissions(file_, fs::perms::owner_read);
    // The superuser may write everything, so another looks.
    const uid_t somebody = geteuid() == 0 ? 65534 : geteuid();
    ASSERT_EQ(chown(file_.c_str(), somebody, static_cast<gid_t>(-1)), 0);
    ASSERT_EQ(chown(folder_.path().c_str(), somebody, static_cast<gid_t>(-1)), 0);
    EXPECT_TRUE(dies_after([&] {
        if (seteuid(somebody) != 0) return false;
        const auto outbox = open();
        return !outbox && outbox.error().code == ErrorCode::file_unwritable;
    }));
}

TEST_F(OutboxTest, AFolderMayBeReachedByALinkAndTheFileMayNotBeOne) {
    const fs::path real = folder_ / "real";
    fs::create_directory(real);
    fs::create_directory_symlink(real, folder_ / "link");
    OutboxSettings linked = settings();
    linked.file = folder_ / "link" / "outbox.db";
    {
        const auto outbox = Outbox::open(linked, own_);
        ASSERT_TRUE(outbox.has_value()) << outbox.error().line();
        ASSERT_TRUE((*outbox)->put(envelope("one"), "", start));
    }
    EXPECT_TRUE(fs::is_regular_file(real / "outbox.db"));
    fs::create_symlink(real / "outbox.db", folder_ / "other.db");
    linked.file = folder_ / "other.db";
    EXPECT_THAT(Outbox::open(linked, own_), FailsWith(ErrorCode::file_unreadable));
}

TEST_F(OutboxTest, AFolderThatIsNotThereIsNotMade) {
    OutboxSettings elsewhere = settings();
    elsewhere.file = folder_.path() / "missing" / "outbox.db";
    const auto outbox = Outbox::open(elsewhere, own_);
    ASSERT_THAT(outbox, FailsWith(ErrorCode::file_unwritable));
    EXPECT_THAT(outbox.error().detail, HasSubstr("missing"));
}

}  // namespace
}  // namespace jobbro::kit
