#include "tests/emit/emitted_mesh.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "tools/emit/bundle.hpp"
#include "tools/scenario/scenario.hpp"

namespace emit {
namespace {

namespace fs = std::filesystem;

std::string escaped_passfile(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

EmittedMesh::EmittedMesh(MeshOptions options) : options_{std::move(options)} {
  bundle_ = scratch_.make_directory("bundle");
  // libpq in the servers looks for certificates at home, which for them is not ours.
  setenv("HOME", scratch_.path().c_str(), 1);
  services_ = scratch_.path() / "services.conf";
  passfile_ = scratch_.path() / "passfile";
  const scenario::Loaded loaded = scenario::load_file(options_.scenario, {options_.overrides});
  for (const models::Node& node : loaded.mesh.nodes) {
    harness::ClusterOptions cluster;
    cluster.name = node.name;
    cluster.postgres = options_.postgres;
    clusters_[node.name] = std::make_unique<harness::Cluster>(std::move(cluster));
    options_.overrides.push_back(
        fmt::format("nodes[\"{}\"].postgres={}", node.name, options_.postgres));
    options_.overrides.push_back(fmt::format("nodes[\"{}\"].host=127.0.0.1", node.name));
    options_.overrides.push_back(
        fmt::format("nodes[\"{}\"].passfile={}", node.name, passfile_.string()));
    options_.overrides.push_back(
        fmt::format("nodes[\"{}\"].tls={{sslmode: {}{}}}", node.name,
                    options_.tls ? "verify-full, sslrootcert: " : "disable",
                    options_.tls ? (scratch_.path() / "ca.crt").string() : ""));
  }
  if (options_.tls) make_certificates();
  emit_bundle();  // for the settings; ports are known only once the servers run
  configure();
  for (auto& [name, cluster] : clusters_) {
    cluster->start();
    options_.overrides.push_back(fmt::format("nodes[\"{}\"].port={}", name, cluster->port()));
  }
  emit_bundle();
  std::string services;
  for (auto& [name, cluster] : clusters_)
    services += fmt::format("[{}]\nhost={}\nport={}\nuser=postgres\n", name,
                            cluster->socket_directory().string(), cluster->port());
  write(services_, services, "644");
}

void EmittedMesh::write(const fs::path& path, const std::string& text, const std::string& mode) {
  const fs::path staged = fs::temp_directory_path() / fmt::format("emit-{}", ::getpid());
  std::ofstream{staged, std::ios::binary} << text;
  fs::permissions(staged, fs::perms::others_read | fs::perms::group_read, fs::perm_options::add);
  harness::run(
      {"/bin/sh", "-c",
       "mkdir -p \"$(dirname \"$2\")\" && rm -f \"$2\" && cp \"$1\" \"$2\" && chmod \"$3\" \"$2\"",
       "sh", staged.string(), path.string(), mode});
  fs::remove(staged);
}

void EmittedMesh::make_certificates() {
  const std::string folder = scratch_.path().string();
  harness::run({"/bin/sh", "-c",
                "cd " + folder +
                    " && umask 077 && "
                    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout "
                    "ca.key -out ca.crt 2>&1 && "
                    "openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out "
                    "server.csr 2>&1 && "
                    "printf 'subjectAltName=IP:127.0.0.1' > san && "
                    "openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial "
                    "-days 2 -extfile san "
                    "-out server.crt 2>&1"});
}

void EmittedMesh::emit_bundle() {
  scenario::Loaded loaded = scenario::load_file(options_.scenario, {options_.overrides});
  Rearranged mesh{std::move(loaded.mesh), std::move(loaded.provisioning)};
  if (options_.mechanism)
    mesh = with_mechanism(std::move(mesh.mesh), std::move(mesh.provisioning), *options_.mechanism);
  const Topology topology = emit::topology(mesh.mesh, mesh.provisioning);
  for (const File& file : bundle(topology, {}))
    write(bundle_ / file.path, file.text, file.executable ? "755" : "644");
  environment_ =
      "PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin PGSERVICEFILE=" + services_.string();
  password_roles_.clear();
  for (std::size_t n = 0; n < mesh.mesh.nodes.size(); ++n)
    if (!topology.databases_of(static_cast<int>(n)).empty())
      for (const std::string& role : password_roles(topology, static_cast<int>(n))) {
        environment_ += " " + password_variable(role) + "=" + shell_word(password_of(role));
        password_roles_.push_back(role);
      }
}

void EmittedMesh::configure() {
  std::string passwords;
  for (const std::string& role : password_roles_)
    passwords +=
        "*:*:*:" + escaped_passfile(role) + ":" + escaped_passfile(password_of(role)) + "\n";
  write(passfile_, passwords, "600");
  for (auto& [name, cluster] : clusters_) {
    const fs::path folder = bundle_ / file_word(name);
    std::string conf = harness::read_text(cluster->data_directory() / "postgresql.conf");
    if (fs::exists(folder / "postgresql.conf"))
      conf += "\n" + harness::read_text(folder / "postgresql.conf");
    conf += "\nlisten_addresses = '127.0.0.1'\n" + options_.extra_conf;
    if (options_.tls)
      conf += fmt::format(
          "\nssl = on\nssl_cert_file = '{0}/server.crt'\nssl_key_file = '{0}/server.key'\n",
          scratch_.path().string());
    std::string hba = "local all postgres trust\n";
    if (fs::exists(folder / "pg_hba.conf")) hba += harness::read_text(folder / "pg_hba.conf");
    for (const std::string& role : password_roles_)
      if (!role.starts_with("repl_") && !role.starts_with("fdw_"))
        hba += fmt::format("host all {} 127.0.0.1/32 scram-sha-256\n", hba_word(role));
    write(cluster->data_directory() / "postgresql.conf", conf, "600");
    write(cluster->data_directory() / "pg_hba.conf", hba, "600");
  }
}

EmittedMesh::Ran EmittedMesh::script(const std::string& command) {
  const fs::path output = scratch_.path() / "script.out";
  std::string shell = fmt::format("cd {} && env -i {} bash ./{} > {} 2>&1; echo $?",
                                  bundle_.string(), environment_, command, output.string());
  Ran ran;
  ran.exit = std::stoi(harness::run({"/bin/sh", "-c", shell}, std::chrono::minutes{3}));
  ran.output = harness::read_text(output);
  return ran;
}

void EmittedMesh::apply() {
  const Ran ran = script("apply.sh");
  if (ran.exit != 0) throw harness::HarnessError("apply.sh failed:\n" + ran.output);
}

harness::Connection EmittedMesh::as(const std::string& role, const std::string& node,
                                    const std::string& database, const std::string& options) {
  const auto quoted = [](const std::string& text) { return harness::quote_literal(text); };
  std::string password;
  for (const char c : password_of(role)) {
    if (c == '\'' || c == '\\') password += '\\';
    password += c;
  }
  return harness::Connection{fmt::format("host=127.0.0.1 port={} dbname={} user={} password='{}'{}",
                                         clusters_.at(node)->port(), quoted(database), quoted(role),
                                         password,
                                         options.empty() ? "" : " options='" + options + "'")};
}

std::string EmittedMesh::dump() {
  std::string all;
  for (auto& [name, cluster] : clusters_) {
    harness::run({"/bin/sh", "-c",
                  fmt::format("/usr/lib/postgresql/15/bin/pg_dumpall -h {} -p {} -U postgres -s "
                              "2>&1 | grep -v restrict > {}",
                              cluster->socket_directory().string(), cluster->port(),
                              (scratch_.path() / "dump").string())});
    all += "-- node " + name + "\n" + harness::read_text(scratch_.path() / "dump");
    harness::Connection connection = cluster->connect();
    all += connection.value(
        "SELECT coalesce(string_agg(slot_name, ',' ORDER BY 1), '') FROM pg_replication_slots");
  }
  return all;
}

std::string eventually(harness::Connection& connection, const std::string& sql,
                       const std::string& expected, int seconds) {
  std::string last;
  for (int i = 0; i < seconds * 4; ++i) {
    last = connection.value(sql);
    if (last == expected) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{250});
  }
  return last;
}

std::string error_of(harness::Connection& connection, const std::string& sql) {
  try {
    connection.execute(sql);
    return {};
  } catch (const harness::SqlError& error) {
    return error.what();
  }
}

}  // namespace emit
