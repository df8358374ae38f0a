// A jobcentre and a provider that exchange messages as files, over a real hub.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "proto/contract/json.h"
#include "tests/scenario/daemon_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"

namespace jobbro::testing {
namespace {

using nlohmann::json;
using std::filesystem::perms;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr auto owner_only = perms::owner_read | perms::owner_write;

// As a party's system writes it, which leaves out what the program fills in.
std::string text_of(v1::Envelope envelope) {
    envelope.clear_message_id();
    envelope.clear_sender();
    envelope.clear_salt();
    envelope.clear_happened_at();
    envelope.clear_schema_version();
    return contract::to_json(envelope);
}

json json_in(const std::filesystem::path& path) {
    return json::parse(read_file(path));
}

class DaemonsTest : public ::testing::Test {
  protected:
    DaemonsTest() {
        std::signal(SIGIO, SIG_IGN);
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.listen_at(hub.endpoint());
        hub.add_usual_parties();
        centre.start();
        site.start();
        EXPECT_TRUE(wait_until(
            [&] {
                return std::filesystem::exists(centre.layout().moving) &&
                       std::filesystem::exists(site.layout().moving);
            },
            {}));
    }
    static bool comes(const std::filesystem::path& path) {
        return wait_until([&] { return std::filesystem::exists(path); }, {path.parent_path()});
    }
    static bool comes_to(const std::filesystem::path& folder, std::size_t files) {
        return wait_until([&] { return names_in(folder).size() >= files; }, {folder});
    }
    // Placed by the jobcentre's files, and come out at the provider.
    void place_order() {
        centre.drop("order.json", text_of(order(id, clock.now(), randomness)));
        ASSERT_TRUE(comes(centre.layout().sent / "order.json")) << centre.errors();
        ASSERT_TRUE(comes_to(site.layout().out, 1)) << site.errors();
    }
    // Something that an order takes from its provider as it is.
    std::string notice_of(const std::string& date) {
        v1::Envelope said = provider_notice(id, clock.now(), randomness);
        said.mutable_notice()->set_text(date);
        return text_of(std::move(said));
    }
    std::string absence_on(const std::string& date) {
        v1::Envelope report = absence(id, clock.now(), randomness);
        report.mutable_absence_report()->set_first_date(date);
        return text_of(std::move(report));
    }

    HubProcess hub;
    DaemonProcess centre{hub, "jobcentre", jobcentre};
    DaemonProcess site{hub, "provider", provider};
    evidence::SystemRandomness randomness;
    const SystemClock clock;
    const contract::OrderId id = contract::OrderId::make(clock.now(), randomness);
};

TEST_F(DaemonsTest, AFileInAtOneSideComesOutAtTheOther) {
    ASSERT_NO_FATAL_FAILURE(place_order());
    const std::vector<std::string> at_site = names_in(site.layout().out);
    ASSERT_THAT(at_site, ElementsAre("000000000003-order.json"));
    EXPECT_EQ(json_in(site.layout().out / at_site[0])["envelope"]["order_id"], id.text());

    site.drop("notice.json", notice_of("2011-02-14"));
    const auto at_centre = centre.layout().out / "000000000004-notice.json";
    ASSERT_TRUE(comes(at_centre)) << centre.errors();
    EXPECT_EQ(std::filesystem::status(at_centre).permissions(), owner_only);
    const json got = json_in(at_centre);
    EXPECT_EQ(got["sequence"], 4);
    EXPECT_EQ(got["envelope"]["sender"], provider);
    EXPECT_EQ(got["envelope"]["notice"]["text"], "2011-02-14");

    ASSERT_TRUE(comes(site.layout().sent / "notice.json"));
    EXPECT_EQ(std::filesystem::status(site.layout().sent / "notice.json").permissions(),
              owner_only);
    const json receipt = json_in(site.layout().sent / "notice.json.receipt.json");
    EXPECT_EQ(receipt["messages"][0]["accepted"]["sequence"], 4);
    EXPECT_EQ(receipt["messages"][0]["message_id"], got["envelope"]["message_id"]);
    EXPECT_THAT(names_in(site.layout().in), IsEmpty());
}

TEST_F(DaemonsTest, ARefusedFileHasItsErrorsBesideIt) {
    site.drop("unknown.json", notice_of("2011-02-14"));
    site.drop("wrong.ndjson", absence_on("2011-14-02") + "\n{\"order_id\": }\n");
    const auto unknown = site.layout().refused / "unknown.json.error.json";
    ASSERT_TRUE(comes(site.layout().refused / "unknown.json")) << site.errors();
    EXPECT_EQ(std::filesystem::status(unknown).permissions(), owner_only);
    EXPECT_EQ(json_in(unknown)["messages"][0]["refused"]["code"], "order_unknown");

    ASSERT_TRUE(comes(site.layout().refused / "wrong.ndjson")) << site.errors();
    const json messages = json_in(site.layout().refused / "wrong.ndjson.error.json")["messages"];
    EXPECT_EQ(messages[0]["refused"]["field_path"], "absence_report.first_date");
    EXPECT_EQ(messages[1]["refused"]["code"], "json_syntax");
    EXPECT_EQ(messages[1]["refused"]["line"], 2);
    EXPECT_EQ(messages[1]["refused"]["column"], 14);
    EXPECT_THAT(names_in(site.layout().in), IsEmpty());
}

TEST_F(DaemonsTest, AHalfWrittenFileIsNotTakenBeforeItIsWhole) {
    ASSERT_NO_FATAL_FAILURE(place_order());
    const std::string text = notice_of("2011-02-14");
    const int writer =
        ::open((site.layout().in / "a.json").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GT(::write(writer, text.data(), text.size() / 2), 0);
    // Others come and go meanwhile, for longer than it takes to settle.
    for (const char* const name : {"b.json", "c.json"}) {
        std::ofstream(site.layout().in / (std::string{name} + ".part"))
            << notice_of(name[0] == 'b' ? "2011-02-15" : "2011-02-16");
        std::filesystem::rename(site.layout().in / (std::string{name} + ".part"),
                                site.layout().in / name);
        ASSERT_TRUE(comes(site.layout().sent / name)) << site.errors();
    }
    EXPECT_THAT(names_in(site.layout().in), ElementsAre("a.json"));
    const auto rest = static_cast<ssize_t>(text.size() - text.size() / 2);
    ASSERT_EQ(::write(writer, text.data() + text.size() / 2, static_cast<std::size_t>(rest)), rest);
    ::close(writer);
    ASSERT_TRUE(comes(site.layout().sent / "a.json")) << site.errors();
    EXPECT_THAT(names_in(site.layout().refused), IsEmpty());
}

TEST_F(DaemonsTest, WhileTheHubIsDownFilesWaitAndNothingPersonalStandsInTheState) {
    ASSERT_NO_FATAL_FAILURE(place_order());
    EXPECT_EQ(hub.stop().status, 0);
    site.drop("a.json", notice_of("2011-02-14"));
    ASSERT_TRUE(wait_until([&] { return site.errors().find("file_taken") != std::string::npos; },
                           {site.layout().state}));
    EXPECT_THAT(names_in(site.layout().in), ElementsAre("a.json"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(site.layout().state)) {
        if (!entry.is_regular_file()) continue;
        EXPECT_EQ(entry.status().permissions(), owner_only) << entry.path();
        const std::string bytes = read_file(entry.path());
        EXPECT_EQ(bytes.find("690870"), std::string::npos) << entry.path();
        EXPECT_EQ(bytes.find(id.text()), std::string::npos) << entry.path();
    }
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    ASSERT_TRUE(comes(site.layout().sent / "a.json")) << site.errors();
    ASSERT_TRUE(comes_to(centre.layout().out, 1)) << centre.errors();
    EXPECT_THAT(read_file(site.layout().state / "metrics.prom"),
                HasSubstr("jobbro_daemon_outbox_waiting"));
}

TEST_F(DaemonsTest, AnOutboxThatFailsEndsItWithItsOwnStatusAndLosesNothing) {
    ASSERT_NO_FATAL_FAILURE(place_order());
    EXPECT_EQ(hub.stop().status, 0);
    site.drop("a.json", notice_of("2011-02-14"));
    ASSERT_TRUE(wait_until([&] { return site.errors().find("file_taken") != std::string::npos; },
                           {site.layout().state}));
    // What the hub answers cannot be written down.
    site.limit_file_size(std::filesystem::file_size(site.layout().state / "outbox.db-wal"));
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    const Ended ended = site.wait();
    EXPECT_EQ(ended.status, 5) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr("jobbro-provider: store_failed: "));
    const std::size_t told = ended.errors.find("\"event\":\"outbox_failed\"");
    ASSERT_NE(told, std::string::npos) << ended.errors;
    EXPECT_EQ(ended.errors.find("\"event\":\"outbox_failed\"", told + 1), std::string::npos);
    EXPECT_THAT(read_file(site.layout().state / "metrics.prom"),
                HasSubstr("\njobbro_daemon_store_failed 1\n"));
    EXPECT_THAT(names_in(site.layout().in), ElementsAre("a.json"));

    site.start();
    ASSERT_TRUE(comes(site.layout().sent / "a.json")) << site.errors();
    ASSERT_TRUE(comes_to(centre.layout().out, 1)) << centre.errors();
    EXPECT_THAT(names_in(centre.layout().out), SizeIs(1)) << "it was recorded once";
}

TEST_F(DaemonsTest, WhileOutCannotBeWrittenMessagesWaitAtTheHub) {
    const auto& out = site.layout().out;
    std::filesystem::rename(out, site.layout().base / "away");
    centre.drop("order.json", text_of(order(id, clock.now(), randomness)));
    ASSERT_TRUE(wait_until(
        [&] { return site.errors().find("subscription_stopped") != std::string::npos; }, {}));
    EXPECT_THAT(site.errors(), HasSubstr("\"code\":\"file_unwritable\""));
    std::filesystem::rename(site.layout().base / "away", out);
    ASSERT_TRUE(comes_to(out, 1)) << site.errors();
    EXPECT_THAT(names_in(out), ElementsAre("000000000003-order.json"));
}

TEST_F(DaemonsTest, AskedToStopItEndsWellAndItsLogNamesNobody) {
    ASSERT_NO_FATAL_FAILURE(place_order());
    site.drop("anders-and.json", notice_of("2011-02-14"));
    site.drop("690870-1478.json", notice_of("2011-02-15"));
    ASSERT_TRUE(comes(site.layout().sent / "anders-and.json"));
    ASSERT_TRUE(comes_to(site.layout().refused, 2));
    const Ended ended = site.stop();
    EXPECT_EQ(ended.status, 0);
    EXPECT_THAT(ended.errors, HasSubstr("\"event\":\"stopped\""));
    EXPECT_THAT(ended.errors, HasSubstr("\"event\":\"file_refused\""));
    EXPECT_THAT(ended.errors, Not(HasSubstr("anders")));
    EXPECT_THAT(ended.errors, Not(HasSubstr("690870")));
    EXPECT_THAT(ended.errors, Not(HasSubstr(id.text())));
    for (const std::string& name : names_in(site.layout().refused))
        EXPECT_THAT(name, Not(HasSubstr("690870")));
}

TEST_F(DaemonsTest, ASecondProgramOnTheFolderAndAKeyOfAnotherRoleAreRefused) {
    const Ended second = site.run({"--config", site.config_file().string()});
    EXPECT_EQ(second.status, 4);
    EXPECT_THAT(second.errors, HasSubstr("jobbro-provider: data_folder_locked: "));

    site.write_config(hub.folder() / "other", hub.party_key_file(jobcentre));
    const Ended wrong_role = site.run({"--config", site.config_file().string()});
    EXPECT_EQ(wrong_role.status, 4);
    EXPECT_THAT(wrong_role.errors, HasSubstr("jobbro-provider: role_not_allowed: "));
    EXPECT_FALSE(std::filesystem::exists(hub.folder() / "other")) << "nothing was made";
    const Ended checked = site.run({"--check-config", "--config", site.config_file().string()});
    EXPECT_EQ(checked.status, 3);
    EXPECT_THAT(checked.errors, HasSubstr("role_not_allowed"));

    EXPECT_EQ(centre.run({"--check-config", "--config", centre.config_file().string()}).status, 0);
    EXPECT_EQ(centre.run({"--config", (hub.folder() / "none.toml").string()}).status, 3);
    const Ended nonsense = centre.run({"--nonsense"});
    EXPECT_EQ(nonsense.status, 2);
    EXPECT_THAT(nonsense.errors, HasSubstr("jobbro-jobcentre: usage: "));
}

TEST_F(DaemonsTest, ASubscriptionThatAnotherProgramTakesOverEndsIt) {
    ASSERT_TRUE(wait_until(
        [&] { return site.errors().find("subscription_opened") != std::string::npos; }, {}));
    DaemonProcess second{hub, "provider", provider, "second"};
    second.start();
    const Ended ended = site.wait();
    EXPECT_EQ(ended.status, 4);
    EXPECT_THAT(ended.errors, HasSubstr("jobbro-provider: subscription_replaced: "));
    EXPECT_EQ(second.stop().status, 0);
}

// --- Killed again and again ---------------------------------------------------------------------

class KilledDaemonsTest : public DaemonsTest {
  protected:
    static constexpr int rounds = 6;
    static constexpr int files_of_round = 12;

    KilledDaemonsTest() {
        const char* const given = std::getenv("JOBBRO_SEED");
        const auto seed = given != nullptr
                              ? std::strtoull(given, nullptr, 10)
                              : static_cast<unsigned long long>(clock.now().microseconds);
        std::printf("seed %llu (JOBBRO_SEED repeats it)\n", seed);
        random = SeededRandomness{seed};
    }
    std::string next_date() {
        const unsigned n = dates_++;
        char text[64];
        std::snprintf(text, sizeof text, "20%02u-%02u-%02u", 1 + n / 336, 1 + n / 28 % 12,
                      1 + n % 28);
        dropped.insert(text);
        return text;
    }
    void drop_some() {
        for (int i = 0; i < files_of_round; ++i) {
            char name[32];
            std::snprintf(name, sizeof name, "%06d", files_++);
            if (random.below(3) == 0) {
                const std::string first = notice_of(next_date());
                site.drop(std::string{name} + ".ndjson", first + "\n" + notice_of(next_date()));
            } else {
                site.drop(std::string{name} + ".json", notice_of(next_date()));
            }
        }
    }
    // As a system that deals with its files: takes them away.
    void consume() {
        for (const std::string& name : names_in(centre.layout().out)) {
            EXPECT_TRUE(consumed_names.insert(name).second) << name << " came twice";
            const json got = json_in(centre.layout().out / name);
            consumed.insert(got["envelope"]["notice"]["text"].get<std::string>());
            std::filesystem::remove(centre.layout().out / name);
        }
    }
    bool wait_and_consume(const std::function<bool()>& is_true) {
        return wait_until(
            [&] {
                consume();
                return is_true();
            },
            {centre.layout().out, site.layout().sent});
    }

    SeededRandomness random{0};
    std::set<std::string> dropped;
    std::multiset<std::string> consumed;
    std::set<std::string> consumed_names;

  private:
    unsigned dates_ = 0;
    int files_ = 0;
};

TEST_F(KilledDaemonsTest, NothingIsLostAndNothingComesTwice) {
    ASSERT_NO_FATAL_FAILURE(place_order());
    for (int round = 0; round < rounds; ++round) {
        drop_some();
        // Somewhere on the way: as soon as so many have arrived at the other side.
        const std::size_t enough = consumed.size() + random.below(files_of_round);
        ASSERT_TRUE(wait_and_consume([&] { return consumed.size() >= enough; })) << site.errors();
        DaemonProcess& victim = random.below(3) == 0 ? centre : site;
        victim.kill();
        victim.start();
    }
    ASSERT_TRUE(wait_and_consume([&] {
        return consumed.size() >= dropped.size() && names_in(site.layout().in).empty();
    })) << consumed.size()
        << " of " << dropped.size() << "\n"
        << site.errors();
    EXPECT_EQ(consumed, std::multiset<std::string>(dropped.begin(), dropped.end()));
    EXPECT_THAT(names_in(site.layout().refused), IsEmpty());
    EXPECT_THAT(names_in(site.layout().sent), SizeIs(2 * rounds * files_of_round));
    EXPECT_EQ(site.stop().status, 0);
    EXPECT_EQ(centre.stop().status, 0);
}

}  // namespace
}  // namespace jobbro::testing
