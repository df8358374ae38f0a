#include "adapters/kit/inbox.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

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

using testing::day_ms;
using testing::read_file;

namespace fs = std::filesystem;

DeliveryId delivery(std::uint64_t sequence, const std::string& subscription = "reports",
                    const std::string& origin = "jobbro.test/log") {
    return DeliveryId{origin, subscription, Sequence{sequence}};
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(folder))
        names.push_back(each.path().filename().string());
    return names;
}

class InboxTest : public ::testing::Test {
  protected:
    Result<std::unique_ptr<Inbox>> open() {
        auto inbox = Inbox::open(InboxSettings{.file = folder_ / "inbox.db"});
        if (!inbox) return inbox;
        JOBBRO_TRY((*inbox)->execute_schema(
            "CREATE TABLE IF NOT EXISTS effects (sequence INTEGER, note TEXT);"
            "CREATE TABLE IF NOT EXISTS names (name TEXT UNIQUE);"));
        return inbox;
    }
    std::unique_ptr<Inbox> opened() {
        auto inbox = open();
        EXPECT_TRUE(inbox.has_value()) << inbox.error().line();
        return *std::move(inbox);
    }
    // An effect that leaves one row.
    static auto noting(std::int64_t sequence) {
        return [sequence](Transaction& transaction) -> Result<void> {
            JOBBRO_TRY(transaction.execute("INSERT INTO effects VALUES (?, ?)",
                                           {sequence, std::string{"noted"}}));
            return {};
        };
    }
    static std::vector<std::int64_t> effects(Inbox& inbox) {
        std::vector<std::int64_t> sequences;
        EXPECT_TRUE(inbox.transact([&](Transaction& transaction) -> Result<void> {
            JOBBRO_TRY_ASSIGN(const auto rows,
                              transaction.query("SELECT sequence FROM effects ORDER BY rowid"));
            for (const SqlRow& row : rows)
                sequences.push_back(std::get<std::int64_t>(row[0]));
            return {};
        }));
        return sequences;
    }

    const testing::TemporaryFolder folder_;
};

// --- Effects in the file ------------------------------------------------------------------------

TEST_F(InboxTest, ADeliveryTakesEffectOnce) {
    {
        const auto inbox = opened();
        EXPECT_EQ(*inbox->handle_once(delivery(5), start, noting(5)), Handled::now);
        EXPECT_EQ(*inbox->handle_once(delivery(5), start, noting(5)), Handled::before);
        EXPECT_EQ(inbox->counts().handled, 1U);
        EXPECT_EQ(inbox->counts().skipped, 1U);
    }
    const auto inbox = opened();
    EXPECT_EQ(*inbox->handle_once(delivery(5), start, noting(5)), Handled::before);
    // One that comes late, as parked ones do.
    EXPECT_EQ(*inbox->handle_once(delivery(3), start, noting(3)), Handled::now);
    EXPECT_THAT(effects(*inbox), ElementsAre(5, 3));
}

TEST_F(InboxTest, AMarkIsOfOneLogAndOneSubscription) {
    const auto inbox = opened();
    EXPECT_EQ(*inbox->handle_once(delivery(5), start, noting(5)), Handled::now);
    EXPECT_EQ(*inbox->handle_once(delivery(5, "other"), start, noting(6)), Handled::now);
    EXPECT_EQ(*inbox->handle_once(delivery(5, "reports", "other/log"), start, noting(7)),
              Handled::now);
    EXPECT_EQ(*inbox->handle_once(delivery(5, "other"), start, noting(8)), Handled::before);
    EXPECT_THAT(effects(*inbox), ElementsAre(5, 6, 7));
}

TEST_F(InboxTest, AnErrorUndoesTheEffectAndTheMark) {
    const auto inbox = opened();
    EXPECT_THAT(inbox->handle_once(delivery(5), start,
                                   [](Transaction& transaction) -> Result<void> {
                                       JOBBRO_TRY(noting(5)(transaction));
                                       return ErrorCode::field_invalid;
                                   }),
                FailsWith(ErrorCode::field_invalid));
    EXPECT_THROW(ignore(inbox->handle_once(delivery(5), start,
                                           [](Transaction& transaction) -> Result<void> {
                                               JOBBRO_TRY(noting(5)(transaction));
                                               throw std::runtime_error{"the application's"};
                                           }),
                        "it throws"),
                 std::runtime_error);
    EXPECT_THAT(effects(*inbox), IsEmpty());
    EXPECT_EQ(*inbox->handle_once(delivery(5), start, noting(5)), Handled::now);
    EXPECT_THAT(effects(*inbox), ElementsAre(5));
}

TEST_F(InboxTest, ACrashWithinTheEffectLeavesNothing) {
    ASSERT_TRUE(dies_after([this] {
        const auto inbox = open();
        if (!inbox || !(*inbox)->handle_once(delivery(4), start, noting(4))) return false;
        ignore((*inbox)->handle_once(delivery(5), start,
                                     [](Transaction& transaction) -> Result<void> {
                                         JOBBRO_TRY(noting(5)(transaction));
                                         die();
                                     }),
               "it does not return");
        return false;
    }));
    const auto inbox = opened();
    EXPECT_THAT(effects(*inbox), ElementsAre(4));
    EXPECT_EQ(*inbox->handle_once(delivery(4), start, noting(4)), Handled::before);
    EXPECT_EQ(*inbox->handle_once(delivery(5), start, noting(5)), Handled::now);
    EXPECT_THAT(effects(*inbox), ElementsAre(4, 5));
}

TEST_F(InboxTest, ParametersComeBackAsTheyWent) {
    const auto inbox = opened();
    ASSERT_TRUE(inbox->execute_schema("CREATE TABLE kinds (a, b, c, d, e)"));
    const SqlRow row = {std::monostate{}, std::int64_t{-7}, 1.5, std::string{"'; DROP TABLE kinds"},
                        SqlBlob{Bytes("\0\xFFz", 3)}};
    ASSERT_TRUE(inbox->transact([&](Transaction& transaction) -> Result<void> {
        JOBBRO_TRY_ASSIGN(const auto changed,
                          transaction.execute("INSERT INTO kinds VALUES (?, ?, ?, ?, ?)", row));
        EXPECT_EQ(changed, 1U);
        JOBBRO_TRY_ASSIGN(const auto rows, transaction.query("SELECT * FROM kinds"));
        EXPECT_THAT(rows, ElementsAre(row));
        return {};
    }));
}

TEST_F(InboxTest, AnEffectKeepsToItsOwnTablesAndItsTransaction) {
    const auto inbox = opened();
    for (const char* sql : {"COMMIT", "ROLLBACK", "SAVEPOINT mine", "PRAGMA synchronous = OFF",
                            "ATTACH 'other.db' AS other", "DELETE FROM jobbro_inbox_marks",
                            "SELECT * FROM Jobbro_Inbox_Marks", "CREATE TABLE jobbro_mine (a)",
                            "INSERT INTO effects SELECT sequence, 'x' FROM jobbro_inbox_marks",
                            "nonsense", "SELECT 1; SELECT 2", ""}) {
        EXPECT_THAT(inbox->handle_once(delivery(5), start,
                                       [sql](Transaction& transaction) -> Result<void> {
                                           JOBBRO_TRY(transaction.execute(sql));
                                           return {};
                                       }),
                    FailsWith(ErrorCode::usage))
            << sql;
    }
    EXPECT_THAT(inbox->execute_schema("CREATE TABLE a (b); PRAGMA user_version = 9"),
                FailsWith(ErrorCode::usage));
    EXPECT_EQ(*inbox->handle_once(delivery(5), start, noting(5)), Handled::now);
}

TEST_F(InboxTest, AnEffectThatUndoesItsTransactionIsNotTakenForDone) {
    const auto inbox = opened();
    ASSERT_TRUE(inbox->transact([](Transaction& transaction) -> Result<void> {
        JOBBRO_TRY(transaction.execute("INSERT INTO names VALUES ('taken')"));
        return {};
    }));
    const auto passes_over = [](Transaction& transaction) -> Result<void> {
        EXPECT_THAT(transaction.execute("INSERT OR ROLLBACK INTO names VALUES ('taken')"),
                    FailsWith(ErrorCode::usage));
        EXPECT_THAT(transaction.execute("INSERT INTO names VALUES ('outside')"),
                    FailsWith(ErrorCode::usage));
        return {};
    };
    EXPECT_THAT(inbox->handle_once(delivery(5), start, passes_over), FailsWith(ErrorCode::usage));
    EXPECT_EQ(*inbox->handle_once(delivery(5), start, noting(5)), Handled::now);
    ASSERT_TRUE(inbox->transact([](Transaction& transaction) -> Result<void> {
        JOBBRO_TRY_ASSIGN(const auto rows, transaction.query("SELECT name FROM names"));
        EXPECT_THAT(rows, ElementsAre(SqlRow{std::string{"taken"}}));
        return {};
    }));
}

TEST_F(InboxTest, ErrorsHoldNeitherStatementsNorValues) {
    const auto inbox = opened();
    const auto failed = inbox->transact([](Transaction& transaction) -> Result<void> {
        JOBBRO_TRY(transaction.execute("INSERT INTO names VALUES (?)", {std::string{"Jensen"}}));
        JOBBRO_TRY(transaction.execute("INSERT INTO names VALUES (?)", {std::string{"Jensen"}}));
        return {};
    });
    ASSERT_THAT(failed, FailsWith(ErrorCode::usage));
    EXPECT_THAT(failed.error().line(), Not(HasSubstr("Jensen")));
    const auto unreadable = inbox->transact([](Transaction& transaction) -> Result<void> {
        JOBBRO_TRY(transaction.execute("INSERT Jensen"));
        return {};
    });
    ASSERT_THAT(unreadable, FailsWith(ErrorCode::usage));
    EXPECT_THAT(unreadable.error().line(), Not(HasSubstr("Jensen")));
}

TEST_F(InboxTest, OneProcessHasItAtATime) {
    const auto inbox = opened();
    EXPECT_TRUE(dies_after([this] {
        const auto other = open();
        return !other && other.error().code == ErrorCode::data_folder_locked;
    }));
}

TEST_F(InboxTest, WithoutRoomADeliveryIsNotMarked) {
    const auto inbox =
        *Inbox::open(InboxSettings{.file = folder_ / "small.db", .file_bytes_max = 64 * 1024});
    ASSERT_TRUE(inbox->execute_schema("CREATE TABLE texts (text TEXT)"));
    const auto keeps = [](std::size_t bytes) {
        return [bytes](Transaction& transaction) -> Result<void> {
            JOBBRO_TRY(
                transaction.execute("INSERT INTO texts VALUES (?)", {std::string(bytes, 'x')}));
            return {};
        };
    };
    EXPECT_THAT(inbox->handle_once(delivery(5), start, keeps(100'000)),
                FailsWith(ErrorCode::file_unwritable));
    EXPECT_EQ(*inbox->handle_once(delivery(5), start, keeps(10)), Handled::now);
}

// --- Effects elsewhere --------------------------------------------------------------------------

class PublishTest : public InboxTest {
  protected:
    // What became of one call.
    struct Calls {
        int staged = 0;
        int published = 0;
        Inbox::Attempt attempt = Inbox::Attempt::first;
    };
    static Result<Handled> publish(Inbox& inbox, Calls& calls) {
        return inbox.publish_once(
            delivery(5), start,
            [&calls]() -> Result<void> {
                ++calls.staged;
                return {};
            },
            [&calls](Inbox::Attempt attempt) -> Result<void> {
                ++calls.published;
                calls.attempt = attempt;
                return {};
            });
    }
    // The two steps, in a process that ends where told.
    enum class End { in_stage, in_publish, after };
    bool ends(End where) {
        return dies_after([this, where] {
            const auto inbox = open();
            if (!inbox) return false;
            const auto ends_if = [where](bool is_here) -> Result<void> {
                if (is_here) die();
                return {};
            };
            return (*inbox)
                ->publish_once(
                    delivery(5), start, [&] { return ends_if(where == End::in_stage); },
                    [&](Inbox::Attempt) { return ends_if(where == End::in_publish); })
                .has_value();
        });
    }
};

TEST_F(PublishTest, StagesAndPublishesOnce) {
    const auto inbox = opened();
    Calls calls;
    EXPECT_EQ(*publish(*inbox, calls), Handled::now);
    EXPECT_EQ(*publish(*inbox, calls), Handled::before);
    EXPECT_EQ(calls.staged, 1);
    EXPECT_EQ(calls.published, 1);
    EXPECT_EQ(calls.attempt, Inbox::Attempt::first);
}

TEST_F(PublishTest, AfterACrashBeforeTheFirstMarkItBeginsAnew) {
    ASSERT_TRUE(ends(End::in_stage));
    Calls calls;
    EXPECT_EQ(*publish(*opened(), calls), Handled::now);
    EXPECT_EQ(calls.staged, 1);
    EXPECT_EQ(calls.attempt, Inbox::Attempt::first);
}

TEST_F(PublishTest, AfterACrashBetweenTheMarksItPublishesAgainAndKnows) {
    ASSERT_TRUE(ends(End::in_publish));
    Calls calls;
    EXPECT_EQ(*publish(*opened(), calls), Handled::now);
    EXPECT_EQ(calls.staged, 0);
    EXPECT_EQ(calls.published, 1);
    EXPECT_EQ(calls.attempt, Inbox::Attempt::again);
}

TEST_F(PublishTest, AfterACrashAtTheEndNothingIsLeftToDo) {
    ASSERT_TRUE(ends(End::after));
    Calls calls;
    EXPECT_EQ(*publish(*opened(), calls), Handled::before);
    EXPECT_EQ(calls.staged + calls.published, 0);
}

TEST_F(PublishTest, WhatIsStagedIsNotHandledInTheFileToo) {
    ASSERT_TRUE(ends(End::in_publish));
    EXPECT_THAT(opened()->handle_once(delivery(5), start, noting(5)), FailsWith(ErrorCode::usage));
}

class PublishFileTest : public InboxTest {
  protected:
    void SetUp() override { fs::create_directory(staging_); }
    Result<Handled> publish(Inbox& inbox, const std::string& name = "5.json") {
        return inbox.publish_file(delivery(5), start, {staging_, target_, name, "the content"});
    }
    // As far as the mark "staged": the folder to rename into is not there yet.
    void stage() {
        EXPECT_THAT(publish(*opened()), FailsWith(ErrorCode::file_unwritable));
        ASSERT_EQ(names_in(staging_).size(), 1U);
        fs::create_directory(target_);
    }

    const fs::path staging_ = folder_ / "staging";
    const fs::path target_ = folder_ / "out";
};

TEST_F(PublishFileTest, PutsAWholeFileThereForItsOwnerAlone) {
    fs::create_directory(target_);
    const auto inbox = opened();
    EXPECT_EQ(*publish(*inbox), Handled::now);
    EXPECT_EQ(read_file(target_ / "5.json"), "the content");
    EXPECT_EQ(fs::status(target_ / "5.json").permissions() & fs::perms::all,
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_THAT(names_in(staging_), IsEmpty());
    fs::remove(target_ / "5.json");
    EXPECT_EQ(*publish(*inbox), Handled::before);
    EXPECT_THAT(names_in(target_), IsEmpty());
}

TEST_F(PublishFileTest, ACrashBeforeTheRenameLosesNothing) {
    stage();
    EXPECT_EQ(*publish(*opened()), Handled::now);
    EXPECT_EQ(read_file(target_ / "5.json"), "the content");
}

TEST_F(PublishFileTest, ACrashAfterTheRenamePublishesNoSecondTime) {
    stage();
    // The rename was done, and the process ended before the mark.
    fs::rename(staging_ / names_in(staging_).front(), target_ / "5.json");
    EXPECT_EQ(*publish(*opened()), Handled::now);
    EXPECT_THAT(names_in(target_), ElementsAre("5.json"));
}

TEST_F(PublishFileTest, AReaderThatWasQuickerThanTheMarkGetsNoSecondFile) {
    stage();
    fs::remove(staging_ / names_in(staging_).front());
    EXPECT_EQ(*publish(*opened()), Handled::now);
    EXPECT_THAT(names_in(target_), IsEmpty());
    EXPECT_EQ(*publish(*opened()), Handled::before);
}

TEST_F(PublishFileTest, WhatACrashLeftHalfWrittenIsWrittenAnew) {
    stage();
    const std::string name = names_in(staging_).front();
    fs::remove(folder_ / "inbox.db");  // the mark never came to disk
    std::ofstream{staging_ / name} << "the content, and what does not belong there";
    EXPECT_EQ(*publish(*opened()), Handled::now);
    EXPECT_EQ(read_file(target_ / "5.json"), "the content");
}

TEST_F(PublishFileTest, AnotherFileIsNotOverwritten) {
    fs::create_directory(target_);
    std::ofstream{target_ / "5.json"} << "another";
    const auto inbox = opened();
    EXPECT_THAT(publish(*inbox), FailsWith(ErrorCode::file_unwritable));
    EXPECT_EQ(read_file(target_ / "5.json"), "another");
    fs::remove(target_ / "5.json");
    EXPECT_EQ(*publish(*inbox), Handled::now);
    EXPECT_EQ(read_file(target_ / "5.json"), "the content");
}

TEST_F(PublishFileTest, AFileThatHoldsTheSameIsTheOneThatWasToBePublished) {
    stage();
    // Published, and the folder's own entry of the staged one came back with the power.
    std::ofstream{target_ / "5.json"} << "the content";
    EXPECT_EQ(*publish(*opened()), Handled::now);
    EXPECT_EQ(read_file(target_ / "5.json"), "the content");
    EXPECT_THAT(names_in(staging_), IsEmpty());
    EXPECT_EQ(*publish(*opened()), Handled::before);
}

TEST_F(PublishFileTest, OnlyARegularFileHoldsTheSame) {
    stage();
    std::ofstream{folder_ / "elsewhere"} << "the content";
    fs::create_symlink(folder_ / "elsewhere", target_ / "5.json");
    EXPECT_THAT(publish(*opened()), FailsWith(ErrorCode::file_unwritable));
    fs::remove(target_ / "5.json");
    std::ofstream{target_ / "5.json"} << "the_content";
    EXPECT_THAT(publish(*opened()), FailsWith(ErrorCode::file_unwritable));
    EXPECT_EQ(names_in(staging_).size(), 1U);
}

TEST_F(PublishFileTest, ANameIsTheNameOfAFile) {
    fs::create_directory(target_);
    const auto inbox = opened();
    for (const std::string& name : {std::string{}, std::string{"."}, std::string{".."},
                                    std::string{"a/b"}, std::string{"a\0b", 3}}) {
        EXPECT_THAT(publish(*inbox, name), FailsWith(ErrorCode::field_invalid)) << name;
    }
    EXPECT_THAT(names_in(staging_), IsEmpty());
}

// --- Pruning ------------------------------------------------------------------------------------

TEST_F(PublishTest, AMarkStaysForThirtyDaysAndForAsLongAsTheDeliveryMayCome) {
    ASSERT_TRUE(ends(End::in_publish));  // sequence 5 is staged
    const auto inbox = opened();
    for (const std::uint64_t each : {3, 4, 6, 7})
        ASSERT_TRUE(inbox->handle_once(delivery(each), start, noting(1)));
    ASSERT_TRUE(inbox->handle_once(delivery(2), start.plus_ms(1), noting(1)));
    ASSERT_TRUE(inbox->handle_once(delivery(3, "other"), start, noting(1)));
    const auto prune = [&](Instant now) {
        return *inbox->prune("jobbro.test/log", "reports", Sequence{7}, now);
    };
    const Instant due = start.plus_ms(30 * day_ms);
    EXPECT_EQ(prune(Instant{due.microseconds - 1}), 0U);
    EXPECT_EQ(prune(due), 3U);
    EXPECT_EQ(prune(due.plus_ms(1)), 1U);
    EXPECT_EQ(prune(due.plus_ms(day_ms)), 0U);
    EXPECT_EQ(*inbox->handle_once(delivery(7), start, noting(1)), Handled::before);
    EXPECT_EQ(*inbox->handle_once(delivery(3, "other"), start, noting(1)), Handled::before);
    EXPECT_EQ(*inbox->handle_once(delivery(3), start, noting(1)), Handled::now);
    Calls calls;
    EXPECT_EQ(*publish(*inbox, calls), Handled::now);
    EXPECT_EQ(calls.attempt, Inbox::Attempt::again);
}

}  // namespace
}  // namespace jobbro::kit
