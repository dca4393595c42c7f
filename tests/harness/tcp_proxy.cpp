#include "tests/harness/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>

#include "tests/harness/process.hpp"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t window = 1 << 20;  // bytes under way per direction before we stop reading

void close_quietly(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

/// One direction of a connection.
struct Flow {
  struct Chunk {
    Clock::time_point deliver_at;
    std::vector<char> data;
    std::size_t sent = 0;
  };
  int from = -1, to = -1;
  std::deque<Chunk> chunks;
  std::size_t queued = 0;
  Clock::time_point line_free;
  bool ended = false;   // `from` has no more
  bool closed = false;  // … and `to` knows

  bool wants_read() const { return !ended && queued < window; }
  bool due(Clock::time_point now) const {
    return !chunks.empty() && chunks.front().deliver_at <= now;
  }

  void read(double bandwidth, std::chrono::nanoseconds delay) {
    std::array<char, 65536> buffer;
    const ssize_t length = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length <= 0) {
      ended = true;
      return;
    }
    line_free = std::max(line_free, Clock::now());
    if (bandwidth > 0)
      line_free += std::chrono::nanoseconds{
          static_cast<std::int64_t>(static_cast<double>(length) / bandwidth * 1e9)};
    chunks.push_back({line_free + delay, {buffer.data(), buffer.data() + length}, 0});
    queued += static_cast<std::size_t>(length);
  }

  void write(Clock::time_point now, std::atomic<std::uint64_t>& delivered) {
    while (due(now)) {
      Chunk& chunk = chunks.front();
      const std::size_t left = chunk.data.size() - chunk.sent;
      // Counted before it goes out: whoever has received a byte finds it counted.
      delivered += left;
      const ssize_t length =
          ::send(to, chunk.data.data() + chunk.sent, left, MSG_DONTWAIT | MSG_NOSIGNAL);
      delivered -= left - static_cast<std::size_t>(std::max<ssize_t>(length, 0));
      if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (length < 0) {  // nobody listens any more
        chunks.clear();
        queued = 0;
        ended = true;
        return;
      }
      queued -= static_cast<std::size_t>(length);
      chunk.sent += static_cast<std::size_t>(length);
      if (chunk.sent == chunk.data.size()) chunks.pop_front();
    }
  }

  void finish() {
    if (!ended || closed || !chunks.empty()) return;
    shutdown(to, SHUT_WR);
    closed = true;
  }
};

}  // namespace

struct TcpProxy::Pair {
  int subscriber = -1, publisher = -1;
  Flow up, down;  // to the publisher, to the subscriber

  Pair(int accepted, int connected) : subscriber{accepted}, publisher{connected} {
    up.from = down.to = subscriber;
    up.to = down.from = publisher;
  }
  ~Pair() {
    close_quietly(subscriber);
    close_quietly(publisher);
  }
};

TcpProxy::TcpProxy(Options options) : options_{std::move(options)} {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, length) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, generic, &length) != 0)
    throw HarnessError(std::string{"the proxy cannot listen: "} + std::strerror(errno));
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { loop(); }};
}

TcpProxy::~TcpProxy() {
  ending_ = true;
  wake();
  thread_.join();
  close_quietly(listener_);
  close_quietly(wake_);
}

void TcpProxy::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
}

void TcpProxy::set_up(bool up) {
  up_ = up;
  if (up) cut_ = false;
  wake();
}

void TcpProxy::cut() {
  cut_ = true;
  wake();
}

void TcpProxy::accept_one() {
  int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (accepted < 0) return;
  int connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  options_.upstream_socket.copy(address.sun_path, sizeof address.sun_path - 1);
  if (cut_ || connect(connected, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close_quietly(accepted);
    close_quietly(connected);
    return;
  }
  const int on = 1;
  setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  pairs_.push_back(std::make_unique<Pair>(accepted, connected));
}

void TcpProxy::loop() {
  while (!ending_) {
    const bool up = up_;
    const auto now = Clock::now();
    auto next = now + 200ms;
    std::vector<pollfd> waits{{wake_, POLLIN, 0},
                              {listener_, static_cast<short>(up ? POLLIN : 0), 0}};
    for (const auto& pair : pairs_) {
      short subscriber = 0, publisher = 0;
      if (up) {
        subscriber = static_cast<short>((pair->up.wants_read() ? POLLIN : 0) |
                                        (pair->down.due(now) ? POLLOUT : 0));
        publisher = static_cast<short>((pair->down.wants_read() ? POLLIN : 0) |
                                       (pair->up.due(now) ? POLLOUT : 0));
        for (const Flow* flow : {&pair->up, &pair->down})
          if (!flow->chunks.empty()) next = std::min(next, flow->chunks.front().deliver_at);
      }
      waits.push_back({subscriber == 0 ? -1 : pair->subscriber, subscriber, 0});
      waits.push_back({publisher == 0 ? -1 : pair->publisher, publisher, 0});
    }
    const auto pause = std::max<std::int64_t>(0, (next - now).count());
    const timespec timeout{pause / 1'000'000'000, pause % 1'000'000'000};
    ppoll(waits.data(), waits.size(), &timeout, nullptr);
    std::uint64_t ignored = 0;
    [[maybe_unused]] const ssize_t drained = read(wake_, &ignored, sizeof ignored);
    if (cut_) pairs_.clear();
    if (!up_ || cut_) continue;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      Pair& pair = *pairs_[i];
      const auto half = options_.rtt / 2;
      if (waits[2 + 2 * i].revents & (POLLIN | POLLHUP | POLLERR))
        pair.up.read(options_.bandwidth, half);
      if (waits[3 + 2 * i].revents & (POLLIN | POLLHUP | POLLERR))
        pair.down.read(options_.bandwidth, half);
      pair.up.write(Clock::now(), to_publisher_);
      pair.down.write(Clock::now(), to_subscriber_);
      pair.up.finish();
      pair.down.finish();
    }
    std::erase_if(pairs_, [](const auto& pair) { return pair->up.closed && pair->down.closed; });
    if (waits[1].revents & POLLIN) accept_one();
  }
}

}  // namespace harness
