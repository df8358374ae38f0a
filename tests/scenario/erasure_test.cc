// A citizen erased on a real hub: every file of the data folder is looked through, byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "hub/journal/tables.h"
#include "hub/store/rocks_store.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/note.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* client = JOBBRO_BINARY_DIR "/bin/jobbro";

// Rows that an erasure takes, as they lie on the disk, by what they are.
using Rows = std::map<std::string, Bytes>;

// The files of a folder as they lie there. Taken before a store is opened again, which tidies up.
using Files = std::map<std::string, Bytes>;

Files files_of(const std::filesystem::path& folder) {
    Files files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) files[entry.path().string()] = read_file(entry.path());
    }
    return files;
}

std::vector<std::string> names_with(const Files& files, BytesView bytes) {
    std::vector<std::string> found;
    for (const auto& [name, content] : files) {
        if (content.find(bytes) != Bytes::npos) found.push_back(name);
    }
    return found;
}

// Of the first citizen, when its order is over and its report parked: a data key; number, case and
// order with their keys; the parked message and what its Nack said; the day the order was over.
constexpr std::size_t rows_of_one = 1 + 2 + 2 + 2 + 2 + 1;

// How many rows are gone; none of them may stand in a file.
std::size_t expect_none_left(const Rows& before, const Rows& after, const Files& files) {
    std::size_t gone = 0;
    for (const auto& [what, bytes] : before) {
        if (after.contains(what)) continue;
        ++gone;
        EXPECT_EQ(names_with(files, bytes), std::vector<std::string>{}) << what.substr(0, 12);
    }
    return gone;
}

// What a command came to.
class ErasureScenario : public ::testing::Test {
  protected:
    // Two citizens with an order and a report each.
    ErasureScenario() {
        EXPECT_TRUE(hub.start());
        hub.add_usual_parties();
        for (const char* const number : {citizen, other_citizen})
            orders.push_back(placed(number));
    }
    contract::OrderId placed(const std::string& number) {
        const Instant now = SystemClock{}.now();
        const auto id = contract::OrderId::make(now, randomness);
        const auto centre = RawPeer::open(hub, jobcentre);
        centre->submit({order(id, now, randomness, provider, number)});
        EXPECT_TRUE(centre->outcomes(1)[0].has_receipt());
        const auto site = RawPeer::open(hub, provider);
        site->submit({provider_notice(id, now, randomness, number)});
        EXPECT_TRUE(site->outcomes(1)[0].has_receipt());
        return id;
    }
    // The first citizen's report is parked, with what was said of it, and the order is over.
    void give_it_more_rows() {
        const auto centre = RawPeer::open(hub, jobcentre);
        centre->subscribe("main");
        const auto got = centre->receive_kind(v1::HubFrame::kDeliveries);
        ASSERT_TRUE(got);
        v1::ClientFrame frame;
        v1::Nack& nack = *frame.mutable_nack();
        nack.set_name("main");
        nack.set_sequence(got->deliveries().deliveries(0).sequence());
        nack.set_verdict(v1::NACK_VERDICT_GIVE_UP);
        nack.set_reason("she has moved away");
        centre->send(frame);
        v1::Envelope over = envelope(jobcentre, orders[0], SystemClock{}.now(), randomness);
        over.mutable_order_cancellation()->set_reason(
            v1::ORDER_CANCELLATION_REASON_OTHER_OFFER_CHOSEN);
        centre->submit({over});
        ASSERT_TRUE(centre->outcomes(1)[0].has_receipt());
    }
    // The command line as the operator, with the citizen's number on standard input.
    ProgramEnd run(const std::string& command, const std::string& number) {
        const std::string line = "printf '%s\n' '" + number + "' | '" + client + "' --hub '" +
                                 hub.endpoint() + "' --hub-key '" +
                                 (hub.folder() / "hub.key.pub").string() + "' --key '" +
                                 hub.party_key_file(operator_party).string() + "' " + command +
                                 " --citizen - --ground 'five years' --controller-key '" +
                                 hub.party_key_file(controller).string() + "'";
        const auto errors = hub.folder() / "client_errors.txt";
        std::filesystem::remove(errors);
        const Spawned child = spawn({"/bin/sh", "-c", line}, errors);
        ProgramEnd said;
        char piece[256];
        for (ssize_t count = 0; (count = read(child.output, piece, sizeof piece)) > 0;)
            said.output.append(piece, static_cast<std::size_t>(count));
        close(child.output);
        said.status = wait_for(child.pid);
        said.errors = read_file(errors);
        return said;
    }
    // What the stores hold; the hub must not run.
    Rows all_rows() {
        Rows rows;
        const auto vault =
            *store::RocksStore::open(hub.data() / "vault", journal::vault_table::names);
        const auto log = *store::RocksStore::open(hub.data() / "log", journal::log_table::names);
        // Only keys that name somebody: a file may leave out what a key has in common with the one
        // before it, and of the other keys that is most.
        const auto take = [&](const store::Store& store, store::Table table, const char* name,
                              bool with_keys) {
            EXPECT_TRUE(store.scan(table, {}, [&](BytesView key, BytesView value) {
                const Bytes at{key};
                if (!value.empty()) rows.emplace(name + Bytes{" value of "} + at, Bytes{value});
                if (with_keys) rows.emplace(name + Bytes{" key "} + at, at);
                return true;
            }));
        };
        take(*vault, journal::vault_table::keys, "data key", false);
        take(*vault, journal::vault_table::citizens, "number", true);
        take(*log, journal::log_table::cases, "case", true);
        take(*log, journal::log_table::orders, "order", true);
        take(*log, journal::log_table::parked, "parked", false);
        take(*log, journal::log_table::retention, "day", true);
        return rows;
    }
    // The tree over the entries as they are stored is the one the last checkpoint signs.
    void expect_tree_holds() {
        const auto log = *store::RocksStore::open(hub.data() / "log", journal::log_table::names);
        std::vector<evidence::Digest> leaves;
        ASSERT_TRUE(log->scan(journal::log_table::entries, {}, [&](BytesView, BytesView entry) {
            leaves.push_back(evidence::leaf_hash(entry));
            return true;
        }));
        const auto note = log->last(journal::log_table::commits);
        const auto verifier = *evidence::NoteVerifier::parse(hub.verifier_key());
        const auto said = evidence::open_checkpoint((*note)->value, verifier);
        ASSERT_TRUE(said);
        EXPECT_EQ(said->size, TreeSize{leaves.size()});
        EXPECT_EQ(said->root, evidence::root_of(leaves));
    }
    HubProcess hub;
    evidence::SystemRandomness randomness;
    std::vector<contract::OrderId> orders;
};

TEST_F(ErasureScenario, NoFileHoldsAnyRowOfAnErasedCitizen) {
    give_it_more_rows();
    ASSERT_EQ(hub.stop().status, 0);
    const Rows before = all_rows();
    ASSERT_TRUE(hub.start());
    const ProgramEnd erased = run("erase --even-running", citizen);
    ASSERT_EQ(erased.status, 0) << erased.errors;
    // Stopping brings it to its end, if a second has not.
    ASSERT_EQ(hub.stop().status, 0);
    const Files files = files_of(hub.data());
    const Rows after = all_rows();
    EXPECT_EQ(expect_none_left(before, after, files), rows_of_one);
    expect_tree_holds();
}

TEST_F(ErasureScenario, TheLookThroughTheFilesFindsWhatIsThereBeforeTheErasure) {
    give_it_more_rows();
    ASSERT_EQ(hub.stop().status, 0);
    // At a start the rows leave the write-ahead log, which breaks some of them in two.
    ASSERT_TRUE(hub.start());
    ASSERT_EQ(hub.stop().status, 0);
    const Files files = files_of(hub.data());
    for (const auto& [what, bytes] : all_rows())
        EXPECT_FALSE(names_with(files, bytes).empty()) << what.substr(0, 12);
}

TEST_F(ErasureScenario, AHubKilledInTheMiddleEndsTheErasureAfterItsNextStart) {
    give_it_more_rows();
    ASSERT_EQ(hub.stop().status, 0);
    const Rows before = all_rows();
    ASSERT_TRUE(hub.start());
    ASSERT_EQ(run("erase --even-running", citizen).status, 0);
    hub.kill();
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    ASSERT_EQ(hub.stop().status, 0);
    const Files files = files_of(hub.data());
    EXPECT_EQ(expect_none_left(before, all_rows(), files), rows_of_one);
    expect_tree_holds();
}

TEST_F(ErasureScenario, AHoldStopsTheCommandUntilItIsLifted) {
    ASSERT_EQ(run("hold place", citizen).status, 0);
    const ProgramEnd refused = run("erase --even-running", citizen);
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.errors, HasSubstr("erasure_held"));
    ASSERT_EQ(run("hold lift", citizen).status, 0);
    const ProgramEnd running = run("erase", citizen);
    EXPECT_EQ(running.status, 1);
    EXPECT_THAT(running.errors, HasSubstr("erase.even_running"));
    const ProgramEnd erased = run("erase --even-running", citizen);
    EXPECT_EQ(erased.status, 0);
    EXPECT_THAT(erased.output,
                HasSubstr(R"({"orders_found":1,"running_orders":1,"is_held":false})"));
    const ProgramEnd unknown = run("erase --even-running", citizen);
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.errors, HasSubstr("citizen_unknown"));
}

TEST_F(ErasureScenario, AVaultThatIsPutBackIsErasedAgain) {
    give_it_more_rows();
    ASSERT_EQ(hub.stop().status, 0);
    const Rows before = all_rows();
    const auto backup = hub.folder() / "backup";
    std::filesystem::copy(hub.data() / "vault", backup, std::filesystem::copy_options::recursive);
    ASSERT_TRUE(hub.start());
    ASSERT_EQ(run("erase --even-running", citizen).status, 0);
    ASSERT_EQ(hub.stop().status, 0);
    std::filesystem::remove_all(hub.data() / "vault");
    std::filesystem::copy(backup, hub.data() / "vault", std::filesystem::copy_options::recursive);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    ASSERT_EQ(hub.stop().status, 0);
    const Files files = files_of(hub.data());
    EXPECT_EQ(expect_none_left(before, all_rows(), files), rows_of_one);
}

TEST_F(ErasureScenario, ADataFolderThatIsPutBackWholeAndOneWithoutMarksAreRefused) {
    ASSERT_EQ(hub.stop().status, 0);
    const auto backup = hub.folder() / "backup";
    std::filesystem::copy(hub.data(), backup, std::filesystem::copy_options::recursive);
    ASSERT_TRUE(hub.start());
    ASSERT_EQ(run("erase --even-running", citizen).status, 0);
    ASSERT_EQ(hub.stop().status, 0);
    const auto marks = hub.folder() / "hub.key.marks";
    EXPECT_EQ(std::filesystem::status(marks).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::rename(marks, hub.folder() / "elsewhere");
    EXPECT_FALSE(hub.start());
    EXPECT_EQ(hub.ended().status, 4);
    EXPECT_THAT(hub.ended().errors, HasSubstr("erasure_marks_missing"));
    std::filesystem::rename(hub.folder() / "elsewhere", marks);
    std::filesystem::remove_all(hub.data());
    std::filesystem::copy(backup, hub.data(), std::filesystem::copy_options::recursive);
    EXPECT_FALSE(hub.start());
    EXPECT_EQ(hub.ended().status, 4);
    EXPECT_THAT(hub.ended().errors, HasSubstr("tampered"));
    EXPECT_THAT(hub.ended().errors, HasSubstr("the erasure marks have seen"));
}

TEST_F(ErasureScenario, MarksThatAreLostAreMadeAnewWhenSomebodySaysSo) {
    ASSERT_EQ(run("erase --even-running", citizen).status, 0);
    ASSERT_EQ(hub.stop().status, 0);
    const auto marks = hub.folder() / "hub.key.marks";
    ASSERT_TRUE(std::filesystem::remove(marks));
    EXPECT_FALSE(hub.start());
    hub.set_options({"--accept-missing-erasure-marks", "--clock-is-right"});
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    EXPECT_THAT(hub.errors(), HasSubstr("erasure_marks_made_anew"));
    ASSERT_EQ(hub.stop().status, 0);
    EXPECT_TRUE(std::filesystem::exists(marks));
    hub.set_options({});
    EXPECT_TRUE(hub.start()) << hub.ended().errors;
}

}  // namespace
}  // namespace jobbro::testing
