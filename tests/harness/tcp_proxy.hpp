#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace harness {

/// A network link between a subscriber and a publisher: listens on a port of 127.0.0.1, forwards to
/// the publisher's unix socket and counts payload bytes, with a bandwidth, a round trip time and
/// outages.
class TcpProxy {
 public:
  struct Options {
    std::string upstream_socket{};  // path of the publisher's unix socket
    double bandwidth = 0;           // bytes per second in each direction; 0 = unlimited
    std::chrono::nanoseconds rtt{0};
  };
  explicit TcpProxy(Options options);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  /// While down the link swallows nothing and delivers nothing: packets wait, as on a cable that
  /// was pulled. Connections stay until an end gives up.
  void set_up(bool up);
  /// Closes every connection and refuses new ones until `set_up(true)`: a host that is gone.
  void cut();

  std::uint64_t bytes_to_publisher() const { return to_publisher_; }
  std::uint64_t bytes_to_subscriber() const { return to_subscriber_; }

 private:
  struct Pair;
  void loop();
  void accept_one();
  void wake() const;

  Options options_;
  int listener_ = -1, wake_ = -1, port_ = 0;
  std::atomic<bool> up_{true}, cut_{false}, ending_{false};
  std::atomic<std::uint64_t> to_publisher_{0}, to_subscriber_{0};
  std::vector<std::unique_ptr<Pair>> pairs_;  // of the loop's thread alone
  std::thread thread_;
};

}  // namespace harness
