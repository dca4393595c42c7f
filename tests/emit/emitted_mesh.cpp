#include "tests/emit/emitted_mesh.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

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
  const scenario::Loaded loaded = load();
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

scenario::Loaded EmittedMesh::load() const {
  scenario::Options options{.overrides = options_.overrides, .translation = {}};
  if (options_.mechanism)
    options.translation = scenario::Translation{.mechanism = *options_.mechanism};
  return scenario::load_file(options_.scenario, options);
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
  const scenario::Loaded loaded = load();
  const Topology topology = emit::topology(loaded.mesh, loaded.provisioning);
  for (const File& file : bundle(topology, {}))
    write(bundle_ / file.path, file.text, file.executable ? "755" : "644");
  environment_ =
      "PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin PGSERVICEFILE=" + services_.string();
  password_roles_.clear();
  for (std::size_t n = 0; n < loaded.mesh.nodes.size(); ++n)
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
  return this->command("bash ./" + command);
}

EmittedMesh::Ran EmittedMesh::command(const std::string& shell) {
  const fs::path output = scratch_.path() / "command.out";
  const std::string line =
      fmt::format("cd {} && env -i {} sh -c {} > {} 2>&1; echo $?", bundle_.string(), environment_,
                  shell_word(shell), output.string());
  Ran ran;
  ran.exit = std::stoi(harness::run({"/bin/sh", "-c", line}, std::chrono::minutes{3}));
  ran.output = harness::read_text(output);
  return ran;
}

void EmittedMesh::apply() {
  const Ran ran = script("apply.sh");
  if (ran.exit != 0) throw harness::HarnessError("apply.sh failed:\n" + ran.output);
}

void EmittedMesh::apply_twice() {
  apply();
  const std::string once = dump();
  apply();
  EXPECT_EQ(dump(), once) << "a second run changes nothing";
  const Ran verified = script("verify.sh");
  EXPECT_EQ(verified.exit, 0) << verified.output;
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
  // pg_dump does not come with every major, so the catalogs are read instead.
  static const std::string catalog = R"sql(
    SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
      SELECT concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relowner::regrole, c.relacl, c.reloptions,
                       c.relrowsecurity, c.relforcerowsecurity) AS line
      FROM pg_class c WHERE c.oid >= 16384 AND c.relkind <> 't' AND c.relnamespace <> 'pg_toast'::regnamespace
      UNION ALL
      SELECT concat_ws(' ', 'column', a.attrelid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
                       a.attnotnull, a.attcollation::regcollation)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.oid >= 16384 AND a.attnum > 0 AND c.relnamespace <> 'pg_toast'::regnamespace
      UNION ALL
      SELECT concat_ws(' ', 'function', p.oid::regprocedure, p.proowner::regrole, p.proacl, md5(p.prosrc))
      FROM pg_proc p WHERE p.oid >= 16384
      UNION ALL SELECT concat_ws(' ', 'schema', nspname, nspowner::regrole, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
      UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE oid >= 16384
      UNION ALL SELECT concat_ws(' ', 'policy', polrelid::regclass, polname, polroles::regrole[], pg_get_expr(polqual, polrelid)) FROM pg_policy
      UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT concat_ws(' ', 'published', pubname, schemaname, tablename, attnames, rowfilter) FROM pg_publication_tables
      UNION ALL SELECT concat_ws(' ', 'subscription', subname, subconninfo, subslotname, subenabled) FROM pg_subscription
      UNION ALL SELECT concat_ws(' ', 'server', srvname, srvoptions, srvacl) FROM pg_foreign_server
      UNION ALL SELECT concat_ws(' ', 'mapping', srvname, usename, umoptions) FROM pg_user_mappings
      UNION ALL SELECT concat_ws(' ', 'extension', extname, extversion) FROM pg_extension
      UNION ALL SELECT concat_ws(' ', 'default', defaclrole::regrole, defaclnamespace::regnamespace, defaclacl) FROM pg_default_acl
      UNION ALL SELECT concat_ws(' ', 'role', rolname, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolpassword) FROM pg_authid
      UNION ALL SELECT concat_ws(' ', 'member', roleid::regrole, member::regrole) FROM pg_auth_members
      UNION ALL SELECT concat_ws(' ', 'setting', setrole::regrole, setdatabase, setconfig) FROM pg_db_role_setting
      UNION ALL SELECT concat_ws(' ', 'database', datname, datacl) FROM pg_database
      UNION ALL SELECT concat_ws(' ', 'slot', slot_name, database) FROM pg_replication_slots WHERE slot_name !~ '_sync_'
    ) AS everything)sql";
  std::string all;
  for (auto& [name, cluster] : clusters_) {
    harness::Connection admin = cluster->connect();
    for (const harness::Row& row :
         admin.execute("SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1")) {
      harness::Connection database = cluster->connect(row.at(0).value_or(""));
      all += "-- " + name + "/" + row.at(0).value_or("") + "\n" + database.value(catalog) + "\n";
    }
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
