#include "adapters/daemon/metrics_text.h"

#include <string_view>

namespace jobbro::daemon {
namespace {

class MetricsText {
  public:
    MetricsText& gauge(std::string_view name, std::string_view help, std::uint64_t value) {
        return add(name, help, "gauge", value);
    }
    MetricsText& counter(std::string_view name, std::string_view help, std::uint64_t value) {
        return add(name, help, "counter", value);
    }
    [[nodiscard]] const std::string& str() const { return text_; }

  private:
    MetricsText& add(std::string_view name, std::string_view help, std::string_view type,
                     std::uint64_t value) {
        const std::string full = "jobbro_daemon_" + std::string{name};
        text_.append("# HELP " + full + " ").append(help);
        text_.append("\n# TYPE " + full + " ").append(type);
        text_.append("\n" + full + " " + std::to_string(value) + "\n");
        return *this;
    }
    std::string text_;
};

}  // namespace

std::string metrics_text(const kit::DurableMetrics& client, const connectors::InletCounts& inlet,
                         const SessionCounts& session, bool has_store_failed) {
    const auto oldest_s = static_cast<std::uint64_t>(client.oldest_waiting_ms) / 1000;
    return MetricsText{}
        .gauge("session_open", "1 while there is a session with the hub.", session.is_open ? 1 : 0)
        .counter("sessions_opened_total", "Sessions opened since the start.", session.opened)
        .counter("sessions_lost_total", "Sessions or attempts that ended.", session.lost)
        .gauge("outbox_waiting", "Messages on disk that the hub has not answered.", client.waiting)
        .gauge("outbox_waiting_bytes", "Bytes of those messages.", client.waiting_bytes)
        .gauge("outbox_oldest_waiting_seconds", "How long the oldest of them has waited.", oldest_s)
        .gauge("outbox_in_flight", "Of those, handed in and not answered.", client.in_flight)
        .gauge("store_failed",
               "1 when outbox or inbox have failed and the program has ended for it.",
               has_store_failed || client.has_store_failed ? 1 : 0)
        .counter("messages_accepted_total", "Messages recorded, since the outbox was made.",
                 client.accepted_total)
        .counter("messages_refused_total", "Messages the hub refused, since the outbox was made.",
                 client.refused_total)
        .counter("messages_refused_here_total", "Messages refused without asking the hub.",
                 inlet.messages_refused_here)
        .gauge("files_under_way", "Files handed in and not answered whole.", inlet.files_under_way)
        .gauge("messages_under_way", "Messages of those files.", inlet.messages_under_way)
        .counter("files_sent_total", "Files that went to sent.", inlet.files_sent)
        .counter("files_refused_total", "Files that went to refused.", inlet.files_refused)
        .counter("deliveries_written_total", "Messages written to out.", session.delivered)
        .counter("delivery_failures_total", "Times a message could not be written to out.",
                 session.delivery_failures)
        .str();
}

}  // namespace jobbro::daemon
