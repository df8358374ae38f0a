// SIGKILL at random moments to programs that use the kit, while the hub runs on. What the outbox
// had taken is recorded, all of it, once and in the order of each order id; what the hub refused is
// told; what the inbox handled and published took effect once.
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <sstream>

#include "adapters/kit/inbox.h"
#include "adapters/kit/outbox.h"
#include "hub/journal/entry.h"
#include "hub/journal/tables.h"
#include "hub/store/rocks_store.h"
#include "tests/crash/kit_kill.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

using std::chrono::milliseconds;
using Time = std::chrono::steady_clock::time_point;

constexpr int rounds = 200;  // a process of either side is killed in each
constexpr std::uint64_t orders = 7;
constexpr milliseconds limit{60'000};

Time now() {
    return std::chrono::steady_clock::now();
}

// What the processes have said, over all their lives.
struct Said {
    std::map<std::uint64_t, std::string> put;    // number -> message id
    std::map<std::uint64_t, std::string> fates;  // number -> code
    std::map<std::string, int> seen;             // "handled <id>" and the like
    std::map<std::string, int> files;            // name -> how often it was there
};

// When a life ends: so long after it began, or as soon as it has said so many lines, whichever
// comes first. Only the latter is sure to fall into its work and not into its start.
struct Death {
    milliseconds after;
    std::size_t lines;
};

// How many lives had come to their work when they were killed.
struct Worked {
    int providers = 0;
    int jobcentres = 0;
};

class Programs {
  public:
    Programs(HubProcess& hub, Said& said) : hub_(hub), said_(said) {
        std::filesystem::create_directory(folder_ / "out");
        std::filesystem::create_directory(folder_ / "staging");
    }

    void place_orders() {
        evidence::SystemRandomness randomness;
        const auto centre = RawPeer::open(hub_, jobcentre);
        std::ofstream file{folder_ / "orders.txt"};
        for (std::uint64_t i = 0; i < orders; ++i) {
            const Instant at = SystemClock{}.now();
            const auto id = contract::OrderId::make(at, randomness);
            centre->submit({order(id, at, randomness, provider, made_up_citizen(i))}, i + 1);
            ASSERT_TRUE(centre->outcomes(1)[0].has_receipt());
            file << id.text() << " " << made_up_citizen(i) << "\n";
        }
    }

    // A life of both: each is killed when its time has come.
    void live(const Death& of_provider, const Death& of_jobcentre) {
        Process site = start("provider");
        Process centre = start("jobcentre");
        const Time from = now();
        const auto has_come = [&](const Process& process, const Death& death) {
            return process.pid > 0 && (now() - from >= death.after || process.lines >= death.lines);
        };
        while (site.pid > 0 || centre.pid > 0) {
            read_from({&site, &centre}, milliseconds{2});
            if (has_come(site, of_provider)) end(site);
            if (has_come(centre, of_jobcentre)) end(centre);
        }
        worked_.providers += site.lines > 0 ? 1 : 0;
        worked_.jobcentres += centre.lines > 0 ? 1 : 0;
    }

    // The provider's last life: ends by itself when everything is settled.
    void drain() {
        Process site = start("drain");
        const Time until = now() + limit;
        while (!site.is_at_end) {
            ASSERT_LT(now(), until) << "not settled in time";
            read_from({&site}, milliseconds{50});
        }
        EXPECT_EQ(wait_for(site.pid), 0) << errors();
        close(site.output);
    }

    // The jobcentre's last life: until it has both handled and published the message.
    void take_up_to(const std::string& message_id) {
        Process centre = start("jobcentre");
        const Time until = now() + limit;
        while (said_.seen["handled " + message_id] == 0 ||
               said_.seen["published " + message_id] == 0) {
            ASSERT_LT(now(), until) << "not delivered in time: " << errors();
            read_from({&centre}, milliseconds{50});
        }
        end(centre);
    }

    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
    [[nodiscard]] std::string errors() const { return read_file(folder_ / "errors.txt"); }
    [[nodiscard]] const Worked& worked() const { return worked_; }

  private:
    struct Process {
        pid_t pid;
        int output;
        std::string rest;  // a line's beginning
        bool is_at_end = false;
        std::size_t lines = 0;
    };

    Process start(const std::string& role) {
        const std::string party = role == "jobcentre" ? jobcentre : provider;
        const std::uint64_t first = said_.put.empty() ? 0 : said_.put.rbegin()->first + 1;
        const Spawned spawned =
            spawn({JOBBRO_BINARY_DIR "/tests/crash/kit_kill_process", role, hub_.endpoint(),
                   hub_.key_file().string() + ".pub", hub_.party_key_file(party).string(),
                   folder().string(), std::to_string(first)},
                  folder_ / "errors.txt");
        return Process{spawned.pid, spawned.output, {}};
    }

    // What it had said by then counts.
    void end(Process& process) {
        kill(process.pid, SIGKILL);
        EXPECT_EQ(wait_for(process.pid), 128 + SIGKILL) << errors();
        while (!process.is_at_end)
            read_from({&process}, milliseconds{50});
        close(process.output);
        process.pid = -1;
    }

    void read_from(const std::vector<Process*>& processes, milliseconds patience) {
        std::vector<pollfd> items;
        for (const Process* each : processes) {
            const bool is_open = each->pid > 0 && !each->is_at_end;
            items.push_back({is_open ? each->output : -1, POLLIN, 0});
        }
        poll(items.data(), items.size(), static_cast<int>(patience.count()));
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i].revents != 0) read_some(*processes[i]);
        }
        take_files();
    }

    void read_some(Process& process) {
        char buffer[4096];
        const ssize_t count = read(process.output, buffer, sizeof buffer);
        process.is_at_end = count <= 0;
        if (count > 0) process.rest.append(buffer, static_cast<std::size_t>(count));
        for (std::size_t end = 0; (end = process.rest.find('\n')) != std::string::npos;) {
            take_line(process.rest.substr(0, end));
            process.rest.erase(0, end + 1);
            ++process.lines;
        }
    }

    void take_line(const std::string& line) {
        std::istringstream words{line};
        std::string what, first, second;
        words >> what >> first >> second;
        if (what == "put") {
            const auto known = said_.put.emplace(std::stoull(first), second).first;
            EXPECT_EQ(known->second, second) << "report " << first << " got another message id";
        } else if (what == "fate") {
            const auto known = said_.fates.emplace(std::stoull(first), second).first;
            EXPECT_EQ(known->second, second) << "report " << first << " got another fate";
        } else {
            ++said_.seen[line];
        }
    }

    // The reader of the published files takes each away as soon as it is there.
    void take_files() {
        for (const auto& each : std::filesystem::directory_iterator(folder_ / "out")) {
            v1::Envelope envelope;
            const std::string name = each.path().filename().string();
            EXPECT_TRUE(envelope.ParseFromString(read_file(each.path())));
            EXPECT_EQ(envelope.message_id(), name) << "not the whole content";
            ++said_.files[name];
            std::filesystem::remove(each.path());
        }
    }

    HubProcess& hub_;
    Said& said_;
    const TemporaryFolder folder_;
    Worked worked_;
};

// The provider's messages in the stopped hub's log: message id -> sequence.
std::map<std::string, std::uint64_t> recorded_by_provider(HubProcess& hub) {
    std::map<std::string, std::uint64_t> recorded;
    const auto log = store::RocksStore::open(hub.data() / "log", journal::log_table::names);
    EXPECT_TRUE(log) << log.error().line();
    EXPECT_TRUE((*log)->scan(journal::log_table::entries, {}, [&](BytesView, BytesView value) {
        const auto parts = journal::decode_entry(value);
        EXPECT_TRUE(parts);
        if (parts->clear.sender != provider) return true;
        const std::string id = contract::uuid_text(parts->clear.message_id);
        EXPECT_TRUE(recorded.emplace(id, parts->clear.sequence.value()).second) << "twice";
        return true;
    }));
    return recorded;
}

void check_sender(const Said& said, const std::map<std::string, std::uint64_t>& recorded) {
    std::map<std::uint64_t, std::uint64_t> last;  // order -> sequence
    std::size_t accepted = 0;
    std::uint64_t next = 0;
    for (const auto& [number, id] : said.put) {
        EXPECT_EQ(number, next++) << "a number was left out";
        const bool is_refused = kit_kill::is_to_be_refused(number);
        ASSERT_EQ(recorded.contains(id), !is_refused) << "report " << number;
        ASSERT_TRUE(said.fates.contains(number)) << "nobody was told of report " << number;
        const auto expected = is_refused ? static_cast<int>(ErrorCode::citizen_mismatch) : 0;
        EXPECT_EQ(said.fates.at(number), std::to_string(expected)) << "report " << number;
        if (is_refused) continue;
        ++accepted;
        EXPECT_GT(recorded.at(id), last[number % orders]) << "not in the order of its order id";
        last[number % orders] = recorded.at(id);
    }
    EXPECT_EQ(recorded.size(), accepted) << "recorded, and never put";
}

void check_outbox(HubProcess& hub, const Programs& programs, const Said& said,
                  const std::map<std::string, std::uint64_t>& recorded) {
    const auto outbox =
        kit::Outbox::open({programs.folder() / "site.db", HubProcess::origin}, hub.keys(provider));
    ASSERT_TRUE(outbox) << outbox.error().line();
    const auto counts = (*outbox)->counts();
    EXPECT_EQ(counts->waiting, 0U);
    EXPECT_EQ(counts->refused_not_noted, 0U);
    EXPECT_EQ(counts->accepted_total, recorded.size());
    EXPECT_EQ(counts->refused_total, said.put.size() - recorded.size());
}

void check_receiver(const Programs& programs, const Said& said,
                    const std::map<std::string, std::uint64_t>& recorded) {
    const auto inbox = kit::Inbox::open({programs.folder() / "inbox.db"});
    ASSERT_TRUE(inbox) << inbox.error().line();
    std::map<std::string, std::uint64_t> effects;
    std::int64_t after = 0;
    std::uint64_t last = 0;
    const auto take = [&](kit::Transaction& transaction) -> Result<void> {
        JOBBRO_TRY_ASSIGN(const auto rows,
                          transaction.query("SELECT rowid, sequence, message_id FROM effects"
                                            " WHERE rowid > ? ORDER BY rowid LIMIT 1000",
                                            {after}));
        for (const kit::SqlRow& row : rows) {
            after = std::get<std::int64_t>(row[0]);
            const auto sequence = static_cast<std::uint64_t>(std::get<std::int64_t>(row[1]));
            EXPECT_GT(sequence, last) << "not in the order of the log";
            last = sequence;
            EXPECT_TRUE(effects.emplace(std::get<std::string>(row[2]), sequence).second) << "twice";
        }
        if (rows.empty()) return ErrorCode::usage;  // the end
        return {};
    };
    while ((*inbox)->transact(take)) {
    }
    EXPECT_EQ(said.files.size(), recorded.size());
    for (const auto& [id, sequence] : recorded) {
        EXPECT_TRUE(effects.contains(id)) << "no effect of entry " << sequence;
        const auto file = said.files.find(id);
        const int count = file == said.files.end() ? 0 : file->second;
        EXPECT_EQ(count, 1) << "files of entry " << sequence << ", after entry " << last;
    }
    EXPECT_EQ(effects.size(), recorded.size());
}

// Half of the deaths come at a moment of the clock, half at a moment of the work.
Death death(SeededRandomness& random) {
    if (random.below(2) == 0) return {milliseconds{10 + random.below(300)}, SIZE_MAX};
    return {milliseconds{1000}, 1 + random.below(40)};
}

TEST(KitKill, TwoHundredTimesNothingIsLostAndNothingHappensTwice) {
    const char* const given = std::getenv("JOBBRO_SEED");
    const std::uint64_t seed = given != nullptr
                                   ? std::strtoull(given, nullptr, 10)
                                   : static_cast<std::uint64_t>(SystemClock{}.now().microseconds);
    std::printf("seed %llu (JOBBRO_SEED repeats it)\n", static_cast<unsigned long long>(seed));
    SeededRandomness random{seed};
    HubProcess hub;
    // A killed program's session counts for its party until it has been silent for so long.
    hub.configure("[limits]\nsession_silent_ms = 1000\n");
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    hub.add_usual_parties();
    Said said;
    Programs programs{hub, said};
    ASSERT_NO_FATAL_FAILURE(programs.place_orders());
    for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
        programs.live(death(random), death(random));
    }
    ASSERT_FALSE(::testing::Test::HasFailure());
    EXPECT_GT(programs.worked().providers, rounds / 2);
    EXPECT_GT(programs.worked().jobcentres, rounds / 2);
    ASSERT_NO_FATAL_FAILURE(programs.drain());
    ASSERT_NO_FATAL_FAILURE(programs.take_up_to(said.put.rbegin()->second));
    EXPECT_EQ(hub.stop().status, 0);
    const auto recorded = recorded_by_provider(hub);
    ASSERT_NO_FATAL_FAILURE(check_sender(said, recorded));
    check_outbox(hub, programs, said, recorded);
    check_receiver(programs, said, recorded);
    EXPECT_EQ(programs.errors(), "");
    std::printf("%zu reports, %zu of them recorded, %zu files; %d and %d of %d lives at work\n",
                said.put.size(), recorded.size(), said.files.size(), programs.worked().providers,
                programs.worked().jobcentres, rounds);
}

}  // namespace
}  // namespace jobbro::testing
