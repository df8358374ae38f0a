// Frames from parties that hold a session, into a whole hub in memory. A piece of the input is one
// byte for who sends it and whether its submit is signed anew, two for its length, and the frame.
#include <google/protobuf/stubs/logging.h>

#include "tests/fuzz/target.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {
namespace {

// libprotobuf writes a line for each text that is not UTF-8.
[[maybe_unused]] auto* const former_log = google::protobuf::SetLogHandler(nullptr);

constexpr const char* senders[] = {jobcentre, provider, operator_party, other_provider};
constexpr unsigned sender_mask = 3;
constexpr unsigned sign_anew = 4;
constexpr std::size_t pieces_max = 16;

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

Bytes piece(unsigned mode, const core::FrameIn& frame) {
    const Bytes bytes = std::get<v1::ClientFrame>(frame.content).SerializeAsString();
    Bytes out(1, static_cast<char>(mode));
    append_big_endian(out, static_cast<std::uint16_t>(bytes.size()));
    return out + bytes;
}

core::FrameIn frame_of(const HubWorld& world, unsigned mode, BytesView bytes) {
    const std::string sender = senders[mode & sender_mask];
    v1::ClientFrame content;
    core::FrameIn frame = world.frame(sender, {});
    if (!content.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        frame.content = ErrorCode::frame_malformed;
        return frame;
    }
    const auto& submit = content.submit();
    if ((mode & sign_anew) != 0 && submit.envelopes_size() > 0) {
        return world.submit_bytes(sender, {submit.envelopes().begin(), submit.envelopes().end()},
                                  submit.submit_number());
    }
    frame.content = std::move(content);
    return frame;
}

void send_all(HubWorld& world, BytesView input) {
    for (std::size_t count = 0; input.size() > 3 && count < pieces_max; ++count) {
        const auto mode = static_cast<unsigned char>(input[0]);
        const std::size_t length = read_big_endian<std::uint16_t>(input, 1);
        const BytesView bytes = input.substr(3, length);
        input = input.substr(3 + bytes.size());
        const core::Turn done = world.turn({frame_of(world, mode, bytes)});
        for (const core::FrameOut& out : done.frames)
            JOBBRO_ASSERT(out.frame.kind_case() != v1::HubFrame::KIND_NOT_SET);
    }
}

}  // namespace

std::vector<Bytes> seeds() {
    HubWorld world;
    JOBBRO_ASSERT(world.open());
    world.add_usual_parties();
    const auto id = world.new_order();
    v1::ClientFrame list;
    list.mutable_list_parties();
    v1::ClientFrame status;
    status.mutable_get_status();
    const Bytes hello = piece(2, world.hello(operator_party));
    const Bytes submits =
        piece(4, world.submit(jobcentre, {order(id, world.now, world.randomness)})) +
        piece(5, world.submit(provider, {acceptance(id, world.now, world.randomness),
                                         absence(id, world.now, world.randomness)}));
    return {piece(0, world.subscribe(jobcentre, "main")) + submits +
                piece(0, world.ack(jobcentre, "main", 4)),
            piece(1, world.subscribe(provider, "main")) + submits +
                piece(1, world.ack(provider, "main", 3)),
            hello + piece(2, world.frame(operator_party, list)) +
                piece(2, world.frame(operator_party, status)),
            hello +
                piece(2, world.statement(world.grant(other_provider, {jobcentre}), controller)) +
                piece(3, world.hello(other_provider))};
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro;
    using namespace jobbro::testing;
    HubWorld world{2};
    world.log_store = prepared().log_store;
    world.vault_store = prepared().vault_store;
    world.now = prepared().now;
    JOBBRO_ASSERT(world.open());
    world.turn({world.hello(jobcentre), world.hello(provider)});
    send_all(world, BytesView{reinterpret_cast<const char*>(data), size});
    // Whatever came, the hub takes the next order, and its log opens again as it was.
    world.now = world.now.plus_ms(1000);
    const core::Turn next = world.turn(
        {world.hello(jobcentre),
         world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)}, 99)});
    JOBBRO_ASSERT(outcomes(next).size() == 1);
    JOBBRO_ASSERT(outcomes(next)[0].has_receipt());
    const TreeSize entries = world.journal->size();
    JOBBRO_ASSERT(world.open());
    JOBBRO_ASSERT(world.journal->size() == entries);
    return 0;
}
