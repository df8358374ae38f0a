// The example programs of the client library, one of each side, over a real hub.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "adapters/kit/inbox.h"
#include "proto/evidence/sealing.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::chrono::seconds patience{20};

// What a program has said, until it has said this, or ended. Empty `until`: until it has ended.
std::string read_from(int output, const std::string& until) {
    const auto end = std::chrono::steady_clock::now() + patience;
    std::string said;
    while (until.empty() || said.find(until) == std::string::npos) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        pollfd item{output, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&item, 1, static_cast<int>(left.count())) <= 0) break;
        char buffer[4096];
        const ssize_t count = ::read(output, buffer, sizeof buffer);
        if (count <= 0) break;
        said.append(buffer, static_cast<std::size_t>(count));
    }
    return said;
}

class ExamplesTest : public ::testing::Test {
  protected:
    struct Outcome {
        int status = 0;
        std::string said;
    };

    ExamplesTest() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
        std::filesystem::create_directory(folder / "centre");
        EXPECT_EQ(::mkfifo((folder / "input").c_str(), 0600), 0);
        const auto peer = RawPeer::open(hub, jobcentre);
        peer->submit({order(id, clock.now(), randomness)});
        EXPECT_TRUE(peer->outcomes(1).at(0).has_receipt());
        const auto site = RawPeer::open(hub, provider);
        site->submit(
            {acceptance(id, clock.now(), randomness), course_start(id, clock.now(), randomness)});
        EXPECT_TRUE(site->outcomes(2).at(1).has_receipt());
    }
    // Starts the program with its input from that file or pipe.
    Spawned start(const std::string& program, const std::string& party,
                  const std::filesystem::path& own, const std::filesystem::path& input) {
        const std::string command = "exec '" JOBBRO_BINARY_DIR "/bin/" + program + "' '" +
                                    hub.endpoint() + "' '" + hub.key_file().string() + ".pub' '" +
                                    hub.party_key_file(party).string() + "' '" + own.string() +
                                    "' < '" + input.string() + "'";
        return spawn({"/bin/sh", "-c", command}, errors());
    }
    // One report a line, the whole life of the provider's program.
    Outcome report(const std::string& lines) {
        std::ofstream{folder / "lines"} << lines;
        const Spawned site =
            start("provider_example", provider, folder / "site.db", folder / "lines");
        Outcome outcome;
        outcome.said = read_from(site.output, {});
        outcome.status = wait_for(site.pid);
        ::close(site.output);
        return outcome;
    }
    [[nodiscard]] std::string line(const std::string& number, const std::string& date) const {
        return number + " " + id.text() + " " + citizen + " " + date + "\n";
    }
    // What the jobcentre's program says until it has said `last`; then its input ends.
    Outcome receive_until(const std::string& last) {
        const auto pipe = folder / "input";
        // Open at both ends, so that opening it waits for nobody.
        const int input = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);
        const Spawned centre = start("jobcentre_example", jobcentre, folder / "centre", pipe);
        Outcome outcome;
        outcome.said = read_from(centre.output, last);
        ::close(input);
        outcome.said += read_from(centre.output, {});
        outcome.status = wait_for(centre.pid);
        ::close(centre.output);
        return outcome;
    }
    // Kind and sequence of what stands in the jobcentre's own table.
    std::vector<std::string> received() const {
        std::vector<std::string> messages;
        const auto inbox = kit::Inbox::open({folder / "centre" / "inbox.db"});
        EXPECT_TRUE(inbox) << inbox.error().line();
        EXPECT_TRUE((*inbox)->transact([&](kit::Transaction& table) -> Result<void> {
            JOBBRO_TRY_ASSIGN(const auto rows,
                              table.query("SELECT kind, sequence FROM received ORDER BY sequence"));
            for (const kit::SqlRow& row : rows) {
                messages.push_back(std::get<std::string>(row[0]) + " " +
                                   std::to_string(std::get<std::int64_t>(row[1])));
            }
            return {};
        }));
        return messages;
    }
    [[nodiscard]] std::filesystem::path errors() const { return folder / "errors.txt"; }

    HubProcess hub;
    const TemporaryFolder folder;
    evidence::SystemRandomness randomness;
    const SystemClock clock;
    const contract::OrderId id = contract::OrderId::make(clock.now(), randomness);
};

TEST_F(ExamplesTest, WhatTheProviderHandsInIsInTheJobcentresTableOnce) {
    const std::string two = line("1", "2011-02-14") + line("2", "2011-02-15");
    const Outcome first = report(two);
    EXPECT_EQ(first.status, 0) << read_file(errors());
    for (const char* const said : {"1 on disk\n", "2 on disk\n", "1 recorded\n", "2 recorded\n"})
        EXPECT_THAT(first.said, HasSubstr(said));
    EXPECT_EQ(receive_until("absence_report 7\n").status, 0) << read_file(errors());
    EXPECT_THAT(received(), ElementsAre("order_acceptance 4", "course_start 5", "absence_report 6",
                                        "absence_report 7"));

    // The same numbers again are no second reports.
    const Outcome again = report(two + line("3", "2011-02-16"));
    EXPECT_EQ(again.status, 0) << read_file(errors());
    EXPECT_THAT(again.said, Not(HasSubstr("1 recorded")));
    // Its number is not certain: the trace of the deliveries before may stand between.
    const Outcome more = receive_until("absence_report ");
    EXPECT_EQ(more.status, 0) << read_file(errors());
    EXPECT_THAT(more.said, Not(HasSubstr("absence_report 7")));
    EXPECT_THAT(received(), ElementsAre("order_acceptance 4", "course_start 5", "absence_report 6",
                                        "absence_report 7", StartsWith("absence_report ")));
    EXPECT_EQ(read_file(errors()), "");
}

TEST_F(ExamplesTest, AReportThatIsNotRecordedIsNoSuccess) {
    const contract::OrderId unknown = contract::OrderId::make(clock.now(), randomness);
    const Outcome refused = report("1 " + unknown.text() + " " + citizen + " 2011-02-14\n");
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.said, HasSubstr("1 refused: order_unknown"));
    const Outcome wrong = report(line("2", "2011-14-02") + "3 half\n" + line("4", "2011-02-14"));
    EXPECT_EQ(wrong.status, 1);
    EXPECT_THAT(wrong.said, HasSubstr("2 not taken: field_invalid"));
    EXPECT_THAT(wrong.said, HasSubstr("3 not taken: usage"));
    EXPECT_THAT(wrong.said, HasSubstr("4 recorded\n"));
}

TEST_F(ExamplesTest, AProgramThatCannotStartSaysWhy) {
    std::ofstream{folder / "lines"} << "";
    const Spawned centre =
        start("jobcentre_example", jobcentre, folder / "missing", folder / "lines");
    EXPECT_EQ(wait_for(centre.pid), 1);
    ::close(centre.output);
    EXPECT_THAT(read_file(errors()), HasSubstr("file_unwritable"));
}

}  // namespace
}  // namespace jobbro::testing
