// For tests/bench/verify: makes a log straight through the journal's code, and reads one as fast as
// RocksDB gives it, for verifying to be held against.
//
//   verify_log make FOLDER ENTRIES ENVELOPES   FOLDER/data, FOLDER/hub.key, FOLDER/hub.pub;
//                                              so many envelopes a submit
//   verify_log scan FOLDER                     entries a second of a bare scan
#include <rocksdb/db.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "hub/journal/journal.h"
#include "hub/journal/tables.h"
#include "hub/store/rocks_store.h"
#include "proto/base/limits.h"
#include "proto/evidence/key_file.h"
#include "proto/evidence/signed_text.h"

namespace {

using namespace jobbro;

constexpr const char* origin = "bench.test/log";
constexpr const char* controller = "controller:bench";
constexpr const char* sender = "jobcentre:630";
constexpr std::size_t body_bytes = 400;
constexpr std::uint64_t entries_per_commit = 512;

template <typename T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "verify_log: %s\n", result.error().line().c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

evidence::SigningKey key_of_name(const std::string& name) {
    return evidence::SigningKey{evidence::sha256(name)};
}
Bytes public_of(const std::string& name) {
    return Bytes{evidence::verifying_key(key_of_name(name)).view()};
}

journal::Journal::Identity identity() {
    journal::Journal::Identity who{origin, evidence::Signer{key_of_name("log")}, {}, {}};
    v1::Controller& first = who.controllers.emplace_back();
    first.set_party(controller);
    first.set_signing_key(public_of(controller));
    first.add_jobcentres(sender);
    v1::Operator& duty = who.operators.emplace_back();
    duty.set_party("operator:bench");
    duty.set_curve_key(Bytes(32, 'o'));
    duty.set_signing_key(public_of("operator:bench"));
    return who;
}

// Binds the sender's key, as an operator's session would.
Sequence add_sender(journal::Journal& log, Instant now, Randomness& randomness) {
    v1::RegistryStatement statement;
    statement.set_origin(origin);
    statement.set_party(sender);
    statement.set_signer(controller);
    statement.mutable_signed_at()->set_seconds(1);
    statement.mutable_grant()->set_curve_key(Bytes(32, 's'));
    statement.mutable_grant()->set_signing_key(public_of(sender));
    v1::RegistryChange change;
    change.set_statement(statement.SerializeAsString());
    change.set_signature(Bytes{view(
        evidence::sign(key_of_name(controller), evidence::statement_text(change.statement())))});
    auto party = must(log.registry().judge(change.statement(), change.signature(), origin, now));
    return must(log.stage_registry_change(change, std::move(party), now, randomness));
}

// One submit of made-up bodies, staged under one data key.
void add_submit(journal::Journal& log, Sequence registry_entry, std::size_t envelopes,
                const evidence::Signer& signer, Instant now, Randomness& randomness) {
    std::vector<Bytes> bodies;
    std::vector<evidence::Digest> digests;
    std::vector<evidence::Digest> leaves;
    for (std::size_t i = 0; i < envelopes; ++i) {
        Bytes& body = bodies.emplace_back(body_bytes, 'b');
        body.replace(0, 16, view(randomness.take<16>()));
        digests.push_back(evidence::sha256(body));
        leaves.push_back(evidence::leaf_hash(view(digests.back())));
    }
    const auto signature =
        signer.sign(evidence::submit_text(origin, sender, envelopes, evidence::root_of(leaves)));
    auto paths = evidence::inclusion_paths(leaves);
    const KeySlot slot = must(log.take_slot());
    for (std::size_t i = 0; i < envelopes; ++i) {
        journal::Draft draft{
            contract::MessageId::make(now, randomness),
            sender,
            bodies[i],
            digests[i],
            journal::SubmitProof{registry_entry, signature, static_cast<std::uint16_t>(envelopes),
                                 static_cast<std::uint16_t>(i), std::move(paths[i])},
            slot,
            {}};
        draft.index.set_kind(v1::MESSAGE_KIND_ABSENCE_REPORT);
        must(log.stage(draft, now, randomness));
    }
}

void write_key_files(const std::filesystem::path& folder) {
    const evidence::HubSecretKeys secret{
        origin, evidence::CurveSecretKey{evidence::sha256("curve")}, key_of_name("log"),
        evidence::MasterKey{evidence::sha256("master")}};
    must(evidence::write_keys(folder / "hub.key", secret));
    must(evidence::write_keys(
        folder / "hub.pub",
        evidence::HubPublicKeys{
            origin, evidence::curve_public_key(secret.curve),
            evidence::NoteVerifier{origin, evidence::verifying_key(secret.signing)}.text()}));
}

void make(const std::filesystem::path& folder, std::uint64_t entries, std::size_t envelopes) {
    SeededRandomness randomness{1};
    Instant now{1767323045000000};
    const auto log_store =
        must(store::RocksStore::open(folder / "data/log", journal::log_table::names));
    const auto vault_store =
        must(store::RocksStore::open(folder / "data/vault", journal::vault_table::names));
    auto vault = must(journal::Vault::open(
        *vault_store, evidence::MasterKey{evidence::sha256("master")}, randomness));
    const auto log =
        must(journal::Journal::open(*log_store, std::move(vault), identity(), now, randomness));
    const Sequence registry_entry = add_sender(*log, now, randomness);
    const evidence::Signer signer{key_of_name(sender)};
    std::uint64_t committed = 0;
    while (log->size().value() < entries) {
        now = now.plus_ms(1);
        const std::uint64_t left = entries - log->size().value();
        add_submit(*log, registry_entry, std::min<std::uint64_t>(envelopes, left), signer, now,
                   randomness);
        if (log->size().value() - committed < entries_per_commit && left > envelopes) continue;
        must(log->commit(randomness));
        must(log->upkeep(false, randomness));
        committed = log->size().value();
    }
    must(log->upkeep(true, randomness));
    write_key_files(folder);
}

// RocksDB by itself, with its checksums: nothing is looked at but how long it is.
void scan(const std::filesystem::path& folder) {
    rocksdb::Options options;
    std::vector<std::string> names;
    const std::string path = (folder / "data/log").string();
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, options}, {"entries", options}};
    const auto status = rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &opened);
    if (!status.ok()) {
        std::fprintf(stderr, "verify_log: %s\n", status.ToString().c_str());
        std::exit(1);
    }
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::ReadOptions read;
    read.readahead_size = 256 * 1024;
    read.fill_cache = false;
    const auto began = std::chrono::steady_clock::now();
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    {
        const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator(read, handles[1]));
        for (row->SeekToFirst(); row->Valid(); row->Next()) {
            ++count;
            bytes += row->value().size();
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    for (auto* handle : handles)
        db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    std::printf("scan         %.0f entries/s, %llu entries, %.0f bytes each\n",
                static_cast<double>(count) / took.count(), static_cast<unsigned long long>(count),
                static_cast<double>(bytes) / static_cast<double>(count));
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "make" && argc == 5) {
        make(argv[2], std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10));
        return 0;
    }
    if (what == "scan" && argc == 3) {
        scan(argv[2]);
        return 0;
    }
    std::fprintf(stderr, "usage: verify_log make FOLDER ENTRIES ENVELOPES | scan FOLDER\n");
    return 2;
}
