#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/mesh.hpp"
#include "tests/harness/cluster.hpp"
#include "tools/scenario/scenario.hpp"

/// A scenario's bundle on throwaway servers: emitted, configured and applied as its README says.
namespace emit {

struct MeshOptions {
  std::string scenario;                     // file
  std::vector<std::string> overrides = {};  // --set
  std::optional<models::Mechanism> mechanism = {};
  int postgres = 15;            // of every node
  bool tls = false;             // verify-full with a certificate made for the test
  std::string extra_conf = {};  // appended to every server's settings
};

class EmittedMesh {
 public:
  /// Starts the servers with the bundle's settings; nothing is applied yet.
  explicit EmittedMesh(MeshOptions options);

  struct Ran {
    int exit = -1;
    std::string output;  // of stdout and stderr
  };
  Ran command(const std::string& shell);   // in the bundle's folder, with its environment
  Ran script(const std::string& command);  // "apply.sh --dry-run"
  /// The same, and it must succeed.
  void apply();

  /// Applies the bundle twice: the second time must change nothing, and verify.sh must agree.
  void apply_twice();

  harness::Cluster& node(const std::string& name) { return *clusters_.at(name); }
  harness::Connection superuser(const std::string& node, const std::string& database) {
    return clusters_.at(node)->connect(database);
  }
  /// A client's own session, with its password, over TCP.
  harness::Connection as(const std::string& role, const std::string& node,
                         const std::string& database, const std::string& options = "");
  static std::string password_of(const std::string& role) { return "pw of " + role + "'s \\ own"; }
  /// Every catalog row that a bundle may leave: for "changes nothing" and "leaves nothing behind".
  std::string dump();
  const std::filesystem::path& folder() const { return bundle_; }

 private:
  scenario::Loaded load() const;
  void make_certificates();
  void emit_bundle();
  void configure();
  void write(const std::filesystem::path& path, const std::string& text, const std::string& mode);

  MeshOptions options_;
  harness::ScratchDirectory scratch_;
  std::filesystem::path bundle_, services_, passfile_;
  std::map<std::string, std::unique_ptr<harness::Cluster>> clusters_;
  std::vector<std::string> password_roles_;
  std::string environment_;
  bool first_emission_ = true;
};

/// Waits until a query says what it should; the last answer otherwise.
std::string eventually(harness::Connection& connection, const std::string& sql,
                       const std::string& expected, int seconds = 60);

/// The error of a statement that must fail; empty when it did not.
std::string error_of(harness::Connection& connection, const std::string& sql);

}  // namespace emit
