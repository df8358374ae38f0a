// Frames from parties that hold a session, into a whole hub in memory. A piece of the input is one
// byte for who sends it, whether its submit is signed anew and how much later the next one comes,
// two for its length, and the frame.
#include <google/protobuf/stubs/logging.h>

#include <functional>
#include <memory>

#include "tests/fuzz/mutation.h"
#include "tests/fuzz/target.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {
namespace {

// libprotobuf writes a line for each text that is not UTF-8.
[[maybe_unused]] auto* const former_log = google::protobuf::SetLogHandler(nullptr);

constexpr const char* senders[] = {jobcentre, provider, operator_party, other_provider};
constexpr unsigned sender_mask = 3;
constexpr unsigned sign_anew = 4;
constexpr unsigned later = 8;  // by 1, 2, 4 or 8 s, as the next two bits say
constexpr unsigned by_auditor = 64;
constexpr unsigned mode_bits = 7;
constexpr const char* auditor = "auditor:city";
constexpr std::size_t pieces_max = 16;
constexpr std::size_t head_bytes = 3;

struct Piece {
    unsigned mode;
    Bytes frame;
};

// A hub with its usual parties, made once: the data keys it makes ahead take most of the time.
const HubWorld& prepared() {
    static const auto world = [] {
        auto made = std::make_unique<HubWorld>();
        JOBBRO_ASSERT(made->open());
        made->add_usual_parties();
        return made;
    }();
    return *world;
}

std::vector<Piece> pieces_of(BytesView input) {
    std::vector<Piece> pieces;
    while (input.size() > head_bytes && pieces.size() < pieces_max) {
        const std::size_t length = read_big_endian<std::uint16_t>(input, 1);
        const BytesView frame = input.substr(head_bytes, length);
        pieces.push_back({static_cast<unsigned char>(input[0]), Bytes{frame}});
        input = input.substr(head_bytes + frame.size());
    }
    return pieces;
}

Bytes joined(const std::vector<Piece>& pieces) {
    Bytes out;
    for (const Piece& piece : pieces) {
        out += static_cast<char>(piece.mode);
        append_big_endian(out, static_cast<std::uint16_t>(piece.frame.size()));
        out += piece.frame;
    }
    return out;
}

core::FrameIn frame_of(const HubWorld& world, const Piece& piece) {
    const std::string sender =
        (piece.mode & by_auditor) != 0 ? auditor : senders[piece.mode & sender_mask];
    v1::ClientFrame content;
    core::FrameIn frame = world.frame(sender, {});
    if (!content.ParseFromString(piece.frame)) {
        frame.content = ErrorCode::frame_malformed;
        return frame;
    }
    const auto& submit = content.submit();
    if ((piece.mode & sign_anew) != 0 && submit.envelopes_size() > 0) {
        return world.submit_bytes(sender, {submit.envelopes().begin(), submit.envelopes().end()},
                                  submit.submit_number());
    }
    frame.content = std::move(content);
    return frame;
}

// Every answer says something, and never that a frame came from nowhere.
void check(const core::Turn& turn) {
    for (const core::FrameOut& out : turn.frames) {
        JOBBRO_ASSERT(out.frame.kind_case() != v1::HubFrame::KIND_NOT_SET);
        JOBBRO_ASSERT(out.seal_to || out.frame.has_error());
        JOBBRO_ASSERT(!out.frame.has_error() ||
                      out.frame.error().code() != v1::ERROR_CODE_UNSPECIFIED);
    }
}

void send_all(HubWorld& world, BytesView input) {
    for (const Piece& piece : pieces_of(input)) {
        check(world.turn({frame_of(world, piece)}));
        if ((piece.mode & later) == 0) continue;
        world.now = world.now.plus_ms(std::int64_t{1000} << (piece.mode >> 4U & 3U));
        check(world.turn());
    }
}

void mutate_envelope(v1::ClientFrame& frame, SeededRandomness& random) {
    auto& envelopes = *frame.mutable_submit()->mutable_envelopes();
    Bytes& bytes =
        envelopes[static_cast<int>(random.below(static_cast<std::uint64_t>(envelopes.size())))];
    v1::Envelope envelope;
    if (!envelope.ParseFromString(bytes)) return;
    mutate_message(envelope, v1::Envelope{envelope}, random);
    bytes = envelope.SerializeAsString();
}

void mutate_frame(Piece& piece, const Piece& other, SeededRandomness& random) {
    v1::ClientFrame frame;
    v1::ClientFrame from;
    if (!frame.ParseFromString(piece.frame) || !from.ParseFromString(other.frame)) return;
    if (frame.submit().envelopes_size() > 0 && random.below(4) != 0) {
        mutate_envelope(frame, random);
        piece.mode |= sign_anew;
    } else {
        mutate_message(frame, from, random);
    }
    piece.frame = frame.SerializeAsString();
    if (piece.frame.size() > UINT16_MAX) piece.frame.clear();
}

// A hub like the prepared one, to make frames by.
struct Seeds {
    HubWorld world;
    contract::OrderId id;

    Seeds() : id(opened(world)) {}
    static contract::OrderId opened(HubWorld& world) {
        JOBBRO_ASSERT(world.open());
        world.add_usual_parties();
        return world.new_order();
    }

    static Piece piece(unsigned mode, const core::FrameIn& frame) {
        return {mode, std::get<v1::ClientFrame>(frame.content).SerializeAsString()};
    }
    template <typename Fill>
    static Piece frame(unsigned mode, Fill fill) {
        v1::ClientFrame content;
        fill(content);
        return {mode, content.SerializeAsString()};
    }
    std::vector<Piece> messages() {
        return {
            piece(4, world.submit(jobcentre, {order(id, world.now, world.randomness)})),
            piece(5, world.submit(provider, {acceptance(id, world.now, world.randomness),
                                             provider_notice(id, world.now, world.randomness)}))};
    }
};

Piece subscribing(unsigned mode, const std::function<void(v1::Subscribe&)>& fill) {
    return Seeds::frame(mode, [&](v1::ClientFrame& frame) {
        frame.mutable_subscribe()->set_name("main");
        frame.mutable_subscribe()->set_credit(4);
        fill(*frame.mutable_subscribe());
    });
}

Piece nacking(unsigned mode, std::uint64_t sequence, v1::NackVerdict verdict) {
    return Seeds::frame(mode, [&](v1::ClientFrame& frame) {
        frame.mutable_nack()->set_name("main");
        frame.mutable_nack()->set_sequence(sequence);
        frame.mutable_nack()->set_verdict(verdict);
        frame.mutable_nack()->set_reason("closed");
    });
}

Piece acting(unsigned mode, v1::ParkedActKind act, std::uint64_t sequence) {
    return Seeds::frame(mode, [&](v1::ClientFrame& frame) {
        frame.mutable_act_on_parked()->set_name("main");
        frame.mutable_act_on_parked()->set_act(act);
        if (sequence == 0) {
            frame.mutable_act_on_parked()->set_all(true);
        } else {
            frame.mutable_act_on_parked()->add_sequences(sequence);
        }
    });
}

Piece listing(unsigned mode) {
    return Seeds::frame(
        mode, [](v1::ClientFrame& frame) { frame.mutable_list_parked()->set_name("main"); });
}

Piece fetching(unsigned mode, std::uint64_t sequence) {
    return Seeds::frame(
        mode, [&](v1::ClientFrame& frame) { frame.mutable_fetch()->set_sequence(sequence); });
}

Piece parked_ack(unsigned mode, std::uint64_t sequence) {
    return Seeds::frame(mode, [&](v1::ClientFrame& frame) {
        frame.mutable_ack()->set_name("main");
        frame.mutable_ack()->set_sequence(sequence);
        frame.mutable_ack()->set_parked(true);
    });
}

Bytes with(std::vector<Piece> pieces, const std::vector<Piece>& more) {
    pieces.insert(pieces.end(), more.begin(), more.end());
    return joined(pieces);
}

// The order is entry 3, the provider's messages 4 and 5.
std::vector<Bytes> parking_seeds(const std::vector<Piece>& messages) {
    const auto plain = [](v1::Subscribe&) {};
    std::vector<Piece> by_jobcentre{subscribing(0, plain)};
    by_jobcentre.insert(by_jobcentre.end(), messages.begin(), messages.end());
    return {with(by_jobcentre, {nacking(8, 4, v1::NACK_VERDICT_RETRY_LATER), listing(8),
                                parked_ack(0, 4), parked_ack(0, 5)}),
            with(by_jobcentre, {nacking(0, 4, v1::NACK_VERDICT_GIVE_UP), listing(0),
                                acting(0, v1::PARKED_ACT_KIND_RELEASE, 5), parked_ack(0, 4)}),
            with(by_jobcentre,
                 {nacking(0, 4, v1::NACK_VERDICT_GIVE_UP), acting(0, v1::PARKED_ACT_KIND_DROP, 4),
                  parked_ack(0, 5), acting(0, v1::PARKED_ACT_KIND_RELEASE, 0)})};
}

Piece replaying(const std::function<void(v1::Replay&)>& fill) {
    return Seeds::frame(by_auditor, [&](v1::ClientFrame& frame) {
        frame.mutable_replay()->set_view(v1::REPLAY_VIEW_MASKED);
        fill(*frame.mutable_replay());
    });
}

// The auditor is entry 3, so the order is 4.
std::vector<Bytes> replaying_seeds(Seeds& made, const std::vector<Piece>& messages) {
    v1::RegistryStatement grant = made.world.grant(auditor, {jobcentre});
    grant.mutable_grant()->set_may_unmask(true);
    grant.mutable_grant()->mutable_covers_from()->set_seconds(1);
    std::vector<Piece> begin{Seeds::piece(2, made.world.hello(operator_party)),
                             Seeds::piece(2, made.world.statement(grant, controller)),
                             Seeds::piece(by_auditor, made.world.hello(auditor))};
    begin.insert(begin.end(), messages.begin(), messages.end());
    const Piece more =
        Seeds::frame(by_auditor, [](v1::ClientFrame& frame) { frame.mutable_replay_more(); });
    return {with(begin, {replaying([](auto& to) { to.set_view(v1::REPLAY_VIEW_SEALED); }), more}),
            with(begin, {replaying([&](auto& to) {
                             to.set_view(v1::REPLAY_VIEW_UNMASKED);
                             to.set_ground("revision");
                             to.set_order_id(made.id.text());
                         }),
                         more}),
            with(begin, {replaying([](auto& to) {
                             to.set_cpr_number(citizen);
                             to.set_party(provider);
                             to.add_kinds(v1::MESSAGE_KIND_ORDER);
                             to.set_from_sequence(1);
                             to.set_end_sequence(6);
                         }),
                         replaying([](auto& to) {
                             to.mutable_from_time()->set_seconds(1);
                             to.mutable_until_time()->set_seconds(2000000000);
                         })})};
}

Piece proving(unsigned mode, const std::function<void(v1::Prove&)>& fill) {
    return Seeds::frame(mode, [&](v1::ClientFrame& frame) { fill(*frame.mutable_prove()); });
}

std::vector<Bytes> proving_seeds(const std::vector<Piece>& messages) {
    return {with(messages, {proving(0, [](auto& to) { to.set_inclusion_of(3); }),
                            proving(1,
                                    [](auto& to) {
                                        to.set_inclusion_of(3);
                                        to.set_tree_size(5);
                                    }),
                            proving(0, [](auto& to) { to.set_consistency_from(2); }),
                            proving(1, [](auto& to) {
                                to.set_consistency_from(3);
                                to.set_tree_size(4);
                            })})};
}

std::vector<Bytes> subscribing_seeds(const std::vector<Piece>& messages) {
    return {
        with(messages, {subscribing(1, [](auto& to) { to.set_form(v1::DELIVERY_FORM_THIN); }),
                        fetching(1, 3), fetching(1, 5), fetching(0, 4)}),
        with(messages, {subscribing(0,
                                    [](auto& to) {
                                        to.add_kinds(v1::MESSAGE_KIND_NOTICE);
                                        to.set_from_sequence(4);
                                    }),
                        subscribing(0, [](auto& to) { to.mutable_from_beginning(); }),
                        subscribing(0, [](auto& to) { to.mutable_from_time()->set_seconds(1); })})};
}

}  // namespace

const int replay_mutations = 400;

std::vector<Bytes> seeds() {
    Seeds made;
    HubWorld& world = made.world;
    const std::vector<Piece> messages = made.messages();
    const Piece hello = Seeds::piece(2, world.hello(operator_party));
    const v1::RegistryStatement grant = world.grant(other_provider, {jobcentre});
    std::vector<Bytes> all{
        with({Seeds::piece(0, world.subscribe(jobcentre, "main")), messages[0], messages[1]},
             {Seeds::piece(0, world.ack(jobcentre, "main", 4))}),
        with({Seeds::piece(1, world.subscribe(provider, "main")), messages[0], messages[1]},
             {Seeds::piece(1, world.ack(provider, "main", 3))}),
        joined({hello, Seeds::frame(2, [](auto& frame) { frame.mutable_list_parties(); }),
                Seeds::frame(2, [](auto& frame) { frame.mutable_get_status(); })}),
        joined({hello, Seeds::piece(2, world.statement(grant, controller)),
                Seeds::piece(3, world.hello(other_provider))})};
    for (const auto& more : {parking_seeds(messages), subscribing_seeds(messages),
                             proving_seeds(messages), replaying_seeds(made, messages)})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

void mutate(Bytes& input, const Bytes& other, SeededRandomness& random) {
    std::vector<Piece> pieces = pieces_of(input);
    const std::vector<Piece> others = pieces_of(other);
    if (pieces.empty() || others.empty()) return mutate_bytes(input, other, random);
    const auto at = static_cast<std::ptrdiff_t>(random.below(pieces.size()));
    Piece& piece = pieces[static_cast<std::size_t>(at)];
    const Piece& from = others[random.below(others.size())];
    switch (random.below(8)) {
        case 0:
            pieces.erase(pieces.begin() + at);
            break;
        case 1:
            pieces.insert(pieces.begin() + at, from);
            break;
        case 2:
            std::swap(piece, pieces[random.below(pieces.size())]);
            break;
        case 3:
            piece.mode ^= 1U << random.below(mode_bits);
            break;
        default:
            mutate_frame(piece, from, random);
    }
    input = joined(pieces);
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro;
    using namespace jobbro::testing;
    HubWorld world{2};
    world.log_store = prepared().log_store;
    world.vault_store = prepared().vault_store;
    world.marks.bytes = prepared().marks.bytes;
    world.now = prepared().now;
    JOBBRO_ASSERT(world.open());
    world.turn({world.hello(jobcentre), world.hello(provider)});
    send_all(world, BytesView{reinterpret_cast<const char*>(data), size});
    // Whatever came, the hub takes the next order.
    world.now = world.now.plus_ms(1000);
    const core::Turn next = world.turn(
        {world.hello(jobcentre),
         world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)}, 99)});
    JOBBRO_ASSERT(outcomes(next).size() == 1);
    JOBBRO_ASSERT(outcomes(next)[0].has_receipt());
    // And its log opens again as it was. That takes as long as all the rest: for one input in four.
    if (size % 4 != 0) return 0;
    const TreeSize entries = world.journal->size();
    JOBBRO_ASSERT(world.open());
    JOBBRO_ASSERT(world.journal->size() == entries);
    return 0;
}
