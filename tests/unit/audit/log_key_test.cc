// A log that was handed over to another key, as the auditor follows it.
#include <gmock/gmock.h>

#include "adapters/audit/folder_check.h"
#include "proto/evidence/signed_text.h"
#include "tests/support/data_folder.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Keys by name; the made-up log begins with "log".
evidence::NoteVerifier verifier_of(const std::string& name) {
    return {made_up_origin, evidence::verifying_key(MadeUpLog::key(name))};
}

v1::LogKeyChange change_of(const std::string& former, const std::string& to) {
    const std::string text =
        evidence::log_key_text(made_up_origin, verifier_of(former).text(), verifier_of(to).text());
    v1::LogKeyChange change;
    change.set_verifier_key(verifier_of(to).text());
    change.set_former_signature(Bytes{view(evidence::sign(MadeUpLog::key(former), text))});
    change.set_signature(Bytes{view(evidence::sign(MadeUpLog::key(to), text))});
    return change;
}

// An entry that hands the log over, and a checkpoint that the new key signs.
void add_change(MadeUpLog& log, const v1::LogKeyChange& change, const std::string& signer) {
    const std::uint64_t at = log.entries.size();
    MadeUpEntry entry{.sequence = at, .body = change.SerializeAsString()};
    entry.index.set_kind(v1::MESSAGE_KIND_LOG_KEY_CHANGE);
    log.add(entry);
    log.commits[at + 1] = made_up_note(made_up_origin, at + 1, log.root(at + 1), signer);
}

// Entries 0 to 4 under "log", then entry 5 hands it to "second".
MadeUpLog handed_over() {
    MadeUpLog log{5};
    add_change(log, change_of("log", "second"), "second");
    return log;
}

std::vector<std::string> faults_of(const MadeUpLog& log, const evidence::NoteVerifier& known) {
    FaultList faults;
    LogCheck check{known, log.stored_tiles(), faults};
    auto commit = log.commits.begin();
    for (const auto& [sequence, bytes] : log.entries) {
        check.announce(Sequence{sequence});
        for (; commit != log.commits.end() && commit->first <= sequence; ++commit)
            check.take_checkpoint(TreeSize{commit->first}, commit->second);
        check.take_entry(Sequence{sequence}, bytes, log.hub_keys_of(sequence));
    }
    for (; commit != log.commits.end(); ++commit)
        check.take_checkpoint(TreeSize{commit->first}, commit->second);
    check.finish();
    std::vector<std::string> lines;
    for (const Fault& fault : faults.kept())
        lines.push_back(line_of(fault));
    return lines;
}

TEST(LogKey, TheNewestIsEnoughToFollowAllOthers) {
    MadeUpLog log = handed_over();
    EXPECT_THAT(faults_of(log, verifier_of("second")), IsEmpty());
    add_change(log, change_of("second", "third"), "third");
    EXPECT_THAT(faults_of(log, verifier_of("third")), IsEmpty());
}

TEST(LogKey, ALogThatEndsUnderAnotherKeyThanTheKnownOneIsAFault) {
    const MadeUpLog log = handed_over();
    EXPECT_THAT(faults_of(log, verifier_of("log")),
                Contains("entry 0: the log names another key than the one it is verified with"));
    const MadeUpLog whole{5};
    EXPECT_THAT(faults_of(whole, verifier_of("second")),
                Contains("entry 0: the log names another key than the one it is verified with"));
}

TEST(LogKey, AFormerKeySignsNothingAfterTheChange) {
    MadeUpLog log = handed_over();
    log.commits[6] = made_up_note(made_up_origin, 6, log.root(6), "log");
    EXPECT_THAT(faults_of(log, verifier_of("second")),
                Contains(HasSubstr("entry 5: checkpoint 6: ")));
}

TEST(LogKey, BothKeysMustHaveSignedTheChange) {
    const auto fault_of = [](const std::function<void(v1::LogKeyChange&)>& spoil) {
        MadeUpLog log{5};
        v1::LogKeyChange change = change_of("log", "second");
        spoil(change);
        add_change(log, change, "second");
        const auto faults = faults_of(log, verifier_of("second"));
        return faults.empty() ? std::string{"none"} : faults[0];
    };
    EXPECT_EQ(fault_of([](auto&) {}), "none");
    EXPECT_EQ(fault_of([](auto& c) { c.set_former_signature(Bytes(64, 'x')); }),
              "entry 5: the log's key until then has not handed it over");
    EXPECT_EQ(fault_of([](auto& c) { c.set_signature(c.former_signature()); }),
              "entry 5: nothing shows that the log has its new key");
    EXPECT_EQ(fault_of([](auto& c) { c.set_verifier_key("no key"); }),
              "entry 5: it hands the log over to no key");
}

TEST(LogKey, NoKeyComesBack) {
    MadeUpLog back = handed_over();
    add_change(back, change_of("second", "log"), "log");
    EXPECT_THAT(faults_of(back, verifier_of("log")),
                Contains("entry 6: it hands the log over to a key that it has, or had"));
    MadeUpLog same{5};
    add_change(same, change_of("log", "log"), "log");
    EXPECT_THAT(faults_of(same, verifier_of("log")),
                ElementsAre("entry 5: it hands the log over to a key that it has, or had"));
}

TEST(LogKey, WhereEntriesCannotBeOpenedTheFormerKeysMustBeKnown) {
    MadeUpLog log = handed_over();
    log.gives_keys = false;
    EXPECT_THAT(faults_of(log, verifier_of("second")), Not(IsEmpty()));
    evidence::NoteVerifier both = verifier_of("second");
    both.former.push_back(verifier_of("log").key);
    EXPECT_THAT(faults_of(log, both), IsEmpty());
    const MadeUpLog before{5};
    MadeUpLog stolen = before;
    stolen.gives_keys = false;
    EXPECT_THAT(faults_of(stolen, both),
                ElementsAre("entry 4: the last checkpoint is not signed with the key the log has "
                            "now"));
}

// --- The hub's own log ---------------------------------------------------------------------------

class LogKeyInFolder : public ::testing::Test {
  protected:
    LogKeyInFolder() {
        EXPECT_TRUE(world_.open());
        world_.add_usual_parties();
        submit();
        world_.log_key = "new";
        world_.former_log_key = "log key";
        EXPECT_TRUE(world_.open());
        world_.turn({world_.hello(jobbro::testing::jobcentre)});
        submit();
        folder_.take(world_);
        folder_.close();
    }
    void submit() {
        const auto turn = world_.turn({world_.submit(
            jobbro::testing::jobcentre,
            {jobbro::testing::order(world_.new_order(), world_.now, world_.randomness)})});
        ASSERT_EQ(jobbro::testing::outcomes(turn).size(), 1U);
    }
    std::vector<std::string> check(std::optional<Sequence> first, std::optional<Sequence> last) {
        FolderCheckOptions options;
        options.log = *evidence::NoteVerifier::parse(world_.journal->verifier_key());
        options.first = first;
        options.last = last;
        const auto opened = LogFolder::open(folder_.path(), Tail::whole,
                                            evidence::MasterKey{evidence::sha256("master")});
        EXPECT_TRUE(opened);
        FaultList faults;
        const auto summary = check_folder(**opened, options, faults);
        EXPECT_TRUE(summary) << summary.error().line();
        std::vector<std::string> lines;
        for (const Fault& fault : faults.kept())
            lines.push_back(line_of(fault));
        return lines;
    }
    jobbro::testing::HubWorld world_;
    jobbro::testing::TemporaryFolder place_;
    jobbro::testing::DataFolder folder_{place_ / "data"};
};

TEST_F(LogKeyInFolder, TheWholeLogAndRangesOfItAreFollowed) {
    EXPECT_THAT(check(std::nullopt, std::nullopt), IsEmpty());
    EXPECT_THAT(check(Sequence{1}, Sequence{3}), IsEmpty()) << "before the change";
    EXPECT_THAT(check(Sequence{3}, std::nullopt), IsEmpty()) << "around it";
}

}  // namespace
}  // namespace jobbro::audit
