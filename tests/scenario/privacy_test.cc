// Nothing personal in the clear: not in a file, not in a log line, not in a metric.
#include <gtest/gtest.h>
#include <httplib.h>

#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

// The places where `needle` stands: files of the folder, by name.
std::vector<std::string> files_with(const std::filesystem::path& folder,
                                    const std::string& needle) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        if (entry.path().filename().string().find(needle) != std::string::npos ||
            read_file(entry.path()).find(needle) != std::string::npos) {
            found.push_back(entry.path().string());
        }
    }
    return found;
}

TEST(Privacy, NeitherNumbersNorNarrativesNorOrdersStandInTheClearAnywhere) {
    HubProcess hub;
    hub.configure("log_level = \"trace\"\n");
    ASSERT_TRUE(hub.start());
    hub.add_usual_parties();
    evidence::SystemRandomness randomness;
    const auto centre = RawPeer::open(hub, jobcentre);
    const auto site = RawPeer::open(hub, provider);
    const Instant now = SystemClock{}.now();
    const auto id = contract::OrderId::make(now, randomness);
    const std::string phrase = "holds three hours with one break";
    v1::Envelope placed = order(id, now, randomness);
    placed.mutable_order()->set_citizen_wishes(phrase);
    centre->submit({placed});
    ASSERT_TRUE(centre->outcomes(1)[0].has_receipt());
    // Also in what is refused: a text with somebody else's number, a wrong number, broken bytes.
    v1::Envelope refused = order(contract::OrderId::make(now, randomness), now, randomness);
    refused.mutable_order()->set_citizen_wishes(phrase + " and " + other_citizen);
    v1::Envelope wrong = order(contract::OrderId::make(now, randomness), now, randomness);
    wrong.mutable_citizen()->set_cpr_number("999999-1478");
    centre->submit_bytes({refused.SerializeAsString(), wrong.SerializeAsString(),
                          placed.SerializeAsString().substr(0, 150) + "690870-1478"});
    for (const v1::Outcome& outcome : centre->outcomes(3)) {
        ASSERT_TRUE(outcome.has_rejection());
        EXPECT_EQ(outcome.rejection().detail().find("1478"), std::string::npos);
    }
    site->subscribe("main");
    ASSERT_TRUE(site->receive_kind(v1::HubFrame::kDeliveries));
    httplib::Client http("http://" + hub.http());
    const std::string metrics = http.Get("/metrics")->body + http.Get("/readyz?verbose")->body;
    const std::string subject_of_search[] = {"690870-1478", "6908701478",  "741176-1201",
                                             "7411761201",  "999999-1478", phrase};
    for (const std::string& needle : subject_of_search) {
        EXPECT_EQ(files_with(hub.data(), needle), std::vector<std::string>{}) << needle;
        EXPECT_EQ(metrics.find(needle), std::string::npos) << needle;
        EXPECT_EQ(hub.errors().find(needle), std::string::npos) << needle;
    }
    EXPECT_FALSE(hub.errors().empty());
    EXPECT_EQ(hub.stop().status, 0);
    for (const std::string& needle : subject_of_search) {
        EXPECT_EQ(files_with(hub.folder(), needle), std::vector<std::string>{}) << needle;
    }
    // The search itself finds what is there.
    EXPECT_FALSE(files_with(hub.data(), provider).empty());
}

}  // namespace
}  // namespace jobbro::testing
